import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Instance, instanceId, type Lane } from '@vigie/alerting';
import { connectClickhouse, writeAlertJournal } from '@vigie/clickhouse';
import { type AlertStore, connectRedis, createAlertStore } from '@vigie/redis';
import { connectionConfig, createLogger, readConfig } from '@vigie/runtime';
import { aLane, anAlertRecord, anAlertRule, aLaneCommit, aNotification, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const suite = useServers();
const folder = mkdtempSync(join(tmpdir(), 'vigie-alerts-'));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const logger = createLogger({ name: 'test', level: 'silent' });
const connection = { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined };
const client = connectRedis(connection, { name: 'test', logger });
const store: AlertStore = createAlertStore(client, suite.redisPrefix);
const clickhouse = connectClickhouse(readConfig(connectionConfig, suite.environment).clickhouse, { name: 'test' });
afterAll(async () => {
  client.disconnect();
  await clickhouse.close();
});

const rulesFile = join(folder, 'rules.yaml');
writeFileSync(
  rulesFile,
  `version: 1
rules:
  - uid: churn
    name: Customer churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_above: 5, recover_below: 4.5 } }
  - uid: never
    kpi: mrr
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_below: 5, recover_above: 6 } }
`,
);
const env = (): NodeJS.ProcessEnv => ({ ...process.env, ...suite.environment, VIGIE_RULES_FILE: rulesFile, NO_COLOR: '1' });

async function vigie(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], { env: env() });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.end();
  return new Promise((resolve) => void child.once('close', (code) => resolve({ code, out, err })));
}
const json = async <T>(...args: readonly string[]): Promise<T> => JSON.parse((await vigie(...args, '--json')).out) as T;

const hourMs = 3_600_000;
const startedMs = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
const rule = { ...anAlertRule('churn'), name: 'Customer churn', runbook: 'https://wiki.example/churn' };
const lane: Lane = aLane('lane-log', 'log');

/** An instance as the monitor leaves it, with the record of its firing. */
function fired(channel: string) {
  const id = instanceId('default', 'churn', { channel });
  const episode = { id: `${channel}-episode`, sinceMs: startedMs, startedMs, transitionCount: 1 };
  const instance: Instance = {
    ...{ id, labels: { channel }, condition: { state: 'FIRING', severity: 'warning', episode }, evaluatedToMs: startedMs },
    ...{ missingCount: 0, lanes: [lane] },
  };
  const own = { instance: id, episode: episode.id, episodeStartedMs: startedMs, episodeSinceMs: startedMs, windowEndMs: startedMs };
  const evidence = (value: string, lost: string, toMs: number) => ({
    ...{ value, reason: null, unit: 'percent' as const, currency: 'EUR', numerator: lost, denominator: '1000' },
    window: { from: toMs - 30 * 24 * hourMs, to: toMs, label: '30d', zone: 'UTC' },
    ...{ measures: { customers_lost: lost, customers_at_start: '1000' }, completeThroughMs: toMs + 500, generation: 1 },
  });
  const rows = [
    { slice: 'basic', contribution: '1.50', before: '4.00', after: '7.00' },
    { slice: 'team', contribution: '0.70', before: '3.80', after: '4.20' },
  ];
  const record = {
    ...anAlertRecord(`${channel}-t1`, own),
    ...{ rule, slice: { dimension: 'channel', value: channel }, limit: rule.limits[0]!, judged: '6.10' },
    evidence: evidence('6.10', '61', startedMs),
    explanation: {
      lastOk: evidence('3.90', '39', startedMs - hourMs),
      drivers: [{ dimension: 'plan', before: '3.90', after: '6.10', change: '2.20', rows }],
    },
  };
  return { instance, record };
}

beforeAll(async () => {
  expect(await vigie('migrate')).toMatchObject({ code: 0, out: '' });
});

test('before any monitor ran it says that nothing is known, and what was not judged', async () => {
  const run = await vigie('alerts', 'list', '--exit-code');
  expect(run).toMatchObject({ code: 0, err: '' });
  expect(run.out).toContain('no monitor has run on this Redis');
  expect(run.out).toContain('not judged yet: churn, never');
});

describe('with two alerts that fire and one that is pending', () => {
  const [paid, email] = [fired('paid_search'), fired('email')];
  beforeAll(async () => {
    await store.begin('epoch');
    const pending: Instance = {
      ...{
        id: instanceId('default', 'churn', { channel: 'social' }),
        labels: { channel: 'social' },
        evaluatedToMs: startedMs,
        missingCount: 0,
      },
      condition: { state: 'PENDING', severity: 'warning', sinceMs: startedMs, elapsedMs: 0, heldMs: 0, recent: [] },
    };
    const records = [paid.record, email.record];
    const arrivals = records.map((record) => ({ arrival: { lane, record, storedMs: startedMs }, dueMs: startedMs }));
    const commit = { rule, expectedRevision: 0, evaluatedToMs: startedMs, health: { state: 'HEALTHY' } as const, nowMs: startedMs };
    expect(await store.commit({ ...commit, instances: [paid.instance, email.instance, pending], records, arrivals })).toBe('ok');
    const lost = { channel: 'log', queue: lane.id, text: 'Customer churn is 6.10%', episodes: [paid.record.transition.episode] };
    const notifications = [aNotification('msg_lost00000001', lost)];
    const { revision } = await store.loadLane(lane);
    const announced = { status: 'firing', severity: 'warning', atMs: startedMs } as const;
    const alerts = records.map((current) => {
      const { instance, episode } = current.transition;
      return { instance, episode, current, announced, pending: [] };
    });
    const state = { lane, alerts, lastMessageMs: startedMs, messageCount: 1, firings: {}, damped: {} };
    const told = aLaneCommit({ lane, expectedRevision: revision, state, consumedCount: records.length, notifications, dueMs: null });
    expect(await store.commitLane(told)).toBe('ok');
    const [claimed] = await store.claim({ nowMs: Date.now(), leaseMs: 60_000, countMax: 1 });
    expect(await store.settle(claimed!, { kind: 'dead', nowMs: Date.now(), reason: 'HTTP 404' })).toBe(true);
  });

  test('the list has value, limit, since when and who was told, and its exit code is for scripts', async () => {
    const run = await vigie('alerts', 'list', '--exit-code');
    expect(run.code).toBe(1);
    expect(run.out).toContain('2 alerts fire (2 warning)');
    expect(run.out).toMatch(/WARNING {2}Customer churn {2}channel=paid_search {2}paid_s/);
    expect(run.out).toContain('6.10% over 30d, limit at or above 5%');
    expect(run.out).toContain('1 notification could not be delivered');
    expect(run.out).toContain('not judged yet: never');
    expect(run.out).not.toContain('social');
    expect((await vigie('alerts', 'list', '--all')).out).toContain('PENDING (warning)  Customer churn  channel=social');
    const { alerts } = await json<{ alerts: object[] }>('alerts', 'list', '--all');
    expect(alerts).toHaveLength(3);
    expect(alerts[0]).toMatchObject({
      state: 'FIRING',
      value: '6.10',
      unit: 'percent',
      limit: { limit: '5', recovery: '4.5' },
      runbook: rule.runbook,
    });
  });

  test('show says everything: numbers, how they moved, what moved them, and the runbook', async () => {
    const { out, code } = await vigie('alerts', 'show', 'paid');
    expect(code).toBe(0);
    for (const text of [
      /value +6\.10%/,
      /limit +at or above 5% \(warning\)/,
      /customers_lost +39 +61 +\+22/,
      /customer_churn_rate +3\.90% +6\.10% +\+2\.20 pp/,
      /basic +4\.00% +7\.00% +\+1\.50 pp/,
      /the whole +3\.90% +6\.10% +\+2\.20 pp/,
      /explain +vigie kpi explain customer_churn_rate/,
      /runbook +https:\/\/wiki\.example\/churn/,
      /FIRING warning +Customer churn channel=paid_search: 6\.10%, limit at or above 5%/,
    ])
      expect(out).toMatch(text);
  });

  test.each([
    [['alerts', 'show', 'paid_serach-episode'], 2, 'found "paid_serach-episode"'],
    [['alerts', 'show', 'chrun'], 2, 'did you mean churn?'],
    [['alerts', 'show', 'churn'], 2, 'found 3 for "churn"'],
    [['alerts', 'history', '--rule', 'chrun'], 2, 'did you mean churn?'],
    [['alerts', 'silence', 'add', '--matcher', 'rule churn', '--for', '2h', '--comment', 'x'], 2, 'expected a matcher such as'],
    [['alerts', 'silence', 'add', '--matcher', 'rule=~.*', '--for', '2h', '--comment', 'x'], 2, 'Everything cannot be silenced at once'],
    [['alerts', 'silence', 'add', '--matcher', 'rule=churn', '--comment', 'x'], 2, 'a silence needs an end'],
    [['alerts', 'retry'], 2, 'expected the id of a lost notification, or --all'],
    [['alerts', 'enable', 'lg'], 2, 'did you mean log?'],
  ])('a mistake is told with what to do: %j', async (args, code, message) => {
    const run = await vigie(...args);
    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toContain(message);
  });

  test('an acknowledgement says what it stops, wakes its lane, shows in the list, and can be taken back', async () => {
    expect(await store.dueLanes({ nowMs: Date.now(), countMax: 10 })).toEqual([]);
    const run = await vigie('alerts', 'ack', 'email', '--comment', 'looking at it', '--author', 'ada');
    expect(run).toMatchObject({ code: 0, out: '' });
    expect(run.err).toContain('repeats to log stop until it becomes graver or ends; its end is told all the same');
    expect((await store.acknowledgements()).get('email-episode')).toMatchObject({
      author: 'ada',
      comment: 'looking at it',
      severity: 'warning',
    });
    expect(await store.dueLanes({ nowMs: Date.now(), countMax: 10 })).toEqual([lane]);
    expect((await vigie('alerts', 'list')).out).toMatch(/acknowledged by ada at \S+.*: looking at it/);
    expect(await vigie('alerts', 'unack', 'email')).toMatchObject({ code: 0 });
    expect((await store.acknowledgements()).size).toBe(0);
    expect((await vigie('alerts', 'unack', 'email')).code).toBe(1);
  });

  test('a silence says what it holds now, is listed, and ends when it is ended', async () => {
    const add = await vigie(
      'alerts',
      'silence',
      'add',
      '--matcher',
      'channel=~"paid_.*"',
      '--for',
      '2h',
      '--comment',
      'planned',
      '--author',
      'ada',
    );
    expect(add.err).toContain('it holds 1 alert that fires now: Customer churn channel=paid_search');
    const [silence] = await store.silences();
    expect(silence).toMatchObject({ author: 'ada', comment: 'planned', matchers: [{ label: 'channel', op: '=~', value: 'paid_.*' }] });
    expect(silence!.endsMs - silence!.startsMs).toBe(2 * hourMs);
    expect((await vigie('alerts', 'list')).out).toMatch(/silenced until \S+.* by ada: planned/);
    expect((await vigie('alerts', 'silence', 'list')).out).toContain('channel=~"paid_.*"');
    const ended = await vigie('alerts', 'silence', 'end', silence!.id.slice(0, 6));
    expect(ended.err).toContain('1 alert that it held is told now');
    expect((await vigie('alerts', 'silence', 'list')).out).toContain('nothing is silenced');
    expect((await vigie('alerts', 'silence', 'end', silence!.id)).code).toBe(2);
  });

  test('what was lost is listed with its reason, and goes back under the same id', async () => {
    expect((await vigie('alerts', 'deliveries', '--dead')).out).toMatch(
      /msg_lost0\d* +log +firing +LOST \S+.* +1 +HTTP 404 +Customer churn is 6\.10%/,
    );
    expect((await vigie('alerts', 'retry', 'lost')).err).toContain('1 notification put back');
    expect((await vigie('alerts', 'deliveries', '--dead')).out).toContain('nothing was lost');
    const { deliveries } = await json<{ deliveries: object[] }>('alerts', 'deliveries', '--waiting');
    expect(deliveries).toMatchObject([{ id: 'msg_lost00000001', channel: 'log', state: 'waiting' }]);
  });

  test('what was lost and is over stays where it is, and the answer says so', async () => {
    const notifications = [aNotification('msg_over00000001', { channel: 'log', queue: 'over', episodes: ['ended'] })];
    expect(await store.commitLane(aLaneCommit({ lane: aLane('over', 'log'), notifications }))).toBe('ok');
    const claimed = await store.claim({ nowMs: Date.now(), leaseMs: 0, countMax: 9 });
    const over = claimed.find(({ queue }) => queue === 'over');
    expect(await store.settle(over!, { kind: 'dead', nowMs: Date.now(), reason: 'HTTP 404' })).toBe(true);
    const run = await vigie('alerts', 'retry', '--all');
    expect([run.code, run.err.trim()]).toEqual([
      0,
      '1 left where it is: all that fired there has ended, so to say now that it fires would be wrong',
    ]);
    expect((await vigie('alerts', 'retry', 'msg_over00000001')).code).toBe(1);
  });

  test('a channel whose receiver is gone is told in the list, and can be switched on again', async () => {
    await store.disableChannel('log', '410 Gone', Date.now());
    expect((await vigie('alerts', 'list')).out).toContain('channel log is OFF: 410 Gone');
    const retried = await vigie('alerts', 'retry', '--all');
    expect([retried.code, retried.err]).toEqual([1, expect.stringContaining('1 left where it is: the channel is off')]);
    expect((await vigie('alerts', 'enable', 'log')).err).toContain('log is on again');
    expect((await store.disabledChannels()).size).toBe(0);
  });

  test('history has one line each, and goes on in ClickHouse where it reaches further than Redis', async () => {
    const lines = (await vigie('alerts', 'history')).out.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/FIRING warning +Customer churn channel=\S+: 6\.10%, limit at or above 5%/);
    const ago = startedMs - 5 * 24 * hourMs;
    const old = { ...paid.record, transition: { ...paid.record.transition, id: 'old', episode: 'old-episode', windowEndMs: ago } };
    await writeAlertJournal(clickhouse, suite.redisPrefix, [{ kind: 'transition', key: 'old', revision: 1, body: JSON.stringify(old) }]);
    const ids = async (...args: readonly string[]): Promise<string[]> => {
      const { transitions } = await json<{ transitions: { transition: { id: string } }[] }>('alerts', 'history', ...args);
      return transitions.map(({ transition }) => transition.id);
    };
    expect((await ids('--since', '1d')).toSorted()).toEqual(['email-t1', 'paid_search-t1']);
    expect((await ids('--since', '7d')).at(-1)).toBe('old');
    expect(await ids('--since', '7d', '--rule', 'never')).toEqual([]);
  });

  test('watch without a terminal prints one frame and ends', async () => {
    const run = await vigie('watch');
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('KPIs that rules watch');
    expect(run.out).toMatch(/WARNING +Customer churn channel=paid_search/);
    const whole = await json<{ alerts: object[]; kpis: object[] }>('watch');
    expect(whole.alerts).toHaveLength(3);
    expect(whole.kpis).toMatchObject([{ rule: 'churn' }, { rule: 'never' }]);
  });
});
