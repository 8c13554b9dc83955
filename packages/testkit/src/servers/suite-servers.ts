import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseServer, ProviderName, ServerHandle, Servers } from '@vigie/local';
import { startServers } from '@vigie/local';
import type { SuiteNames } from './names.ts';
import { takeSuiteNames } from './names.ts';
import { makeTestFolder, removeTestFolder } from './test-folders.ts';

type ClickHouseAddress = Omit<ClickHouseServer, keyof ServerHandle>;

/** What a run's global setup tells its test files: addresses only, so that no suite can kill what the others use. */
export interface SharedServers {
  provider: ProviderName;
  brokers: string[];
  redisUrl: string;
  clickhouse: ClickHouseAddress;
  environment: Record<string, string>;
  ticketsDir: string;
}

/** The shared servers with this suite's own topic, consumer group, key prefix and database. */
export interface SuiteServers extends SuiteNames {
  provider: ProviderName;
  brokers: string[];
  redisUrl: string;
  clickhouse: ClickHouseAddress;
  /** VIGIE_* for child processes, the suite's names included. */
  environment: Record<string, string>;
}

export function shareServers(servers: Servers, ticketsDir: string): SharedServers {
  const { url, user, password, analystUser, analystPassword } = servers.clickhouse;
  return {
    provider: servers.provider,
    brokers: servers.kafka.brokers,
    redisUrl: servers.redis.url,
    clickhouse: { url, user, password, analystUser, analystPassword },
    environment: servers.environment,
    ticketsDir,
  };
}

export function nameSuite(shared: SharedServers): SuiteServers {
  const names = takeSuiteNames(shared.ticketsDir);
  const { ticketsDir: _, ...addresses } = shared;
  return {
    ...addresses,
    ...names,
    environment: {
      ...shared.environment,
      VIGIE_KAFKA_TOPIC: names.topic,
      VIGIE_KAFKA_GROUP: names.group,
      VIGIE_REDIS_PREFIX: names.redisPrefix,
      VIGIE_CLICKHOUSE_DATABASE: names.database,
    },
  };
}

/** Empty databases under the suite's name, for its own tables and for the analyst's views. */
export async function makeDatabases(suite: SuiteServers): Promise<void> {
  await dropDatabases(suite);
  for (const name of databasesOf(suite)) await execute(suite, `CREATE DATABASE ${name}`);
}

export async function dropDatabases(suite: SuiteServers): Promise<void> {
  // The views first: they read the other one's tables.
  for (const name of databasesOf(suite).toReversed()) await execute(suite, `DROP DATABASE IF EXISTS ${name} SYNC`);
}

function databasesOf({ database }: SuiteServers): string[] {
  return [database, `${database}_kpi`];
}

async function execute({ clickhouse }: SuiteServers, sql: string): Promise<void> {
  const headers = { 'X-ClickHouse-User': clickhouse.user, 'X-ClickHouse-Key': clickhouse.password };
  const response = await fetch(clickhouse.url, { method: 'POST', headers, body: sql });
  if (!response.ok) throw new Error(`expected ClickHouse to run "${sql}", found status ${response.status}: ${await response.text()}`);
}

/** Servers of one suite alone, for tests that kill them, and the same names as shared ones have. */
export interface OwnServers extends SuiteServers {
  servers: Servers;
  /** Stops the servers and removes their data. */
  dispose(): Promise<void>;
}

export async function startOwnServers(report: (line: string) => void = () => {}): Promise<OwnServers> {
  const dataDir = makeTestFolder();
  const servers = await startServers({ dataDir, env: process.env, report });
  const ticketsDir = join(dataDir, 'suites');
  rmSync(ticketsDir, { recursive: true, force: true });
  const suite = nameSuite(shareServers(servers, ticketsDir));
  await makeDatabases(suite);
  const dispose = async (): Promise<void> => {
    await servers.stop();
    removeTestFolder(dataDir);
  };
  return { ...suite, servers, dispose };
}
