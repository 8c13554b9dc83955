import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { useServers } from './use-servers.ts';
import type { SuiteServers } from './suite-servers.ts';

async function ask({ clickhouse }: SuiteServers, sql: string): Promise<string> {
  const headers = { 'X-ClickHouse-User': clickhouse.user, 'X-ClickHouse-Key': clickhouse.password };
  const response = await fetch(clickhouse.url, { method: 'POST', headers, body: sql });
  return (await response.text()).trim();
}

function databaseCount(suite: SuiteServers): Promise<string> {
  return ask(suite, `SELECT count() FROM system.databases WHERE name IN ('${suite.database}', '${suite.database}_kpi')`);
}

const first = useServers();

describe('a second suite in the same run', () => {
  const second = useServers();

  test('has a topic, a group, a key prefix and a database of its own', () => {
    for (const name of ['topic', 'group', 'redisPrefix', 'database'] as const) expect(second[name]).not.toBe(first[name]);
  });

  test('finds its databases there and empty', async () => {
    expect(await databaseCount(second)).toBe('2');
    expect(await databaseCount(first)).toBe('2');
    expect(await ask(second, `SELECT count() FROM system.tables WHERE database LIKE '${second.database}%'`)).toBe('0');
  });

  test('passes its names on to child processes', () => {
    expect(second.environment).toMatchObject({
      VIGIE_KAFKA_TOPIC: second.topic,
      VIGIE_REDIS_PREFIX: second.redisPrefix,
      VIGIE_CLICKHOUSE_DATABASE: second.database,
      VIGIE_KAFKA_BROKERS: second.brokers.join(','),
    });
  });
});

test('the run keeps its servers in a folder under .vigie', () => {
  const dataDir = first.environment['VIGIE_DATA_DIR'];
  if (first.provider !== 'local') return;
  expect(dataDir).toMatch(/\.vigie\/test-\d+-/);
  expect(existsSync(dataDir!)).toBe(true);
});
