import { beforeAll, describe, expect, test } from 'vitest';
import type { SuiteServers } from './suite-servers.ts';
import { useServers } from './use-servers.ts';

const suite = useServers();
const store = `${suite.database}.facts`;
const views = `${suite.database}_kpi`;

interface Answer {
  ok: boolean;
  text: string;
}

async function ask(user: 'vigie' | 'analyst', sql: string, parameters: Record<string, string> = {}): Promise<Answer> {
  const { clickhouse }: SuiteServers = suite;
  const password = user === 'vigie' ? clickhouse.password : clickhouse.analystPassword;
  const name = user === 'vigie' ? clickhouse.user : clickhouse.analystUser;
  const url = `${clickhouse.url}/?${new URLSearchParams(parameters).toString()}`;
  const response = await fetch(url, { method: 'POST', headers: { 'X-ClickHouse-User': name, 'X-ClickHouse-Key': password }, body: sql });
  return { ok: response.ok, text: (await response.text()).trim() };
}

const analyst = (sql: string, parameters?: Record<string, string>) => ask('analyst', sql, parameters);

/** Those of the queries that the analyst was not refused. */
async function letThrough(queries: string[]): Promise<string[]> {
  const answers = await Promise.all(queries.map(async (sql) => ({ sql, ...(await analyst(sql)) })));
  return answers.filter(({ ok }) => ok).map(({ sql }) => sql);
}

async function asOwner(sql: string): Promise<void> {
  const answer = await ask('vigie', sql);
  if (!answer.ok) throw new Error(`${sql}: ${answer.text}`);
}

beforeAll(async () => {
  const definer = 'DEFINER = vigie SQL SECURITY DEFINER';
  await asOwner(`CREATE TABLE ${store} (at Int64, value Int64) ENGINE = ReplacingMergeTree ORDER BY at PARTITION BY intDiv(at, 50)`);
  await asOwner(`INSERT INTO ${store} SELECT number, 2 FROM numbers(100)`);
  await asOwner(`CREATE VIEW ${views}.total ${definer} AS SELECT sum(value) AS value FROM ${store} FINAL`);
  await asOwner(`CREATE VIEW ${views}.until ${definer} AS SELECT sum(value) AS value FROM ${store} FINAL WHERE at < {to:Int64}`);
  await asOwner(`CREATE VIEW ${views}.endless ${definer} AS SELECT number FROM system.numbers LIMIT 900000000000`);
  await asOwner(`CREATE VIEW ${views}.wide ${definer} AS SELECT number FROM system.numbers LIMIT 1500000`);
  await asOwner(
    `CREATE VIEW ${views}.heavy ${definer} AS SELECT groupArray(number) AS all FROM (SELECT number FROM system.numbers LIMIT 1900000000)`,
  );
});

describe('the analyst', () => {
  test('reads a view, plain and parameterised, also with a bound parameter', async () => {
    expect(await analyst(`SELECT value FROM ${views}.total`)).toEqual({ ok: true, text: '200' });
    expect(await analyst(`SELECT value FROM ${views}.until(to = 10)`)).toEqual({ ok: true, text: '20' });
    expect(await analyst(`SELECT value FROM ${views}.until(to = {x:Int64})`, { param_x: '3' })).toEqual({ ok: true, text: '6' });
  });

  test('is refused the store behind the view, by any name', async () => {
    const ways = [
      `SELECT * FROM ${store}`,
      `SELECT * FROM merge('${suite.database}', '.*')`,
      `SELECT * FROM mergeTreeIndex('${suite.database}', 'facts')`,
      `SELECT * FROM remote('127.0.0.1', '${suite.database}', 'facts')`,
      `SELECT * FROM cluster('default', ${store})`,
      `SHOW CREATE TABLE ${store}`,
    ];
    expect(await letThrough(ways)).toEqual([]);
    expect((await analyst(`SELECT * FROM ${store}`)).text).toMatch(/ACCESS_DENIED/);
  });

  test('does not even see the store, its parts, its columns or what others ask', async () => {
    const counts = ['tables', 'columns', 'parts'].map(
      (table) => `SELECT count() AS n FROM system.${table} WHERE database = '${suite.database}' HAVING n > 0`,
    );
    const seen = (await Promise.all(counts.map((sql) => analyst(sql)))).filter(({ ok, text }) => ok && text !== '');
    expect(seen).toEqual([]);
    expect((await analyst('SELECT query FROM system.processes')).text).toMatch(/ACCESS_DENIED/);
  });

  test('is refused every way to write or to change', async () => {
    const ways = [
      `INSERT INTO ${store} VALUES (1, 1)`,
      `DROP VIEW ${views}.total`,
      `CREATE VIEW ${views}.mine AS SELECT 1`,
      `CREATE TEMPORARY TABLE mine (n Int8)`,
      `ALTER TABLE ${store} DELETE WHERE 1`,
      `CREATE DATABASE mine`,
      'CREATE USER mine',
      'GRANT SELECT ON *.* TO analyst',
      'SYSTEM SHUTDOWN',
      'SYSTEM STOP LISTEN HTTP',
      `KILL QUERY WHERE 1`,
    ];
    expect(await letThrough(ways)).toEqual([]);
    expect(await ask('vigie', `SELECT count(), sum(value) FROM ${store} FINAL`)).toEqual({ ok: true, text: '100\t200' });
  });

  test('is refused every way out of the database: files, addresses, programs, other databases', async () => {
    const ways = [
      `SELECT * FROM file('/etc/hostname', 'LineAsString')`,
      `SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')`,
      `SELECT * FROM s3('http://127.0.0.1:1/b/k', 'CSV', 'n Int8')`,
      `SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')`,
      `SELECT * FROM postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')`,
      `SELECT * FROM redis('127.0.0.1:1', 'k', 'k String')`,
      `SELECT * FROM executable('id', 'TSV', 's String')`,
      `SELECT 1 INTO OUTFILE '/tmp/out'`,
      `SELECT * FROM input('n Int8')`,
    ];
    expect(await letThrough(ways)).toEqual([]);
    expect((await analyst(ways[0]!)).text).toMatch(/ACCESS_DENIED/);
    expect((await analyst(ways[1]!)).text).toMatch(/ACCESS_DENIED/);
  });

  test('meets a limit on rows read, rows returned and memory, through views too', async () => {
    expect((await analyst(`SELECT count() FROM ${views}.endless`)).text).toMatch(/TOO_MANY_ROWS/);
    expect((await analyst(`SELECT number FROM ${views}.wide FORMAT Null`)).text).toMatch(/TOO_MANY_ROWS_OR_BYTES/);
    expect((await analyst(`SELECT length(all) FROM ${views}.heavy`)).text).toMatch(/MEMORY_LIMIT_EXCEEDED/);
  });

  test('meets a limit on time that it may only shorten', async () => {
    const slow = 'SELECT sum(sleepEachRow(0.1)) FROM system.numbers LIMIT 100 SETTINGS max_block_size = 1';
    expect((await analyst(slow)).text).toMatch(/max_block_size/);
    // Hashing is slow enough for a second and small enough for the limit on rows.
    const busy = 'SELECT sum(sipHash64(sipHash128(toString(number)))) FROM numbers(1500000000)';
    expect((await analyst(busy, { max_execution_time: '1' })).text).toMatch(/TIMEOUT_EXCEEDED/);
    expect((await analyst('SELECT 1', { max_execution_time: '0' })).text).toMatch(/SETTING_CONSTRAINT_VIOLATION/);
    expect((await analyst('SELECT 1', { max_execution_time: '1000' })).text).toMatch(/SETTING_CONSTRAINT_VIOLATION/);
  });

  test('cannot lift any limit or its own read-only state', async () => {
    const limits = ['max_rows_to_read', 'max_memory_usage', 'max_result_bytes', 'max_concurrent_queries_for_user'];
    const answers = await Promise.all(['readonly', 'allow_ddl', ...limits].map((name) => analyst('SELECT 1', { [name]: '0' })));
    expect(answers.filter(({ ok, text }) => ok || !/READONLY|Cannot modify/.test(text))).toEqual([]);
  });

  test('may send what client libraries send with every query', async () => {
    const sent = {
      enable_http_compression: '1',
      date_time_output_format: 'iso',
      output_format_json_quote_64bit_integers: '1',
      session_timezone: 'Europe/Paris',
    };
    expect((await analyst('SELECT 1', sent)).ok).toBe(true);
  });

  test('needs its password', async () => {
    const response = await fetch(suite.clickhouse.url, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': suite.clickhouse.analystUser },
      body: 'SELECT 1',
    });
    expect(response.ok).toBe(false);
  });
});
