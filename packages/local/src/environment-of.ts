import type { ClickHouseServer, ServerHandle } from './types.ts';

export interface Addresses {
  brokers: string[];
  redisUrl: string;
  clickhouse: Omit<ClickHouseServer, keyof ServerHandle>;
  database: string;
}

/** The VIGIE_* variables that lead a process to servers that Vigie started. */
export function environmentOf({ brokers, redisUrl, clickhouse, database }: Addresses): Record<string, string> {
  return {
    VIGIE_KAFKA_BROKERS: brokers.join(','),
    VIGIE_KAFKA_SSL: 'false',
    VIGIE_REDIS_URL: redisUrl,
    VIGIE_CLICKHOUSE_URL: clickhouse.url,
    VIGIE_CLICKHOUSE_USER: clickhouse.user,
    VIGIE_CLICKHOUSE_PASSWORD: clickhouse.password,
    VIGIE_CLICKHOUSE_DATABASE: database,
    VIGIE_CLICKHOUSE_ANALYST_USER: clickhouse.analystUser,
    VIGIE_CLICKHOUSE_ANALYST_PASSWORD: clickhouse.analystPassword,
  };
}
