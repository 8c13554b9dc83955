export * from './client.ts';
export * from './consume.ts';
export * from './produce.ts';
export * from './topic.ts';
