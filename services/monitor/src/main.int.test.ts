import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectClickhouse, migrate } from '@vigie/clickhouse';
import { clickhouseConfig, readConfig } from '@vigie/runtime';
import { eventually, useServers } from '@vigie/testkit';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const suite = useServers();
const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder = '';
beforeAll(async () => {
  const clickhouse = connectClickhouse(readConfig(clickhouseConfig, suite.environment), { name: 'test' });
  await migrate(clickhouse, () => {});
  await clickhouse.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-monitor-main-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, ...suite.environment, VIGIE_HTTP_PORT: '0', VIGIE_HTTP_HOST: '127.0.0.1', ...env },
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, said, ended };
}

test('the service starts with the rules that ship, is ready, shows its metrics and drains on SIGTERM', async () => {
  const { child, said, ended } = start({});
  const port = await eventually(() => {
    const found = /"port":(\d+)/.exec(said.out)?.[1];
    expect(found).toBeDefined();
    return found!;
  });
  await eventually(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200));
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  // Nothing was ever consumed here, so every rule waits for complete numbers, and shows that it does.
  expect(metrics).toMatch(/vigie_monitor_evaluation_lag_seconds\{rule="churn-30d"\} \d/);
  expect(metrics).toContain('vigie_monitor_outbox_notifications 0');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a rules file with mistakes is refused at the start, with every mistake and its place', async () => {
  const file = join(folder, 'rules.yaml');
  writeFileSync(
    file,
    `version: 1
rules:
  - uid: a
    kpy: cac
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_above: 1 } }
  - uid: a
    kpi: cac
    window: { size: 30d, every: 90s }
    severity: { warning: { at_or_above: 1 } }
`,
  );
  const { said, ended } = start({ VIGIE_RULES_FILE: file });
  expect(await ended).toBe(1);
  expect(said.err).toBe(
    `${file}:4:5 rules[0].kpy: unknown key "kpy". Did you mean kpi?\n${file}:9:33 rules[1].window.every: ` +
      'expected whole minutes, at least 1m (windows end on minutes), found 90 s\n',
  );
});
