/** What one server can be told to do; kill and restart exist for tests that break things and are refused where the server is not ours. */
export interface ServerHandle {
  /** SIGKILL: nothing is flushed, as in a crash. */
  kill(): Promise<void>;
  /** An orderly end; the data stays. */
  stop(): Promise<void>;
  /** Stops the server if it runs and starts it again on the same port with the same data. */
  restart(): Promise<void>;
}

export interface KafkaServer extends ServerHandle {
  brokers: string[];
}

export interface RedisServer extends ServerHandle {
  url: string;
  /** Where its append-only file lies, for tests that put back an older one; only the local provider knows. */
  dataDir?: string;
}

export interface ClickHouseServer extends ServerHandle {
  url: string;
  user: string;
  password: string;
  analystUser: string;
  analystPassword: string;
}

export type ProviderName = 'environment' | 'docker' | 'local';

/** Running Kafka, Redis and ClickHouse, wherever they come from. */
export interface Servers {
  provider: ProviderName;
  kafka: KafkaServer;
  redis: RedisServer;
  clickhouse: ClickHouseServer;
  /** The VIGIE_* variables that lead a child process to these servers. */
  environment: Record<string, string>;
  stop(): Promise<void>;
}

/** Ports of the local provider; what is not given is chosen among the free ones and kept for the data folder's next start. */
export interface ServerPorts {
  kafka?: number;
  kafkaController?: number;
  redis?: number;
  clickhouseHttp?: number;
  clickhouseTcp?: number;
}

export type AllPorts = Required<ServerPorts>;

export interface StartServersOptions {
  dataDir: string;
  env: NodeJS.ProcessEnv;
  report: (line: string) => void;
  ports?: ServerPorts;
  /** Leave the local servers running when this process ends (`vigie up`); the next startServers on the same folder joins them. */
  keepRunning?: boolean;
}

/** A state of the machine that the user can put right: message and fix are ready to be shown. */
export class ServersError extends Error {
  override readonly name = 'ServersError';
}
