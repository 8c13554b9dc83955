import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRules, type AlertRecord, type Rule } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { eventually, useServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startReceiver, type CountingReceiver } from './counting-receiver.ts';
import type { Script } from './script.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const startMs = Date.UTC(2026, 10, 22, 10);
// Limits: warning 5 until below 4.5, critical 7 until below 6.
const values = ['3.00', '6.00', '8.00', '5.50', '4.70', '4.00', '9.00', '1.00'];
/** What must be told, worked out by hand from the values above: two episodes. */
const expectedKinds = [
  ['firing', 'escalated', 'deescalated', 'resolved'],
  ['firing', 'resolved'],
];
const expectedCount = 6;
const nowMs = startMs + values.length * 60_000;
const entry = fileURLToPath(new URL('./scripted-monitor.ts', import.meta.url));

let folder = '';
let receiver: CountingReceiver;
let store: AlertStore;
let prefix = '';
let runCount = 0;
const children: ChildProcess[] = [];

function rulesText(url: string): string {
  return `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    severity: { warning: { at_or_above: 5, recover_below: 4.5 }, critical: { at_or_above: 7, recover_below: 6 } }
    min_sample: { measure: customers_at_start, at_least: 50 }
routes: { default: { channels: [hook] } }
channels: { hook: { type: webhook, url: '${url}', secret_env: HOOK_SECRET, allow_private_hosts: ['127.0.0.1'] } }
`;
}

async function begin(statusOf?: (id: string, attempt: number) => number): Promise<void> {
  receiver = await startReceiver({ secret, nowMs, ...(statusOf === undefined ? {} : { statusOf }) });
  const text = rulesText(receiver.url);
  writeFileSync(join(folder, 'rules.yaml'), text);
  const parsed = parseRules(text, kpiDefs);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const rule: Rule = parsed.ruleSet.rules[0]!;
  // As if the rule had been judged until the script begins: every minute of the script is then a missed window.
  const seed = { rule, expectedRevision: 0, evaluatedToMs: startMs, instances: [], records: [], notifications: [], nowMs };
  expect(await store.commit(seed)).toBe('ok');
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-monitor-'));
  runCount += 1;
  prefix = `${suite.redisPrefix}-kill-${runCount}`;
  store = createAlertStore(redis, prefix);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  await receiver.close();
  rmSync(folder, { recursive: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ signal: NodeJS.Signals | null; code: number | null; output: string }>;
}

/** Time goes on by `laterMs` between a death and the next start, so that a lease of the dead has run out. */
function startMonitor(env: Record<string, string> = {}, laterMs = 0): Running {
  const script: Script = { startMs, nowMs: nowMs + laterMs, values };
  const child = spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      VIGIE_REDIS_URL: suite.redisUrl,
      VIGIE_REDIS_PREFIX: prefix,
      VIGIE_RULES_FILE: join(folder, 'rules.yaml'),
      VIGIE_FAULT_FILE: join(folder, 'faults'),
      HOOK_SECRET: secret,
      SCRIPT: JSON.stringify(script),
      ...env,
    },
  });
  children.push(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, output })));
  return { child, ended };
}

const idsReceived = () => [...new Set(receiver.receipts.filter(({ status }) => status < 300).map(({ id }) => id))];
const faults = () => (existsSync(join(folder, 'faults')) ? readFileSync(join(folder, 'faults'), 'utf8') : '');

/** Everything was told and the outbox is empty. */
async function allTold(): Promise<void> {
  await eventually(
    async () => {
      expect(idsReceived()).toHaveLength(expectedCount);
      expect(await store.outboxDepth()).toBe(0);
    },
    { deadlineMs: 20_000 },
  );
}

async function stopCleanly(running: Running): Promise<string> {
  running.child.kill('SIGTERM');
  const { code, output } = await running.ended;
  expect(code).toBe(0);
  return output;
}

/** One record per transition; every one received, in order within its episode, signed, and nothing else but the same again. */
async function expectHonest(): Promise<void> {
  const history: AlertRecord[] = (await store.history(100)).toReversed();
  expect(history.map(({ transition }) => transition.kind)).toEqual(expectedKinds.flat());
  expect(new Set(history.map(({ transition }) => transition.id)).size).toBe(expectedCount);

  const firstOfId = [...Map.groupBy(receiver.receipts, ({ id }) => id)].map(([id, [first]]) => [id, first!.body] as const);
  const told = firstOfId.map(([, body]): { data: { episode: string; transition: string; kind: string } } => JSON.parse(body));
  const byEpisode = [...Map.groupBy(told, ({ data }) => data.episode).values()];
  expect(byEpisode.map((episode) => episode.map(({ data }) => data.kind))).toEqual(expect.arrayContaining(expectedKinds));
  expect(byEpisode).toHaveLength(expectedKinds.length);
  expect(new Set(told.map(({ data }) => data.transition))).toEqual(new Set(history.map(({ transition }) => transition.id)));

  for (const receipt of receiver.receipts) {
    expect(receipt.isSigned).toBe(true);
    expect(receipt.body).toBe(firstOfId.find(([id]) => id === receipt.id)?.[1]);
  }
  expect(await store.deadLetters(10)).toEqual([]);
}

describe('a monitor that is killed', () => {
  const points = ['monitor.decided', 'monitor.stored', 'monitor.sent'].flatMap((point) =>
    [1, 2, 4, 6].map((passing) => ({ point, passing })),
  );
  test.each(points)('at $point, passing $passing: every transition is told once, or again with the same id', async ({ point, passing }) => {
    await begin();
    const victim = startMonitor({ VIGIE_FAULT_POINT: `${point}:${passing}` });
    expect((await victim.ended).signal).toBe('SIGKILL');
    expect(faults()).toContain(`${point} ${passing} `);

    const heir = startMonitor({}, 30_000);
    await allTold();
    await stopCleanly(heir);
    await expectHonest();
    // Who was killed after the send has sent it, and did not know: it comes once more.
    expect(receiver.receipts.length).toBeGreaterThanOrEqual(point === 'monitor.sent' ? expectedCount + 1 : expectedCount);
  });

  test('again and again, at every point in turn, still tells each transition', async () => {
    await begin();
    for (const [index, point] of ['monitor.decided', 'monitor.decided:2', 'monitor.stored', 'monitor.sent', 'monitor.sent'].entries()) {
      const victim = startMonitor({ VIGIE_FAULT_POINT: point }, index * 30_000);
      expect((await victim.ended).signal).toBe('SIGKILL');
    }
    const heir = startMonitor({}, 150_000);
    await allTold();
    await stopCleanly(heir);
    await expectHonest();
  });
});

describe('two monitors', () => {
  test('announce each transition exactly once', async () => {
    await begin();
    const both = [startMonitor(), startMonitor()];
    await allTold();
    for (const one of both) await stopCleanly(one);
    await expectHonest();
    expect(receiver.receipts).toHaveLength(expectedCount);
  });

  test('a paused one that wakes with a decision of long ago changes nothing', async () => {
    await begin();
    const sleeper = startMonitor({ VIGIE_FAULT_POINT: 'monitor.decided', VIGIE_FAULT_ACTION: 'pause' });
    await eventually(() => faults().startsWith('monitor.decided 1 '));
    const other = startMonitor();
    await allTold();
    sleeper.child.kill('SIGCONT');
    const said = await stopCleanly(sleeper);
    await stopCleanly(other);
    expect(said).toContain('vigie_monitor_commits_refused_total 1');
    await expectHonest();
    expect(receiver.receipts).toHaveLength(expectedCount);
  });
});

describe('a receiver that fails', () => {
  test('gets the same notification until it takes it, and the next one only then', async () => {
    await begin((_id, attempt) => [503, 429, 500, 204][attempt - 1] ?? 204);
    const monitor = startMonitor();
    await allTold();
    await stopCleanly(monitor);
    await expectHonest();
    const attempts = [...Map.groupBy(receiver.receipts, ({ id }) => id).values()].map((group) => group.map(({ status }) => status));
    expect(attempts).toEqual(Array.from({ length: expectedCount }, () => [503, 429, 500, 204]));
  });
});
