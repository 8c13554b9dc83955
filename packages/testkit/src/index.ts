export { eventually } from './eventually.ts';
export type { EventuallyOptions } from './eventually.ts';
export type { SuiteNames } from './servers/names.ts';
export { startOwnServers } from './servers/suite-servers.ts';
export type { OwnServers, SuiteServers } from './servers/suite-servers.ts';
export { useServers } from './servers/use-servers.ts';
export * from './histories/index.ts';
export * from './alert-things.ts';
