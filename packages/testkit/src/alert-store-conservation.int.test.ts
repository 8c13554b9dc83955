import { type AlertStore, connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { afterAll, expect, test } from 'vitest';
import { aCommitTo, aFiringInstance, aLane, aLaneCommit, alertsFromMs, anAlertRule, aNotification, dumpAlerts } from './alert-things.ts';
import { drawFrom } from './histories/draw.ts';
import { useServers } from './servers/use-servers.ts';

/** Another seed is another sequence: VIGIE_ALERTS_SEED=7. */
const firstSeed = Number(process.env['VIGIE_ALERTS_SEED'] ?? 1) * 1_000;
const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redisConfig = { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined };
const clients = ['one', 'two'].map((name) => connectRedis(redisConfig, { name, logger }));
afterAll(() => clients.forEach((client) => client.disconnect()));

const lanes = ['a', 'b', 'c'].map((id) => aLane(id, `channel-${id}`));
const rules = ['r1', 'r2'].map((uid) => anAlertRule(uid));
const stepCount = 150;

/** What must come of it: every transition once in the history and, in each lane, in one message, which ends once. */
interface Model {
  readonly transitions: string[];
  readonly announced: Map<string, number>;
  readonly ended: Map<string, 'sent' | 'dead'>;
  /** By queue, in the order in which they ended. */
  readonly order: Map<string, string[]>;
}

/** One monitor: it judges, announces and delivers at random, and may be told no. */
function monitorOf(store: AlertStore, model: Model, { name, draw }: { name: string; draw: ReturnType<typeof drawFrom> }) {
  let count = 0;
  const judge = async (): Promise<void> => {
    const rule = draw.pick(rules);
    const state = await store.load(rule);
    const ids = Array.from({ length: draw.int(0, 3) }, () => `${rule.uid}-${name}-${(count += 1)}`);
    const over = { rule, expectedRevision: state.revision, evaluatedToMs: alertsFromMs + count, instances: [aFiringInstance(`${count}`)] };
    if ((await store.commit(aCommitTo(lanes, ids, over))) === 'ok') model.transitions.push(...ids);
  };
  const announce = async (): Promise<void> => {
    const [due] = draw.shuffle(await store.dueLanes({ nowMs: 1e9, countMax: 10 }));
    if (due === undefined) return;
    const view = await store.loadLane(due);
    const taken = view.arrivals.slice(0, draw.int(0, view.arrivals.length));
    const transitions = taken.map(({ record }) => record.transition.id);
    const id = `${due.id}:${transitions.join('+')}`;
    const message = aNotification(id, { channel: due.channel, queue: due.id, transitions });
    const notifications = taken.length === 0 ? [] : [message];
    const change = { lane: due, expectedRevision: view.revision, consumedCount: taken.length, notifications, dueMs: 1_000 };
    const state = { lane: due, alerts: [], lastMessageMs: 1, messageCount: 1, firings: {}, damped: {} };
    const outcome = await store.commitLane(aLaneCommit({ ...change, state: draw.chance(0.5) ? state : null }));
    if (outcome === 'ok')
      for (const one of transitions) model.announced.set(`${due.id}:${one}`, (model.announced.get(`${due.id}:${one}`) ?? 0) + 1);
  };
  const deliver = async (): Promise<void> => {
    // Leases that are over at once: the other one may claim the same notification meanwhile.
    for (const claimed of await store.claim({ nowMs: 1e9, leaseMs: draw.pick([0, 1e9]), countMax: 3 })) {
      const kind = draw.pick(['sent', 'dead', 'retry', 'crash'] as const);
      if (kind === 'crash') continue;
      const outcome =
        kind === 'retry' ? { kind, dueMs: 1e9, reason: 'x' } : kind === 'dead' ? { kind, nowMs: 1e9, reason: 'x' } : { kind, nowMs: 1e9 };
      if (!(await store.settle(claimed, outcome)) || kind === 'retry') continue;
      const { id, queue } = claimed.notification;
      expect(model.ended.has(id)).toBe(false);
      model.ended.set(id, kind);
      model.order.set(queue, [...(model.order.get(queue) ?? []), id]);
    }
  };
  return async (): Promise<void> => {
    for (let step = 0; step < stepCount; step++) await draw.pick([judge, announce, announce, deliver])();
  };
}

test(`two monitors at once: every transition is told once in each lane and ends once, in order (seeds from ${firstSeed})`, async () => {
  let toldCount = 0;
  for (let seed = firstSeed; seed < firstSeed + 6; seed++) {
    const prefix = `${suite.redisPrefix}-${seed}`;
    const stores = clients.map((client) => createAlertStore(client, prefix));
    await stores[0]!.begin('epoch');
    const model: Model = { transitions: [], announced: new Map(), ended: new Map(), order: new Map() };
    await Promise.all(stores.map((store, index) => monitorOf(store, model, { name: `m${index}`, draw: drawFrom(seed * 2 + index) })()));
    await finish(stores[0]!, model);

    const [store] = stores;
    const inHistory = (await store!.history(10_000)).map(({ transition }) => transition.id);
    expect({ seed, ids: inHistory.toSorted() }).toEqual({ seed, ids: model.transitions.toSorted() });
    const expected = lanes.flatMap(({ id }) => model.transitions.map((transition) => `${id}:${transition}`));
    expect({ seed, told: [...model.announced.keys()].toSorted() }).toEqual({ seed, told: expected.toSorted() });
    expect({ seed, counts: new Set(model.announced.values()) }).toEqual({ seed, counts: new Set([1]) });
    // In each lane the messages ended in the order in which their transitions were stored.
    for (const { id } of lanes) {
      const ended = (model.order.get(id) ?? []).flatMap((message) => message.slice(id.length + 1).split('+'));
      expect({ seed, lane: id, ended }).toEqual({ seed, lane: id, ended: inHistory.toReversed() });
    }
    const letters = await store!.deadLetters(10_000);
    expect(letters.map(({ notification }) => notification.id).toSorted()).toEqual(idsThat(model, 'dead'));
    expect(await leftOver(prefix)).toEqual([]);
    toldCount += model.announced.size;
  }
  // Void if hardly anything happened.
  expect(toldCount).toBeGreaterThan(500);
});

function idsThat({ ended }: Model, how: 'sent' | 'dead'): string[] {
  return [...ended]
    .filter(([, kind]) => kind === how)
    .map(([id]) => id)
    .toSorted();
}

/** Announces and sends what is still there. */
async function finish(store: AlertStore, model: Model): Promise<void> {
  for (const lane of await store.knownLanes()) {
    const { arrivals, revision } = await store.loadLane(lane);
    const transitions = arrivals.map(({ record }) => record.transition.id);
    const notifications =
      transitions.length === 0
        ? []
        : [aNotification(`${lane.id}:${transitions.join('+')}`, { channel: lane.channel, queue: lane.id, transitions })];
    expect(await store.commitLane(aLaneCommit({ lane, expectedRevision: revision, consumedCount: arrivals.length, notifications }))).toBe(
      'ok',
    );
    for (const one of transitions) model.announced.set(`${lane.id}:${one}`, (model.announced.get(`${lane.id}:${one}`) ?? 0) + 1);
  }
  for (;;) {
    const claimed = await store.claim({ nowMs: 3e9, leaseMs: 1, countMax: 100 });
    if (claimed.length === 0) return;
    for (const one of claimed) {
      expect(await store.settle(one, { kind: 'sent', nowMs: 3e9 })).toBe(true);
      model.ended.set(one.notification.id, 'sent');
      model.order.set(one.queue, [...(model.order.get(one.queue) ?? []), one.notification.id]);
    }
  }
}

/** Nothing of lanes, records or the outbox may stay behind once all is told and sent. */
async function leftOver(prefix: string): Promise<string[]> {
  const kept = /^(epoch|sequence|history|deliveries|dead:order|revisions|kept:(rule|dead|epoch)|journal(:bytes|:quiet)?)$/;
  return [...(await dumpAlerts(clients[0]!, prefix)).keys()].filter((name) => !kept.test(name));
}
