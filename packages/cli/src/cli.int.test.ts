import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createEventProducer, createKafka } from '@vigie/kafka';
import { eventually, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from './stack/service.ts';

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const suite = useServers();
const folder = mkdtempSync(join(tmpdir(), 'vigie-cli-'));
const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const processEnv = (): NodeJS.ProcessEnv => ({ ...process.env, ...suite.environment, VIGIE_SIM_CONTROL_PORT: '0' });

/** The command line as a person runs it. */
async function vigie(args: readonly string[], input = ''): Promise<Run> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { env: processEnv() });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end(input);
  return new Promise((resolve) => void child.once('close', (code) => resolve({ code, out, err })));
}

const kpi = async (...args: string[]): Promise<Record<string, unknown>> =>
  (JSON.parse((await vigie(['kpi', 'get', ...args, '--json'])).out) as { total: Record<string, unknown> }).total;

describe('the command line on real servers', () => {
  let consumer: Service;
  beforeAll(async () => {
    expect(await vigie(['migrate'])).toMatchObject({ code: 0, out: '' });
    const logFile = join(folder, 'consumer.log');
    consumer = await startService({
      name: 'consumer',
      entry: 'services/consumer/src/main.ts',
      env: processEnv(),
      logFile,
      report: () => {},
    });
  });
  afterAll(() => consumer?.stop());

  test('publish names each wrong line and publishes the others', async () => {
    const order = (id: string, grossMinor: unknown): string =>
      JSON.stringify({
        type: 'order.placed',
        id,
        subject: 'c1',
        data: { order_id: id, gross_minor: grossMinor, currency: 'EUR', channel: 'search' },
      });
    const lines = [order('o1', 1000), '', 'nonsense', order('o2', '10'), order('o3', 250), order('o1', 1000)];
    const run = await vigie(['publish', '-'], lines.join('\n'));
    expect(run).toMatchObject({ code: 1, out: '' });
    expect(run.err).toContain('-:3: expected JSON');
    expect(run.err).toContain('-:4: data.gross_minor: expected an integer');
    expect(run.err).toContain('published 3 events, refused 2');
  });

  test('kpi get answers live and in SQL, each order once', async () => {
    const expected = { value: '6.25', measures: { order_revenue: '1250', orders: '2' }, unit: 'currency' };
    await eventually(async () => expect(await kpi('average_order_value')).toMatchObject({ ...expected, source: 'live' }), {
      deadlineMs: 30_000,
    });
    await eventually(async () => expect(await kpi('average_order_value', '--sql')).toMatchObject({ ...expected, source: 'sql' }), {
      deadlineMs: 30_000,
    });
    const shown = await vigie(['kpi', 'get', 'revenue', '--by', 'channel']);
    expect(shown.out).toMatch(/search\s+12\.50 EUR/);
  });

  test('kpi explain gives SQL that the analyst can run, with the same number', async () => {
    const explained = JSON.parse((await vigie(['kpi', 'explain', 'revenue', '--json'])).out) as { value: string; sql: string }[];
    expect(explained[0]?.value).toBe('12.50');
    const asked = JSON.parse((await vigie(['sql', explained[0]!.sql, '--json'])).out) as { columns: { name: string }[]; rows: unknown[][] };
    expect(asked.rows[0]?.[asked.columns.findIndex(({ name }) => name === 'value')]).toBe('12.50');
  });

  test('the analyst reads views and nothing else', async () => {
    const run = await vigie(['sql', `SELECT body FROM ${suite.database}.events`]);
    expect(run).toMatchObject({ code: 1, out: '' });
    expect(run.err).toContain('Not enough privileges');
  });

  test('a distinct KPI says by itself that ClickHouse answered', async () => {
    const run = await vigie(['kpi', 'get', 'repeat_customer_rate']);
    expect(run.code).toBe(0);
    expect(run.err).toContain('answered by ClickHouse');
    expect(run.out).toContain('repeat_buyers 1, buyers 1');
  });

  test('import takes a gzipped CSV through a mapping, and importing again counts nothing twice', async () => {
    const file = join(folder, 'leads.csv.gz');
    writeFileSync(file, gzipSync('lead,channel\n"a, b",search\nc,partner\n'));
    const map = join(folder, 'mapping.mjs');
    writeFileSync(
      map,
      `export async function* map(rows) {
        for await (const { lead, channel } of rows)
          yield { type: 'order.placed', id: lead, source: 'file', subject: lead, time: '2026-01-15T12:00:00Z',
            data: { order_id: lead, gross_minor: 100, currency: 'EUR', channel } };
      }`,
    );
    for (let round = 1; round <= 2; round++) {
      expect(await vigie(['import', file, '--map', map])).toMatchObject({ code: 0 });
      expect(await kpi('revenue', '--window', '2026-01')).toMatchObject({ value: '2.00' });
      expect(await kpi('revenue', '--window', '2026-01', '--sql')).toMatchObject({ value: '2.00' });
    }
  });

  test('what could not be accepted is listed and shown with its bytes', async () => {
    const logger = { debug: () => {}, info: () => {}, warn: () => {} };
    const kafka = createKafka({ connection: { brokers: suite.brokers }, clientId: 'cli-test', logger });
    const producer = createEventProducer(kafka, { topic: suite.topic });
    await producer.send([{ key: 'default:c1', value: 'not \u0007 JSON' }]);
    await producer.close();
    const found = await eventually(
      async () => {
        const list = JSON.parse((await vigie(['dead-letters', 'list', '--json'])).out) as {
          dead_letters: { partition: number; offset: string }[];
        };
        expect(list.dead_letters).toMatchObject([{ reason: 'bad_json', key: 'default:c1' }]);
        return list.dead_letters[0]!;
      },
      { deadlineMs: 30_000 },
    );
    const shown = await vigie(['dead-letters', 'show', `${found.partition}:${found.offset}`]);
    expect(shown.out).toContain('not \\x07 JSON');
  });

  test('verify proves it, with exit code 0', async () => {
    const run = await vigie(['verify', '--window', '30d', '2026-01', '--json']);
    expect(JSON.parse(run.out)).toMatchObject({ proved: true, differences: [] });
    expect(run.code).toBe(0);
  });

  test('simulate runs the simulator on the same servers, hands on its options and its exit code', async () => {
    const run = await vigie(['simulate', '--tenant', 'company', '--days', '1', '--until', 'history']);
    expect(run.code).toBe(0);
    expect(run.err).toContain('the simulator writes to the servers of the environment (VIGIE_KAFKA_BROKERS');
    await eventually(async () => expect((await kpi('mrr', '--tenant', 'company'))['value']).toMatch(/^[1-9]/), { deadlineMs: 30_000 });
    const wrong = await vigie(['simulate', '--dayz', '1']);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('--dayz');
  });

  test.each([
    [['kpi', 'get', 'custmer_churn_rate'], 2, 'did you mean customer_churn_rate?'],
    [['kpi', 'get', 'cac', '--window', '30x'], 2, '--window: expected a rolling window'],
    [['kpi', 'get', 'cac', '--by', 'chanel'], 2, 'did you mean channel?'],
    [['kpi', 'got'], 2, 'Did you mean get?'],
    [['publish', '/no/such/file'], 3, 'found nothing at /no/such/file'],
    [['dead-letters', 'show', 'x'], 2, 'expected partition:offset'],
  ])('a mistake is told with what to do: %j', async (args, code, message) => {
    const run = await vigie(args);
    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toContain(message);
  });
});
