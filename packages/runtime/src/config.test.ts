import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, connectionConfig, readConfig, redisConfig, serviceVariables, type Env } from './index.ts';

const enough = {
  VIGIE_KAFKA_BROKERS: 'one:9092, two:9093',
  VIGIE_REDIS_URL: 'redis://localhost:6379',
  VIGIE_CLICKHOUSE_URL: 'http://localhost:8123',
};

function problemsOf(schema: z.ZodObject, env: Env): readonly string[] {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('the three addresses are enough, the rest has defaults', () => {
    const config = readConfig(connectionConfig, enough);
    expect(config.kafka).toMatchObject({
      brokers: ['one:9092', 'two:9093'],
      topic: 'vigie.events.v1',
      group: 'vigie-consumer',
      ssl: false,
    });
    expect(config.redis).toMatchObject({ url: 'redis://localhost:6379', prefix: 'vigie' });
    expect(config.clickhouse).toMatchObject({ user: 'default', password: '', database: 'vigie', analystUser: 'analyst' });
  });

  test('all problems come at once, each with name, expectation, finding and remedy', () => {
    const problems = problemsOf(connectionConfig, {
      VIGIE_KAFKA_BROKERS: 'localhost',
      VIGIE_KAFKA_SSL: 'yes',
      VIGIE_CLICKHOUSE_URL: 'http://localhost:8123',
    });
    expect(problems).toEqual([
      'VIGIE_KAFKA_BROKERS: expected a list host:port,host:port, found "localhost". Set it like VIGIE_KAFKA_BROKERS=localhost:9092',
      'VIGIE_KAFKA_SSL: expected true or false, found "yes". Set it like VIGIE_KAFKA_SSL=true',
      'VIGIE_REDIS_URL: expected a URL redis://host:port or rediss://host:port, found nothing. Set it like VIGIE_REDIS_URL=redis://localhost:6379',
    ]);
  });

  test('a name that is nearly right is refused with the name that was meant', () => {
    expect(problemsOf(connectionConfig, { ...enough, VIGIE_REDIS_PREFX: 'a' })).toEqual([
      'VIGIE_REDIS_PREFX: expected a name that Vigie knows, found one that it does not. Did you mean VIGIE_REDIS_PREFIX?',
    ]);
  });

  test('variables of other Vigie processes and those that Kubernetes adds do not stop a start', () => {
    const env = {
      ...enough,
      VIGIE_RULES_FILE: 'r.yaml',
      VIGIE_FAULT_POINT: '',
      VIGIE_REDIS_SERVICE_HOST: '10.0.0.1',
      VIGIE_REDIS_PORT_6379_TCP: 'tcp://10.0.0.1:6379',
    };
    expect(problemsOf(z.object({ redis: redisConfig }), env)).toEqual([]);
  });

  test('a secret comes from the file that its _FILE variable names, without the final newline', () => {
    const file = join(folder, 'password');
    writeFileSync(file, 's3cret\n');
    expect(readConfig(redisConfig, { ...enough, VIGIE_REDIS_PASSWORD_FILE: file }).password).toBe('s3cret');
  });

  test('a secret given twice or from a file that is not there is a problem', () => {
    expect(problemsOf(redisConfig, { ...enough, VIGIE_REDIS_PASSWORD: 'a', VIGIE_REDIS_PASSWORD_FILE: 'b' })).toEqual([
      'VIGIE_REDIS_PASSWORD and VIGIE_REDIS_PASSWORD_FILE: expected one of them, found both. Unset one.',
    ]);
    expect(problemsOf(redisConfig, { ...enough, VIGIE_REDIS_PASSWORD_FILE: join(folder, 'none') })[0]).toContain(
      'expected a readable file, found ENOENT',
    );
  });

  test('the value of a secret is never in a message', () => {
    const problems = problemsOf(redisConfig, { VIGIE_REDIS_URL: 'http://user:hunter2@localhost' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hunter2');
  });

  test('SASL without user and password is refused, naming both', () => {
    const problems = problemsOf(connectionConfig, { ...enough, VIGIE_KAFKA_SASL_MECHANISM: 'plain' });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(['VIGIE_KAFKA_USERNAME', 'VIGIE_KAFKA_PASSWORD']);
    expect(problems[0]).toContain('needed because VIGIE_KAFKA_SASL_MECHANISM is set');
  });

  test.each(['-1', '65536', '1e3', 'abc', '0x50', ' 80'])('port %j is refused', (text) => {
    const schema = z.object({ httpPort: serviceVariables.httpPort });
    expect(problemsOf(schema, { VIGIE_HTTP_PORT: text })).toHaveLength(1);
  });

  test('an empty variable counts as unset', () => {
    expect(readConfig(z.object({ httpPort: serviceVariables.httpPort }), { VIGIE_HTTP_PORT: '' }).httpPort).toBe(9464);
  });
});
