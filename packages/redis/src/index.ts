export { connectRedis, type RedisClient, RedisSettingsError, requireDurableRedis } from './connect.ts';
export { type PartitionRef } from './keys.ts';
export * from './partition-store.ts';
export { type Meta, readMeta, writeMeta } from './meta.ts';
export { type LiveQuestion, readLive } from './read-live.ts';
