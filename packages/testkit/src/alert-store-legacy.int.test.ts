import { type AlertStore, connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { aCommit, alertsFromMs } from './alert-things.ts';
import { useServers } from './servers/use-servers.ts';

/** What the first version of the monitor left in Redis, as its scripts wrote it. */
const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const prefix = `${suite.redisPrefix}-legacy`;
const root = `{${prefix}:alerts}:`;
const client = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => client.disconnect());

const oldRule = {
  ...{ uid: 'churn', name: 'Churn', tenant: 'default', kpi: 'customer_churn_rate', size: '30d', everyMs: 60_000, settleMs: 0 },
  limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' }],
  ...{ forMs: 0, keepFiringForMs: 0, minSample: null, groupBy: null, onZeroDenominator: null, labels: {}, summary: null, runbook: null },
  definitionHash: 'd',
};
const episode = { id: 'e', startedMs: alertsFromMs, transitionCount: 1 };
const oldInstances = [
  { id: 'i1', labels: {}, condition: { state: 'FIRING', severity: 'warning', episode }, evaluatedToMs: alertsFromMs },
  {
    ...{ id: 'i2', labels: {}, evaluatedToMs: alertsFromMs },
    condition: { state: 'PENDING', severity: 'warning', sinceMs: 1, elapsedMs: 2, heldMs: 3 },
  },
];
const oldRecord = {
  transition: {
    ...{ id: 't1', kind: 'firing', instance: 'i1', episode: 'e', episodeStartedMs: alertsFromMs, sequence: 0, severity: 'warning' },
    ...{ previousSeverity: null, windowEndMs: alertsFromMs, reason: null },
  },
  ...{ rule: oldRule, slice: null, evidence: null, backfilled: false },
};
const oldNotification = (id: string, kind: string) => ({ id, channel: 'hook', kind, episode: 'e', transition: id, body: '{}', text: id });

let store: AlertStore;
beforeEach(async () => {
  for (const key of await client.keys(`${root}*`)) await client.del(key);
  store = createAlertStore(client, prefix);
  await client.sadd(`${root}rules`, 'default:churn');
  await client.hset(`${root}rule:default:churn`, { revision: 7, evaluated_to_ms: alertsFromMs, rule: JSON.stringify(oldRule) });
  for (const instance of oldInstances) await client.hset(`${root}instances:default:churn`, instance.id, JSON.stringify(instance));
  await client.xadd(`${root}transitions`, '*', 'id', 't1', 'record', JSON.stringify(oldRecord));
  for (const id of ['n1', 'n2']) {
    await client.hset(`${root}outbox:rows`, id, JSON.stringify({ notification: oldNotification(id, 'escalated'), createdMs: 5 }));
    await client.rpush(`${root}outbox:queue:hook:e`, id);
  }
  await client.zadd(`${root}outbox:due`, 5, 'hook:e');
  const letter = { notification: oldNotification('n0', 'firing'), reason: 'answered 404', attempt: 3, atMs: 4 };
  await client.lpush(`${root}outbox:dead`, JSON.stringify(letter));
});

test('what an earlier version kept goes on: state, history, what waits in its order, and dead letters', async () => {
  expect(await store.epoch()).toBe(null);
  expect(await store.commit(aCommit())).toBe('lost');
  expect(await store.begin('epoch')).toBe(true);
  const { instances, ...state } = await store.load(oldRule);
  expect(state).toMatchObject({
    revision: 7,
    evaluatedToMs: alertsFromMs,
    health: { state: 'HEALTHY' },
    rule: { ...oldRule, kind: 'kpi' },
  });
  expect(instances.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    {
      ...oldInstances[0],
      missingCount: 0,
      condition: { state: 'FIRING', severity: 'warning', episode: { ...episode, sinceMs: alertsFromMs } },
    },
    { ...oldInstances[1], missingCount: 0, condition: { ...oldInstances[1]!.condition, recent: [] } },
  ]);
  expect(await store.history(10)).toMatchObject([{ transition: { id: 't1', episodeSinceMs: alertsFromMs }, limit: { limit: '5' } }]);
  expect(await store.commit(aCommit({ expectedRevision: 7, evaluatedToMs: alertsFromMs + 60_000 }))).toBe('ok');
  for (const id of ['n1', 'n2']) {
    const [claimed] = await store.claim({ nowMs: 10, leaseMs: 1, countMax: 9 });
    expect(claimed?.notification).toEqual({
      ...{ id, channel: 'hook', kind: 'changed', queue: 'hook:e', transitions: [id], episodes: ['e'], body: '{}', text: id },
    });
    await store.settle(claimed!, { kind: 'sent', nowMs: 10 });
  }
  expect(await store.deadLetters(9)).toMatchObject([{ notification: { id: 'n0' }, reason: 'answered 404', attempt: 3, atMs: 4 }]);
});

test('it is taken over once, and nothing of it is left behind', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 3 }, () =>
      createAlertStore(client, prefix)
        .begin('epoch')
        .catch(() => false),
    ),
  );
  expect(outcomes.filter(Boolean).length).toBeLessThanOrEqual(1);
  await store.begin('epoch');
  expect(await store.waiting(10)).toHaveLength(2);
  const left = (await client.keys(`${root}*`)).filter((key) => /:(rules|rule:.*|instances:.*|transitions|outbox:.*)$/.test(key));
  expect(left).toEqual([]);
  expect([await store.begin('another'), await store.adopt('another')]).toEqual([false, false]);
});
