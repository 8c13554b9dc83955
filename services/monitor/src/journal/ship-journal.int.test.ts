import { readTransitions } from '@vigie/clickhouse';
import type { AlertStore } from '@vigie/redis';
import { aCommitTo, aLane, aLaneCommit, aNotification } from '@vigie/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { liveThrough, useAlertState } from './alert-state.fixture.ts';
import { createJournalShipper } from './ship-journal.ts';

const state = useAlertState();
const { clickhouse } = state;
let store: AlertStore;
beforeEach(() => {
  store = state.store();
});

describe('the journal', () => {
  test('shipped twice, or by two at once, is there once', async () => {
    await state.start(store);
    await liveThrough(store);
    const killed = { ...store, trimJournal: async () => Promise.reject(new Error('killed')) };
    await expect(createJournalShipper({ store: killed, clickhouse, scope: state.scope(), onDepth: () => {} })()).rejects.toThrow('killed');
    expect(await store.journalDepth()).toBeGreaterThan(0);
    await Promise.all([state.ship(store), state.ship(state.store())]);
    expect(await store.journalDepth()).toBe(0);
    const ids = (await readTransitions(clickhouse, { scope: state.scope(), countMax: 100 })).map(({ transition }) => transition.id);
    expect(ids.toSorted()).toEqual(['t1', 't2', 't3']);
    const before = await state.durable();
    await state.empty();
    await state.start(store);
    expect(await state.durable()).toEqual(before);
  });

  test('grows while ClickHouse is away, to its bound, and nothing but judging stops there; afterwards all of it arrives', async () => {
    const small = state.store({ journalBytesMax: 30_000 });
    await state.start(small);
    const ids: string[] = [];
    for (;;) {
      const id = `t${ids.length}`;
      if ((await small.commit(aCommitTo([aLane()], [id], { expectedRevision: ids.length }))) !== 'ok') break;
      ids.push(id);
      if (ids.length === 1) {
        const { revision } = await small.loadLane(aLane());
        await small.commitLane(aLaneCommit({ expectedRevision: revision, consumedCount: 1, notifications: [aNotification('n1')] }));
      }
    }
    await expect(state.ship(small, state.away)).rejects.toThrow(/ECONNREFUSED|refused/);
    expect(ids.length).toBeGreaterThan(5);
    const [claimed] = await small.claim({ nowMs: 10_000, leaseMs: 1, countMax: 1 });
    expect(await small.settle(claimed!, { kind: 'sent', nowMs: 10_000 })).toBe(true);
    await small.putSilence({ id: 's', matchers: [], startsMs: 0, endsMs: 9, author: 'ana', comment: '', createdMs: 0 });
    await state.ship(small);
    const arrived = (await readTransitions(clickhouse, { scope: state.scope(), countMax: 1_000 })).map(({ transition }) => transition.id);
    expect(arrived.toSorted()).toEqual(ids.toSorted());
    expect(await small.commit(aCommitTo([aLane()], ['more'], { expectedRevision: ids.length }))).toBe('ok');
  });

  test('is let go where no ClickHouse is configured', async () => {
    const depths: number[] = [];
    await state.start(store, null);
    await liveThrough(store);
    await createJournalShipper({ store, clickhouse: null, scope: state.scope(), onDepth: (count) => depths.push(count) })();
    expect([depths[0]! > 5, depths.at(-1), await store.journalDepth()]).toEqual([true, 0, 0]);
  });
});
