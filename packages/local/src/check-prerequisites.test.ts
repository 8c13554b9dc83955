import { expect, test } from 'vitest';
import { checkPrerequisites } from './check-prerequisites.ts';

const nothing = { PATH: '/nowhere', HOME: '/nowhere', XDG_CACHE_HOME: '/nowhere', DOCKER_HOST: 'tcp://127.0.0.1:1' };

test('without Java and Maven both are named with what to install', async () => {
  const checks = await checkPrerequisites({ env: nothing, dataDir: '.vigie' });
  const wrong = checks.filter((check) => !check.ok && check.name !== 'Disk space');
  expect(wrong.map(({ name, expected, found }) => ({ name, expected, found }))).toEqual([
    { name: 'Java', expected: '17 or newer', found: 'none' },
    { name: 'Maven', expected: '3.6 or newer', found: 'none' },
  ]);
  expect(wrong.every(({ fix }) => fix.startsWith('install '))).toBe(true);
});

test('with addresses given neither is needed, but somebody must listen there', async () => {
  const env = {
    ...nothing,
    VIGIE_KAFKA_BROKERS: '127.0.0.1:1,no port',
    VIGIE_REDIS_URL: 'redis://:hidden@127.0.0.1:1',
    VIGIE_CLICKHOUSE_URL: 'http://127.0.0.1:1',
  };
  const checks = await checkPrerequisites({ env, dataDir: '.vigie' });
  const wrong = checks.filter((check) => !check.ok && check.name !== 'Disk space');
  expect(wrong.map(({ name }) => name)).toEqual(['VIGIE_KAFKA_BROKERS', 'VIGIE_KAFKA_BROKERS', 'VIGIE_REDIS_URL', 'VIGIE_CLICKHOUSE_URL']);
  expect(wrong.map(({ found }) => found)).toEqual(['ECONNREFUSED', 'not an address', 'ECONNREFUSED', 'ECONNREFUSED']);
  expect(JSON.stringify(checks)).not.toContain('hidden');
});
