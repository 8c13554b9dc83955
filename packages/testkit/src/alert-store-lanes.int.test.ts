import type { LaneState } from '@vigie/alerting';
import { type AlertStore, connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { aCommitTo, aLane, aLaneCommit, anAlertRule, aNotification } from './alert-things.ts';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const client = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => client.disconnect());

const lane = aLane();
const stateOf = (messageCount: number): LaneState => ({ lane, alerts: [], lastMessageMs: 5, messageCount, firings: {}, damped: {} });
let store: AlertStore;
let storeCount = 0;
beforeEach(async () => {
  storeCount += 1;
  store = createAlertStore(client, `${suite.redisPrefix}-lanes-${storeCount}`);
  await store.begin('epoch');
});
const dueAt = async (nowMs: number) => (await store.dueLanes({ nowMs, countMax: 10 })).map(({ id }) => id);
const arrivedIds = async () => (await store.loadLane(lane)).arrivals.map(({ record }) => record.transition.id);

describe('a lane', () => {
  test('that nothing ever arrived in is empty, at revision 0', async () => {
    expect(await store.loadLane(lane)).toEqual({ revision: 0, state: null, arrivals: [] });
    expect(await store.knownLanes()).toEqual([]);
  });

  test('gets what it knows, what it used up and its messages in one write', async () => {
    await store.commit(aCommitTo([lane], ['t1', 't2']));
    const { revision } = await store.loadLane(lane);
    const change = { expectedRevision: revision, state: stateOf(1), consumedCount: 2, notifications: [aNotification('n1')], dueMs: 9_000 };
    expect(await store.commitLane(aLaneCommit(change))).toBe('ok');
    expect(await store.loadLane(lane)).toEqual({ revision: expect.any(Number), state: stateOf(1), arrivals: [] });
    expect(await store.outboxDepth()).toBe(1);
    expect([await dueAt(8_999), await dueAt(9_000)]).toEqual([[], ['lane']]);
  });

  test('of many who planned it from the same view exactly one is let in', async () => {
    await store.commit(aCommitTo([lane], ['t1']));
    const { revision: expectedRevision } = await store.loadLane(lane);
    const plan = (id: string) => aLaneCommit({ expectedRevision, state: stateOf(1), consumedCount: 1, notifications: [aNotification(id)] });
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => store.commitLane(plan(`n${index}`))));
    expect(results.toSorted()).toEqual(['ok', ...Array.from({ length: 19 }, () => 'refused')]);
    expect(await store.outboxDepth()).toBe(1);
  });

  test('whose arrivals grew while it was planned keeps the new ones, in order, and stays due', async () => {
    await store.commit(aCommitTo([lane], ['t1', 't2']));
    const { revision } = await store.loadLane(lane);
    await store.commit(aCommitTo([lane], ['t3'], { expectedRevision: 1 }));
    expect(
      await store.commitLane(aLaneCommit({ expectedRevision: revision, state: stateOf(1), consumedCount: 2, dueMs: 99_000, nowMs: 2_000 })),
    ).toBe('ok');
    expect(await arrivedIds()).toEqual(['t3']);
    expect([await dueAt(1_999), await dueAt(2_000)]).toEqual([[], ['lane']]);
    const next = await store.loadLane(lane);
    await store.commitLane(aLaneCommit({ expectedRevision: next.revision, state: null, consumedCount: 0, nowMs: 3_000 }));
    expect([await arrivedIds(), await dueAt(3_000)]).toEqual([['t3'], ['lane']]);
  });

  test('with nothing left to remember is gone, and a plan from before cannot come back in its next life', async () => {
    await store.commit(aCommitTo([lane], ['t1']));
    const zombie = await store.loadLane(lane);
    await store.commitLane(aLaneCommit({ expectedRevision: zombie.revision, consumedCount: 1 }));
    expect([await store.knownLanes(), await dueAt(1e12), (await store.loadLane(lane)).revision]).toEqual([[], [], 0]);
    await store.commit(aCommitTo([lane], ['t2'], { expectedRevision: 1 }));
    expect(await store.commitLane(aLaneCommit({ expectedRevision: zombie.revision, consumedCount: 1 }))).toBe('refused');
    expect(await store.commitLane(aLaneCommit({ expectedRevision: 0, consumedCount: 1 }))).toBe('refused');
    expect(await arrivedIds()).toEqual(['t2']);
  });

  test('is looked at at the earlier of two times', async () => {
    const at = (id: string, dueMs: number) => {
      const commit = aCommitTo([lane], [id], { rule: anAlertRule(id) });
      return { ...commit, arrivals: commit.arrivals.map((one) => ({ ...one, dueMs })) };
    };
    await store.commit(at('t1', 5_000));
    await store.commit(at('t2', 9_000));
    expect([await dueAt(4_999), await dueAt(5_000)]).toEqual([[], ['lane']]);
    await store.commit(at('t3', 3_000));
    expect(await dueAt(3_000)).toEqual(['lane']);
  });

  test('that is woken while it is planned is not put off by that plan', async () => {
    await store.commit(aCommitTo([lane], ['t1']));
    const { revision } = await store.loadLane(lane);
    await store.commitLane(aLaneCommit({ expectedRevision: revision, state: stateOf(1), consumedCount: 1, dueMs: 50_000 }));
    const planned = await store.loadLane(lane);
    expect(await store.wakeLanes([lane, aLane('unknown')], 2_000)).toBe('ok');
    expect(await store.commitLane(aLaneCommit({ expectedRevision: planned.revision, state: stateOf(2), dueMs: 60_000 }))).toBe('refused');
    expect([await dueAt(1_999), await dueAt(2_000)]).toEqual([[], ['lane']]);
    await store.wakeLanes([lane], 99_000);
    expect(await dueAt(2_000)).toEqual(['lane']);
  });

  test('that is woken, or looked at without anything new, leaves the journal as it is', async () => {
    await store.commit(aCommitTo([lane], ['t1']));
    const look = async (messageCount: number) => {
      const { revision } = await store.loadLane(lane);
      expect(await store.commitLane(aLaneCommit({ expectedRevision: revision, state: stateOf(messageCount), dueMs: 50_000 }))).toBe('ok');
      return revision;
    };
    await look(1);
    const before = await store.readJournal(100);
    for (let minute = 1; minute <= 5; minute++) {
      expect(await store.wakeLanes([lane], minute)).toBe('ok');
      expect(await dueAt(minute)).toEqual(['lane']);
      const seen = await look(1);
      expect(await store.commitLane(aLaneCommit({ expectedRevision: seen, state: stateOf(9) }))).toBe('refused');
    }
    expect(await store.readJournal(100)).toEqual(before);
    await look(2);
    expect((await store.readJournal(100)).at(-1)?.body).toContain('"messageCount":2');
  });

  test('keeps a record for as long as any lane has it to deal with, and no longer', async () => {
    const lanes = [aLane('a'), aLane('b')];
    await store.commit(aCommitTo(lanes, ['t1']));
    const root = `{${suite.redisPrefix}-lanes-${storeCount}:alerts}:`;
    for (const one of lanes) {
      expect(await client.hkeys(`${root}records`)).toEqual(['t1']);
      await store.commitLane(aLaneCommit({ lane: one, expectedRevision: (await store.loadLane(one)).revision, consumedCount: 1 }));
    }
    expect(await client.hkeys(`${root}records`)).toEqual([]);
    expect(await store.history(10)).toHaveLength(1);
  });
});
