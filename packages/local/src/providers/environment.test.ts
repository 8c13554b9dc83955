import { describe, expect, test } from 'vitest';
import { startServers } from '../start-servers.ts';
import { hasAddresses, useEnvironment } from './environment.ts';

const env = {
  PATH: '/usr/bin',
  VIGIE_KAFKA_BROKERS: 'one:9092, two:9092',
  VIGIE_KAFKA_SSL: 'true',
  VIGIE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
  VIGIE_KAFKA_USERNAME: 'u',
  VIGIE_KAFKA_PASSWORD: 'p',
  VIGIE_REDIS_URL: 'rediss://cache:6380',
  VIGIE_REDIS_PASSWORD: 'p@ss/word',
  VIGIE_REDIS_CA_FILE: 'ca.pem',
  VIGIE_CLICKHOUSE_URL: 'https://store:8443',
  VIGIE_CLICKHOUSE_PASSWORD: 'c',
};

describe('servers of the environment', () => {
  test('are chosen when all three addresses are given, and the choice is said', async () => {
    const lines: string[] = [];
    const servers = await startServers({ dataDir: '/nonexistent', env, report: (line) => lines.push(line) });
    expect(servers.provider).toBe('environment');
    expect(lines).toEqual(['servers: given by VIGIE_KAFKA_BROKERS, VIGIE_REDIS_URL, VIGIE_CLICKHOUSE_URL']);
    await servers.stop();
  });

  test('keep TLS and logins, and nothing that is not about servers', () => {
    const { environment, kafka, redis } = useEnvironment(env);
    const { PATH: _, ...given } = env;
    expect(environment).toEqual({ ...given, VIGIE_CLICKHOUSE_USER: 'vigie', VIGIE_CLICKHOUSE_ANALYST_USER: 'analyst' });
    expect(kafka.brokers).toEqual(['one:9092', 'two:9092']);
    expect(decodeURIComponent(new URL(redis.url).password)).toBe('p@ss/word');
  });

  test('are never killed, stopped or restarted', async () => {
    const { kafka, redis, clickhouse } = useEnvironment(env);
    for (const server of [kafka, redis, clickhouse]) {
      for (const verb of ['kill', 'stop', 'restart'] as const) {
        await expect(server[verb]()).rejects.toThrow(new RegExp(`expected a server that Vigie started, found .* does not ${verb}`));
      }
    }
  });

  test('cannot be half given: the missing address is named', () => {
    expect(() => hasAddresses({ VIGIE_REDIS_URL: 'redis://x' })).toThrow(
      /found VIGIE_REDIS_URL without VIGIE_KAFKA_BROKERS, VIGIE_CLICKHOUSE_URL/,
    );
    expect(hasAddresses({ VIGIE_REDIS_URL: '' })).toBe(false);
  });
});
