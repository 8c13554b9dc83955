import type { AlertRecord, Instance, Notification, Rule } from '@vigie/alerting';
import { type AlertStore, type Commit, connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const client = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => client.disconnect());

const t0 = Date.UTC(2026, 10, 22, 10);
const rule: Rule = {
  uid: 'churn',
  name: 'Churn',
  tenant: 'default',
  kpi: 'customer_churn_rate',
  size: '30d',
  everyMs: 60_000,
  settleMs: 0,
  limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' }],
  forMs: 0,
  keepFiringForMs: 0,
  minSample: null,
  groupBy: null,
  onZeroDenominator: null,
  labels: {},
  summary: null,
  runbook: null,
  definitionHash: 'd',
};
const firing: Instance = {
  id: 'i',
  labels: {},
  condition: { state: 'FIRING', severity: 'warning', episode: { id: 'e', startedMs: t0, transitionCount: 1 } },
  evaluatedToMs: t0,
};
const record = (id: string): AlertRecord => ({
  transition: {
    id,
    kind: 'firing',
    instance: 'i',
    episode: 'e',
    episodeStartedMs: t0,
    sequence: 0,
    severity: 'warning',
    previousSeverity: null,
    windowEndMs: t0,
    reason: null,
  },
  rule,
  slice: null,
  evidence: null,
  backfilled: false,
});
const notification = (id: string, over: Partial<Notification> = {}): Notification => ({
  id,
  channel: 'hook',
  kind: 'firing',
  episode: 'e',
  transition: id,
  body: '{}',
  text: 'text',
  ...over,
});
const commitOf = (over: Partial<Commit> = {}): Commit => ({
  rule,
  expectedRevision: 0,
  evaluatedToMs: t0,
  instances: [],
  records: [],
  notifications: [],
  nowMs: 1_000,
  ...over,
});

let store: AlertStore;
let storeCount = 0;
beforeEach(() => {
  storeCount += 1;
  store = createAlertStore(client, `${suite.redisPrefix}-${storeCount}`);
});
const claim = (nowMs: number, countMax = 10) => store.claim({ nowMs, leaseMs: 100, countMax });

describe('commit', () => {
  test('a rule that was never written has revision 0 and no cursor', async () => {
    expect(await store.load(rule)).toEqual({ revision: 0, evaluatedToMs: null, instances: [], rule: null });
  });

  test('instances, record, notification and cursor become true together', async () => {
    expect(await store.commit(commitOf({ instances: [firing], records: [record('t1')], notifications: [notification('n1')] }))).toBe('ok');
    expect(await store.load(rule)).toEqual({ revision: 1, evaluatedToMs: t0, instances: [firing], rule });
    expect(await store.history(10)).toEqual([record('t1')]);
    expect(await store.outboxDepth()).toBe(1);
    expect(await store.knownRules()).toEqual([{ tenant: 'default', uid: 'churn' }]);
  });

  test('of many who decided from the same state exactly one is let in, and nothing of the others remains', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.commit(commitOf({ records: [record(`t${index}`)], notifications: [notification(`n${index}`)] })),
      ),
    );
    expect(results.filter((result) => result === 'ok')).toHaveLength(1);
    expect(results.filter((result) => result === 'refused')).toHaveLength(19);
    expect(await store.history(100)).toHaveLength(1);
    expect(await store.outboxDepth()).toBe(1);
  });

  test('instances that are OK again are gone', async () => {
    await store.commit(commitOf({ instances: [firing] }));
    await store.commit(commitOf({ expectedRevision: 1, evaluatedToMs: t0 + 60_000 }));
    expect(await store.load(rule)).toMatchObject({ revision: 2, evaluatedToMs: t0 + 60_000, instances: [] });
  });

  test('a removed rule is forgotten, its last notification goes out', async () => {
    await store.commit(commitOf({ instances: [firing] }));
    await store.commit(commitOf({ expectedRevision: 1, evaluatedToMs: null, notifications: [notification('n1')] }));
    expect(await store.load(rule)).toEqual({ revision: 0, evaluatedToMs: null, instances: [], rule: null });
    expect(await store.knownRules()).toEqual([]);
    expect(await claim(1_000)).toHaveLength(1);
  });
});

describe('outbox', () => {
  test('two who claim at once never get the same notification', async () => {
    const notifications = Array.from({ length: 50 }, (_, index) => notification(`n${index}`, { episode: `e${index}` }));
    await store.commit(commitOf({ notifications }));
    const claimed = await Promise.all([claim(1_000, 30), claim(1_000, 30)]);
    const ids = claimed.flat().map((one) => one.notification.id);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
  });

  test('within a channel and episode the next one waits until the one before is settled', async () => {
    await store.commit(commitOf({ notifications: [notification('firing')] }));
    await store.commit(commitOf({ expectedRevision: 1, notifications: [notification('resolved', { kind: 'resolved' })] }));
    const [first] = await claim(1_000);
    expect(first?.notification.id).toBe('firing');
    expect(await claim(1_050)).toEqual([]);
    expect(await store.settle(first!, { kind: 'sent', nowMs: 1_060 })).toBe(true);
    expect((await claim(1_060)).map((one) => one.notification.id)).toEqual(['resolved']);
  });

  test('a notification that joins a queue in back-off does not cut the wait short', async () => {
    await store.commit(commitOf({ notifications: [notification('firing')] }));
    const [first] = await claim(1_000);
    await store.settle(first!, { kind: 'retry', dueMs: 9_000 });
    await store.commit(commitOf({ expectedRevision: 1, notifications: [notification('resolved')], nowMs: 2_000 }));
    expect(await claim(8_999)).toEqual([]);
    expect((await claim(9_000)).map((one) => [one.notification.id, one.attempt])).toEqual([['firing', 2]]);
  });

  test('a lease that ran out hands the notification to the next one, with a higher attempt', async () => {
    await store.commit(commitOf({ notifications: [notification('n1')] }));
    const [lost] = await claim(1_000);
    expect(await claim(1_099)).toEqual([]);
    const [taken] = await claim(1_100);
    expect([lost?.attempt, taken?.attempt]).toEqual([1, 2]);
    expect(taken?.createdMs).toBe(1_000);
  });

  test('who lost the lease may say sent, but neither give up nor postpone', async () => {
    await store.commit(commitOf({ notifications: [notification('n1')] }));
    const [lost] = await claim(1_000);
    const [taken] = await claim(1_100);
    expect(await store.settle(lost!, { kind: 'dead', nowMs: 1_110, reason: 'x' })).toBe(false);
    expect(await store.settle(lost!, { kind: 'retry', dueMs: 99_000 })).toBe(false);
    expect(await store.settle(lost!, { kind: 'sent', nowMs: 1_110 })).toBe(true);
    expect(await store.settle(taken!, { kind: 'sent', nowMs: 1_120 })).toBe(false);
    expect(await store.outboxDepth()).toBe(0);
    expect(await claim(99_999)).toEqual([]);
  });

  test('a dead letter keeps the notification and its reason, and the queue goes on', async () => {
    await store.commit(commitOf({ notifications: [notification('n1'), notification('n2')] }));
    const [first] = await claim(1_000);
    await store.settle(first!, { kind: 'dead', nowMs: 1_010, reason: 'refused with 404' });
    expect(await store.deadLetters(10)).toEqual([
      { notification: notification('n1'), reason: 'refused with 404', attempt: 1, atMs: 1_010 },
    ]);
    expect((await claim(1_010)).map((one) => one.notification.id)).toEqual(['n2']);
  });

  test('text of any script comes back as it was', async () => {
    const odd = notification('n1', {
      text: 'Résiliations — 漢字 "quoted" \\ \u0007 🙂 {{ }}',
      body: JSON.stringify({ n: 1e21, s: '\u2028' }),
    });
    await store.commit(commitOf({ notifications: [odd] }));
    expect((await claim(1_000))[0]?.notification).toEqual(odd);
  });
});
