import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, startService } from '../../stack/service.ts';

const suite = useServers();
const folder = mkdtempSync(join(tmpdir(), 'vigie-backtest-'));
const main = fileURLToPath(new URL('../../main.ts', import.meta.url));
const env: NodeJS.ProcessEnv = { ...process.env, ...suite.environment, NO_COLOR: '1' };
const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Midnight (UTC) today. */
const todayMs = Math.floor(Date.now() / dayMs) * dayMs;
const lostMs = todayMs - 5 * dayMs + 12.5 * hourMs;

const rulesFile = join(folder, 'rules.yaml');
const rules = `version: 1
rules:
  - uid: churn
    name: Churn of a day
    kpi: customer_churn_rate
    window: { size: 24h, every: 1h }
    severity: { warning: { at_or_above: 5, recover_below: 4 } }
  - { uid: by-channel, kpi: customer_churn_rate, group_by: [channel], window: { size: 24h, every: 1h }, severity: { critical: { at_or_above: 15 } } }
  - { uid: lag, signal: completeness_lag, severity: { critical: { at_or_above: 600 } } }
routes:
  default: { channels: [log], group_wait: 30s, repeat_interval: 12h }
`;

async function vigie(args: readonly string[], input = ''): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { env });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end(input);
  return new Promise((resolve) => void child.once('close', (code) => resolve({ code, out, err })));
}

/** 100 customers; within a minute at half past twelve 10 of them leave, all of one channel of 50. */
function events(): string {
  const lines: object[] = [];
  for (let number = 0; number < 100; number++) {
    const subject = `c${number}`;
    const of = (id: string, atMs: number): object => ({
      subject,
      source: 'test',
      id: `${subject}/${id}`,
      time: new Date(atMs).toISOString(),
    });
    const subscription = { subscription_id: subject, currency: 'EUR' };
    const channel = number < 50 ? 'search' : 'partner';
    lines.push({ ...of('a', todayMs - 20 * dayMs), type: 'customer.attributed', data: { channel } });
    const started = { ...subscription, plan: 'basic', interval: 'month', mrr_minor: 1000 };
    lines.push({ ...of('s', todayMs - 20 * dayMs), type: 'subscription.started', data: started });
    if (number < 10)
      lines.push({ ...of('e', lostMs + number * 1000), type: 'subscription.ended', data: { subscription_id: subject, voluntary: true } });
  }
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

let consumer: Service;
beforeAll(async () => {
  writeFileSync(rulesFile, rules);
  expect(await vigie(['migrate'])).toMatchObject({ code: 0 });
  const logFile = join(folder, 'consumer.log');
  consumer = await startService({ name: 'consumer', entry: 'services/consumer/src/main.ts', env, logFile, report: () => {} });
  expect(await vigie(['publish', '-'], events())).toMatchObject({ code: 0 });
  const lost = ['kpi', 'get', 'customer_churn_rate', '--window', '7d', '--sql', '--json'];
  await eventually(async () => expect(JSON.parse((await vigie(lost)).out)).toMatchObject({ total: { value: '10.00' } }), {
    deadlineMs: 60_000,
  });
}, 120_000);
afterAll(async () => {
  await consumer?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const iso = (ms: number): string => new Date(ms).toISOString();

test('a backtest says what the rules would have done: worked by hand, window by window', async () => {
  const since = new Date(todayMs - 10 * dayMs).toISOString().slice(0, 10);
  const until = iso(todayMs - dayMs).slice(0, 10);
  const asked = ['rules', 'backtest', '--rules', rulesFile, '--since', since, '--until', until, '--sweep', 'churn: warning 5..15 step 5'];
  // Every partition, idle ones too, has to have said how far it is complete.
  const run = await eventually(
    async () => {
      const done = await vigie([...asked, '--json']);
      expect(done.err).not.toContain('heard of every partition');
      return done;
    },
    { deadlineMs: 60_000 },
  );
  expect(run.code).toBe(0);
  expect(run.err).toContain("1 rule on Vigie's own signals left out");
  // Lost at 12:30: the window that ends at 13:00 is the first with them in it, and the one that ends 24 h later the first without.
  const [fired, ended] = [todayMs - 5 * dayMs + 13 * hourMs, todayMs - 4 * dayMs + 13 * hourMs];
  const report = JSON.parse(run.out) as { rules: Record<string, unknown>[]; sweep: { steps: unknown[] }; notifications: unknown };
  expect(report.rules[0]).toMatchObject({
    ...{ rule: 'churn', window_count: 9 * 24, firing_count: 1, firing_minutes: 24 * 60, flap_count: 0, judgement_count: 9 * 24 },
    ...{ inconclusive: {}, notifications: { log: { firing: 1, repeat: 1, resolved: 1 } } },
    firing: [{ severity: 'warning', from: iso(fired), to: iso(ended), still_firing: false }],
    transitions: [
      { kind: 'firing', window_end: iso(fired), value: '10.00', limit: '5' },
      { kind: 'resolved', window_end: iso(ended), value: '0.00' },
    ],
  });
  expect(report.rules[1]).toMatchObject({
    slices: [
      { slice: 'search', firing_count: 1, firing_minutes: 24 * 60 },
      { slice: 'partner', firing_count: 0, firing_minutes: 0 },
    ],
    transitions: [
      { slice: 'search', value: '20.00' },
      { slice: 'search', value: '0.00' },
    ],
  });
  // 10 % reaches a limit of 10 and none of 15.
  expect(report.sweep.steps).toMatchObject([
    { limit: '5', recovery: '4', is_current: true, firing_count: 1, firing_minutes: 1440 },
    { limit: '10', recovery: '9', is_current: false, firing_count: 1, notifications: { log: { firing: 1, repeat: 1, resolved: 1 } } },
    { limit: '15', recovery: '14', firing_count: 0, notifications: {} },
  ]);
  expect(report.notifications).toEqual({ log: { firing: 2, repeat: 2, resolved: 2 } });

  const shown = (await vigie(asked)).out;
  expect(shown).toContain(`fired once, 1 d in all (1,440 min), longest 1 d from ${iso(fired).slice(0, 16).replace('T', ' ')}Z`);
  expect(shown).toContain('would have told log 3 times (1 firing, 1 repeat, 1 resolved)');
  expect(shown).toMatch(/5 warn .*█/);
});

test('a history without an end, and one too long, are refused with what to do', async () => {
  const future = await vigie(['rules', 'backtest', '--rules', rulesFile, '--since', iso(Date.now() + dayMs).slice(0, 10)]);
  expect(future).toMatchObject({ code: 2, out: '' });
  expect(future.err).toContain('--since: expected a moment before');
  const long = await vigie(['rules', 'backtest', '--rules', rulesFile, '--since', '36000d']);
  expect(long).toMatchObject({ code: 2, out: '' });
  expect(long.err).toContain('expected at most 400,000 windows');
});
