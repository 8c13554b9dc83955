export { checkPrerequisites } from './check-prerequisites.ts';
export type { Check } from './check-prerequisites.ts';
export { identify } from './process/identity.ts';
export { startServers } from './start-servers.ts';
export { stopLocalServers } from './providers/local.ts';
export { suiteDatabases } from './suite-databases.ts';
export { ServersError } from './types.ts';
export type {
  ClickHouseServer,
  KafkaServer,
  ProviderName,
  RedisServer,
  ServerHandle,
  ServerPorts,
  Servers,
  StartServersOptions,
} from './types.ts';
