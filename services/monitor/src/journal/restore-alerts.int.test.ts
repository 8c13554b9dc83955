import { readAlertSnapshot } from '@vigie/clickhouse';
import type { AlertSnapshot, AlertStore } from '@vigie/redis';
import { aCommit, aCommitTo, aFiringInstance, aLane, aLaneCommit, anAlertRule } from '@vigie/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { claimAll, liveThrough, orderOnly, useAlertState } from './alert-state.fixture.ts';
import { createJournalShipper } from './ship-journal.ts';

const state = useAlertState();
const { clickhouse } = state;
let store: AlertStore;
beforeEach(() => {
  store = state.store();
});

describe('a Redis that was emptied', () => {
  test('gets back everything as it was: rules, lanes, arrivals, what waits, dead letters, overlays and history', async () => {
    expect(await state.start(store)).toBe('fresh');
    await liveThrough(store);
    await state.ship(store);
    const before = await state.durable();
    const [rules, lanes, waiting, letters, history] = [
      store.load(anAlertRule()),
      store.loadLane(aLane('a')),
      store.waiting(10),
      store.deadLetters(10),
      store.history(10),
    ];
    const told = await Promise.all([rules, lanes, waiting, letters, history]);
    await state.empty();
    expect(await state.start(store)).toBe('restored');
    expect(await state.durable()).toEqual(before);
    const after = [store.load(anAlertRule()), store.loadLane(aLane('a')), store.waiting(10), store.deadLetters(10), store.history(10)];
    expect(await Promise.all(after)).toEqual([
      told[0],
      told[1],
      told[2].map((one) => expect.objectContaining({ notification: one.notification, attempt: one.attempt, reason: one.reason })),
      told[3],
      told[4],
    ]);
    expect((await store.dueLanes({ nowMs: 0, countMax: 10 })).map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
    expect((await claimAll(store)).map((one) => one.notification.id)).toEqual(['again']);
    expect((await store.claim({ nowMs: 50_000, leaseMs: 1, countMax: 9 })).map((one) => [one.notification.id, one.attempt])).toContainEqual(
      ['n1', 2],
    );
  });

  test('goes on where it stood: the next window is one more revision, and nothing is announced twice', async () => {
    await state.start(store);
    await liveThrough(store);
    await state.ship(store);
    await state.empty();
    expect(await store.commit(aCommit({ expectedRevision: 2 }))).toBe('lost');
    expect(await claimAll(store)).toEqual([]);
    expect(await state.start(store)).toBe('restored');
    expect(await store.commit(aCommit({ expectedRevision: 2 }))).toBe('ok');
    const lane = aLane('b', 'mail');
    const { arrivals, revision } = await store.loadLane(lane);
    expect(arrivals.map(({ record }) => record.transition.id)).toEqual(['t1', 't2']);
    expect(await store.commitLane(aLaneCommit({ lane, expectedRevision: revision, consumedCount: 2 }))).toBe('ok');
    await state.ship(store);
    await state.empty();
    await state.start(store);
    expect((await store.loadLane(lane)).arrivals).toEqual([]);
    expect(await store.load(anAlertRule())).toMatchObject({ revision: 3 });
  });

  test('and what was written after the last acknowledgement is decided again, while late entries of the lost time do no harm', async () => {
    await state.start(store);
    await store.commit(aCommit());
    await state.ship(store);
    await store.commit(aCommitTo([aLane()], ['t1'], { expectedRevision: 1 }));
    const silence = { id: 's', matchers: [], startsMs: 0, endsMs: 5, author: 'ana', comment: 'lost', createdMs: 0 };
    for (let count = 0; count < 20; count++) await store.putSilence({ ...silence, comment: `lost ${count}` });
    const late = await store.readJournal(100);
    await state.empty();
    // A monitor that starts now has not seen how far the lost one had come.
    store = state.store();
    expect(await state.start(store)).toBe('restored');
    expect(await store.load(anAlertRule())).toMatchObject({ revision: 1 });
    // Another monitor had read these before the loss, and its insert comes through only now.
    const slow = { ...store, readJournal: async () => late, trimJournal: async () => false, journalDepth: async () => 0 };
    expect(await store.commit(aCommitTo([aLane()], ['t1'], { expectedRevision: 1 }))).toBe('ok');
    const { revision } = await store.loadLane(aLane());
    await store.commitLane(aLaneCommit({ expectedRevision: revision, consumedCount: 1 }));
    await store.putSilence({ ...silence, comment: 'said again' });
    await state.ship(store);
    await createJournalShipper({ store: slow, clickhouse, scope: state.scope(), onDepth: () => {} })();
    await state.empty();
    expect(await state.start(store)).toBe('restored');
    expect(await store.knownLanes()).toEqual([]);
    expect((await store.silences()).map(({ comment }) => comment)).toEqual(['said again']);
    expect((await store.history(10)).map(({ transition }) => transition.id)).toEqual(['t1']);
  });

  test('waits while ClickHouse is away, with a sentence that says so, and nothing is judged meanwhile', async () => {
    await state.start(store);
    await liveThrough(store);
    await state.ship(store);
    await state.empty();
    await expect(state.start(store, state.away)).rejects.toThrow(
      /ClickHouse, which has it, cannot be asked \(.+\); nothing is judged until it answers/,
    );
    expect(await store.commit(aCommit())).toBe('lost');
    expect(await state.start(store)).toBe('restored');
  });

  test('is begun anew where a restore was broken off, and nothing is there twice', async () => {
    await state.start(store);
    await liveThrough(store);
    await state.ship(store);
    const before = await state.durable();
    await state.empty();
    const snapshot = await readAlertSnapshot(clickhouse, { scope: state.scope(), afterRevision: 0 });
    const broken = snapshot.entries.map((entry) => ({ ...entry, body: entry.body.replace(/"order":"(?=.*"n2")/, '"order":"x') }));
    await expect(store.restore({ ...snapshot, entries: broken } as AlertSnapshot, 'broken')).rejects.toThrow(/not a valid float/);
    expect(await store.history(10)).toHaveLength(2);
    expect([await store.epoch(), await store.commit(aCommit())]).toEqual([null, 'lost']);
    expect(await state.start(store)).toBe('restored');
    expect(await state.durable()).toEqual(before);
  });

  test('without anything in ClickHouse begins anew, once, however many start', async () => {
    const stores = Array.from({ length: 5 }, () => state.store());
    const outcomes = await Promise.all(stores.map((one) => state.start(one)));
    expect(outcomes.filter((outcome) => outcome === 'fresh')).toHaveLength(1);
    expect(new Set(await Promise.all(stores.map((one) => one.epoch()))).size).toBe(1);
    expect(await stores[4]!.commit(aCommit())).toBe('ok');
  });

  test('is put back by one of several that start at once, and the others go on with it', async () => {
    await state.start(store);
    await liveThrough(store);
    await state.ship(store);
    const before = await state.durable();
    await state.empty();
    const stores = Array.from({ length: 4 }, () => state.store());
    const again = async (one: AlertStore): Promise<string> => {
      for (let attempt = 1; attempt <= 50; attempt++) {
        const outcome = await state.start(one).catch((error: unknown) => error);
        if (typeof outcome === 'string') return outcome;
      }
      throw new Error('expected it to be restored within 50 attempts');
    };
    const outcomes = await Promise.all(stores.map(again));
    expect(outcomes).toContain('restored');
    expect(await state.durable()).toEqual(before);
    for (const one of stores)
      expect(await one.commit(aCommit({ rule: anAlertRule(), expectedRevision: (await one.load(anAlertRule())).revision }))).toBe('ok');
  });
});

describe('a Redis that was set back in time', () => {
  test('takes what was written since, and what was sent since is not sent again', async () => {
    await state.start(store);
    await liveThrough(store);
    const setBack = await state.freeze();
    await store.commit(aCommitTo([aLane('b', 'mail')], ['t4'], { expectedRevision: 2, instances: [] }));
    await store.settle((await claimAll(store))[0]!, { kind: 'sent', nowMs: 10_000 });
    await store.enableChannel('old');
    await store.putSilence({ id: 's2', matchers: [], startsMs: 0, endsMs: 9, author: 'ana', comment: 'more', createdMs: 0 });
    await state.ship(store);
    const before = await state.durable();
    await setBack();
    expect(await state.durable()).not.toEqual(before);
    expect(await claimAll(store)).toEqual([]);
    expect(await store.commit(aCommit({ expectedRevision: 2 }))).toBe('lost');
    expect(await state.start(store)).toBe('restored');
    expect(await state.durable()).toEqual(before);
    expect(await claimAll(store)).toEqual([]);
    expect(await store.outboxDepth()).toBe(2);
  });

  test('is noticed by a monitor that starts and remembers nothing', async () => {
    await state.start(store);
    await store.commit(aCommit());
    const setBack = await state.freeze();
    await store.commit(aCommit({ expectedRevision: 1 }));
    await state.ship(store);
    await setBack();
    const fresh = state.store();
    expect(await state.start(fresh)).toBe('restored');
    expect(await fresh.load(anAlertRule())).toMatchObject({ revision: 2 });
  });

  test('while ClickHouse is away goes on ahead of what it has forgotten, which never comes back', async () => {
    await state.start(store);
    await store.commit(aCommit({ evaluatedToMs: 1 }));
    await state.ship(store);
    const setBack = await state.freeze();
    for (let revision = 1; revision < 6; revision++) {
      await store.commit(aCommit({ expectedRevision: revision, evaluatedToMs: 1 + revision, instances: [aFiringInstance('forgotten')] }));
    }
    await store.putSilence({ id: 'forgotten', matchers: [], startsMs: 0, endsMs: 9, author: 'ana', comment: '', createdMs: 0 });
    await state.ship(store);
    await setBack();
    const [second, other] = [state.store(), state.store()];
    expect(await state.start(second, state.away)).toBe('kept');
    await second.commit(aCommit({ expectedRevision: 1, evaluatedToMs: 1_000 }));
    // Another monitor does not drive it out: it starts, and both go on.
    expect(await state.start(other, state.away)).toBe('kept');
    expect(await second.commit(aCommit({ expectedRevision: 2, evaluatedToMs: 1_001 }))).toBe('lost');
    expect(await state.start(second, state.away)).toBe('kept');
    expect(await second.commit(aCommit({ expectedRevision: 2, evaluatedToMs: 1_001 }))).toBe('ok');
    expect(await other.commit(aCommit({ expectedRevision: 3, evaluatedToMs: 1_002 }))).toBe('ok');
    await state.ship(second);
    const live = { revision: 4, evaluatedToMs: 1_002, instances: [] };
    // Lost at once, before anybody starts and compares; and lost after that.
    for (const third of [state.store(), state.store()]) {
      await state.empty();
      expect(await state.start(third)).toBe('restored');
      expect(await third.load(anAlertRule())).toMatchObject(live);
      expect(await third.silences()).toEqual([]);
      expect(await state.start(state.store())).toBe('kept');
    }
  });

  test('to before the last acknowledgement of nothing goes on, with what there is', async () => {
    await state.start(store);
    await state.ship(store);
    const setBack = await state.freeze();
    await store.commit(aCommit());
    await setBack();
    expect(await store.commit(aCommit())).toBe('lost');
    await state.start(store);
    expect(await store.commit(aCommit())).toBe('ok');
  });
});

describe('a Redis that knows what it should', () => {
  test('is kept, with ClickHouse and without', async () => {
    await state.start(store);
    await liveThrough(store);
    const before = await state.dump();
    for (const clickhouseNow of [state.away, null]) expect(await state.start(store, clickhouseNow)).toBe('kept');
    expect(await state.dump()).toEqual(before);
    expect(await state.start(store)).toBe('kept');
    expect(await store.journalDepth()).toBe(0);
  });

  test('from before there were epochs is taken over, even while ClickHouse is away, which learns of it later', async () => {
    await state.writeOldRule('default:churn', { revision: '7', evaluated_to_ms: '9', rule: JSON.stringify(anAlertRule()) });
    expect(await state.start(store, state.away)).toBe('kept');
    expect(await store.load(anAlertRule())).toMatchObject({ revision: 7, evaluatedToMs: 9 });
    expect(await state.start(store)).toBe('kept');
    await state.empty();
    expect(await state.start(store)).toBe('restored');
    expect(await store.load(anAlertRule())).toMatchObject({ revision: 7, evaluatedToMs: 9 });
  });

  test('teaches a ClickHouse that was lost, so that the next loss of Redis is none', async () => {
    await state.start(store, null);
    await liveThrough(store);
    await state.ship(store, null);
    expect(await state.start(store)).toBe('kept');
    const before = await state.durable();
    await state.empty();
    expect(await state.start(store)).toBe('restored');
    expect(orderOnly(await state.durable())).toEqual(orderOnly(before));
  });

  test('teaches a ClickHouse that was put back from an older copy, and what that still believes to be waiting is not sent again', async () => {
    await state.start(store);
    await liveThrough(store);
    await state.ship(store);
    await state.empty();
    expect(await state.start(store)).toBe('restored');
    // What follows is in Redis alone, as if ClickHouse had lost it later.
    for (const one of await claimAll(store)) await store.settle(one, { kind: 'sent', nowMs: 10_000 });
    await state.ship(store, null);
    expect(await state.start(store)).toBe('kept');
    const before = (await store.waiting(10)).map(({ notification }) => notification.id);
    await state.empty();
    expect(await state.start(store)).toBe('restored');
    expect((await store.waiting(10)).map(({ notification }) => notification.id)).toEqual(before);
    expect(before).not.toContain('again');
  });
});
