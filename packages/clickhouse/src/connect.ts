import { readFileSync } from 'node:fs';
import type { ClickhouseConfig } from '@vigie/runtime';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

/** A client together with the names of what it works on. */
export interface Clickhouse {
  readonly client: ClickHouseClient;
  readonly database: string;
  /** The analysts' database. */
  readonly views: string;
  /** The user whose rights the views run with. */
  readonly definer: string;
  close(): Promise<void>;
}

/** Opens ClickHouse as the owner of the tables, or as the read-only analyst. */
export function connectClickhouse(
  config: ClickhouseConfig,
  options: { name: string; as?: 'owner' | 'analyst'; requestTimeoutMs?: number },
): Clickhouse {
  const analyst = options.as === 'analyst';
  const client = createClient({
    url: config.url,
    username: analyst ? config.analystUser : config.user,
    password: (analyst ? config.analystPassword : config.password) ?? '',
    application: options.name,
    // Errors reach the caller; printed by the client as well they would break JSON logs and the screen.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: options.requestTimeoutMs ?? 60_000,
    max_open_connections: 8,
    keep_alive: { enabled: true },
    ...(config.caFile === undefined ? {} : { tls: { ca_cert: readFileSync(config.caFile) } }),
  });
  return {
    client,
    database: config.database,
    views: `${config.database}_kpi`,
    definer: config.user,
    close: () => client.close(),
  };
}
