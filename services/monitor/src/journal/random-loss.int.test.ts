import { readAlertSnapshot } from '@vigie/clickhouse';
import type { AlertStore } from '@vigie/redis';
import { aCommit, aCommitTo, aFiringInstance, aLane, aLaneCommit, anAlertRule, aNotification, drawFrom, type Draw } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { useAlertState } from './alert-state.fixture.ts';

/** Another seed is another sequence: VIGIE_ALERTS_SEED=7. */
const firstSeed = Number(process.env['VIGIE_ALERTS_SEED'] ?? 1) * 1_000;
const state = useAlertState();
const lanes = ['a', 'b', 'c'].map((id) => aLane(id, `channel-${id}`));
const stepCount = 25;
const lossCount = 6;

/** One write at random, of any kind. */
function writerOf(store: AlertStore, draw: Draw): () => Promise<unknown> {
  let count = 0;
  const next = (): string => `${(count += 1)}-${draw.int(0, 1_000_000)}`;
  const judge = async (): Promise<unknown> => {
    const rule = anAlertRule(draw.pick(['r1', 'r2', 'r3']));
    const { revision } = await store.load(rule);
    const over = { rule, expectedRevision: revision, instances: [aFiringInstance(next())] };
    if (draw.chance(0.1)) return store.commit(aCommit({ ...over, instances: [], evaluatedToMs: null }));
    const ids = Array.from({ length: draw.int(0, 2) }, next);
    return store.commit(aCommitTo(draw.shuffle(lanes).slice(0, draw.int(1, 3)), ids, over));
  };
  const announce = async (): Promise<unknown> => {
    const lane = draw.pick(lanes);
    const { revision, arrivals } = await store.loadLane(lane);
    const consumedCount = draw.int(0, arrivals.length);
    const kept = { lane, alerts: [], lastMessageMs: count, messageCount: count, firings: {}, damped: {} };
    const ids = Array.from({ length: draw.int(0, 2) }, next);
    const notifications = ids.map((id) => aNotification(id, { channel: lane.channel, queue: `${lane.channel}-${draw.pick(['a', 'b'])}` }));
    return store.commitLane(
      aLaneCommit({ lane, expectedRevision: revision, state: draw.pick([kept, null]), consumedCount, notifications }),
    );
  };
  const deliver = async (): Promise<unknown> => {
    const claimed = await store.claim({ nowMs: 1e9, leaseMs: 0, countMax: 2 });
    const outcome = draw.pick([
      { kind: 'sent', nowMs: 1e9 },
      { kind: 'retry', dueMs: 1e9, reason: 'answered 503' },
      { kind: 'dead', nowMs: 1e9, reason: 'answered 404' },
    ] as const);
    return Promise.all(claimed.map((one) => store.settle(one, outcome)));
  };
  const overlay = async (): Promise<unknown> => {
    const [id, channel] = [draw.pick(['s1', 's2']), draw.pick(lanes).channel];
    const seen = { instance: 'i', severity: 'warning', author: 'ana', comment: next(), atMs: 1 } as const;
    const writes = [
      () => store.putSilence({ id, matchers: [], startsMs: 0, endsMs: count, author: 'ana', comment: next(), createdMs: 0 }),
      () => store.putAcknowledgement({ ...seen, episode: id }),
      () => store.dropAcknowledgement(id),
      () => store.disableChannel(channel, 'answered 410', count),
      () => store.enableChannel(channel),
      () => store.retryDead('all'),
      () => store.wakeLanes(lanes, count),
    ];
    return draw.pick(writes)();
  };
  return () => draw.pick([judge, judge, announce, announce, deliver, deliver, overlay])();
}

test(`whenever Redis is emptied or set back, it comes back as ClickHouse last acknowledged it (seeds from ${firstSeed})`, async () => {
  const counts = { emptied: 0, setBack: 0, things: 0 };
  for (let seed = firstSeed; seed < firstSeed + 4; seed++) {
    const draw = drawFrom(seed);
    const store = state.store();
    const write = writerOf(store, draw);
    await state.empty();
    expect(['fresh', 'restored']).toContain(await state.start(store));
    for (let loss = 0; loss < lossCount; loss++) {
      for (let step = draw.int(0, stepCount); step > 0; step--) await write();
      const setBack = await state.freeze();
      const frozenAt = await store.revision();
      for (let step = draw.int(1, stepCount); step > 0; step--) await write();
      await state.ship(store);
      const acknowledged = await state.durable();
      const { revision: toldTo } = await readAlertSnapshot(state.clickhouse, { scope: state.scope(), afterRevision: frozenAt });
      const isNewer = toldTo > frozenAt;
      const isLate = draw.chance(0.5);
      for (let step = isLate ? draw.int(1, 5) : 0; step > 0; step--) await write();
      const isEmptied = draw.chance(0.5);
      counts[isEmptied ? 'emptied' : 'setBack'] += 1;
      await (isEmptied ? state.empty() : setBack());
      const next = draw.chance(0.5) ? store : state.store();
      const outcome = await state.start(next);
      // Writes that changed nothing leave nothing to put back.
      if (isEmptied || isNewer) expect({ seed, loss, isEmptied, outcome }).toEqual({ seed, loss, isEmptied, outcome: 'restored' });
      expect({ seed, loss, isEmptied, found: await state.durable() }).toEqual({
        seed,
        loss,
        isEmptied,
        found: acknowledged,
      });
      await state.start(store);
      counts.things += [...acknowledged.values()].length;
    }
  }
  // Void if it hardly happened.
  expect(counts.emptied).toBeGreaterThan(3);
  expect(counts.setBack).toBeGreaterThan(3);
  expect(counts.things).toBeGreaterThan(200);
});
