import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKafka, ensureTopic, watchLog } from '@vigie/kafka';
import { eventually, useServers } from '@vigie/testkit';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const suite = useServers();
const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let folder = '';

beforeAll(async () => {
  const kafka = createKafka({ connection: { brokers: suite.brokers }, clientId: 'simulator-test', logger: silent });
  await ensureTopic(kafka, { topic: suite.topic, partitionCount: 12, replicationFactor: 1, retentionMs: 7 * 86_400_000 });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-simulator-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[]) {
  const env = { ...process.env, ...suite.environment, VIGIE_HTTP_PORT: '0', VIGIE_HTTP_HOST: '127.0.0.1', VIGIE_SIM_CONTROL_PORT: '0' };
  const child = spawn(process.execPath, [entry, ...args], { env });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, said, ended };
}

async function recordCount(): Promise<number> {
  const log = await watchLog(
    createKafka({ connection: { brokers: suite.brokers }, clientId: 'simulator-test', logger: silent }),
    suite.topic,
  );
  const ranges = await log.read();
  await log.close();
  return [...ranges.values()].reduce((sum, { high }) => sum + high, 0);
}

test('the service tells history, keeps the rate, takes an incident while it runs, answers from its books and writes them down', async () => {
  const file = join(folder, 'ledger.json');
  const { child, said, ended } = start(['--days', '40', '--rate', '300', '--seed', '9', '--ledger', file]);
  const port = await eventually(() => {
    const found = /"controlPort":(\d+)/.exec(said.out)?.[1];
    expect(found, said.err).toBeDefined();
    return found!;
  });
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const status = async () => (await (await fetch(at('/status'))).json()) as { phase: string; rate: { reached: number } | null };
  await eventually(async () => expect((await status()).phase).toBe('live'));
  const before = await (await fetch(at('/ledger?kpi=customer_churn_rate&window=30d'))).json();
  const staged = await fetch(at('/incidents'), { method: 'POST', body: 'churn-wave/2s:share=0.8,grace=100ms,win_back=0' });
  expect([staged.status, await staged.json()]).toEqual([202, expect.objectContaining({ kind: 'churn-wave' })]);
  await eventually(
    async () => {
      const after = await (await fetch(at('/ledger?kpi=customer_churn_rate&window=30d'))).json();
      expect(Number((after as { value: string }).value)).toBeGreaterThan(Number((before as { value: string }).value) + 15);
    },
    { deadlineMs: 20_000 },
  );
  await eventually(async () => expect((await status()).rate?.reached).toBeGreaterThan(270), { deadlineMs: 20_000 });
  const refused = await fetch(at('/incidents'), { method: 'POST', body: 'flood' });
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('expected one of churn-wave')]);
  expect((await fetch(at('/status'), { headers: { origin: 'https://elsewhere.example' } })).status).toBe(403);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const book = JSON.parse(readFileSync(file, 'utf8')) as { counts: { sentCount: number } };
  // One number of the books can be checked from outside: what Kafka holds.
  expect(book.counts.sentCount).toBe(await recordCount());
});

test('every mistake in options is told, with what was expected', async () => {
  const { said, ended } = start(['--rate', '90000', '--zone', 'Mars/Base']);
  expect(await ended).toBe(1);
  expect(said.err).toContain('VIGIE_SIM_RATE: expected events per second once live, 1 to 20000, found "90000"');
  expect(said.err).toContain('VIGIE_SIM_ZONE: expected the tenant\'s IANA time zone, found "Mars/Base"');
});
