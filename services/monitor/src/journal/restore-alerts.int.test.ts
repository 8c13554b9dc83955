import { connectClickhouse, migrate, readTransitions, type Clickhouse } from '@vigie/clickhouse';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { clickhouseConfig, createLogger, readConfig } from '@vigie/runtime';
import {
  aCommit,
  aCommitTo,
  aFiringInstance,
  aLane,
  aLaneCommit,
  alertsFromMs,
  anAlertRule,
  aNotification,
  dumpAlerts,
  useServers,
} from '@vigie/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { restoreAlerts } from './restore-alerts.ts';
import { createJournalShipper } from './ship-journal.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
const config = readConfig(clickhouseConfig, suite.environment);
const clickhouse = connectClickhouse(config, { name: 'test' });
const away = connectClickhouse({ ...config, url: 'http://127.0.0.1:9' }, { name: 'test' });
beforeAll(() => migrate(clickhouse, () => {}));
afterAll(async () => {
  redis.disconnect();
  await clickhouse.close();
  await away.close();
});

let scope: string;
let store: AlertStore;
let runCount = 0;
let nowMs: number;
beforeEach(() => {
  runCount += 1;
  nowMs = alertsFromMs;
  scope = `${suite.redisPrefix}-restore-${runCount}`;
  store = createAlertStore(redis, scope);
});
const start = (over: { store?: AlertStore; clickhouse?: Clickhouse | null } = {}) =>
  restoreAlerts({ store, clickhouse, scope, clock: () => (nowMs += 1), logger, ...over });
const ship = (of: AlertStore = store) => createJournalShipper({ store: of, clickhouse, scope, onDepth: () => {} })();
const keysOf = () => redis.keys(`{${scope}:alerts}:*`);
async function empty(): Promise<void> {
  for (const key of await keysOf()) await redis.del(key);
}
/** Puts Redis back to this moment, as a server does that starts from an older file. */
async function snapshotOfRedis(): Promise<() => Promise<void>> {
  const dumps = await Promise.all((await keysOf()).map(async (key) => ({ key, bytes: await redis.dumpBuffer(key) })));
  return async () => {
    await empty();
    for (const { key, bytes } of dumps) await redis.restore(key, 0, bytes!);
  };
}
/** All that must survive a loss; what is of the moment (leases, the journal itself, when lanes are looked at) need not. */
async function durable(): Promise<Map<string, unknown>> {
  const ofTheMoment = /^(epoch|sequence|restoring|journal.*|deliveries|lanes:due|queues:due|attempts|kept:epoch)$/;
  return new Map([...(await dumpAlerts(redis, scope))].filter(([name]) => !ofTheMoment.test(name)));
}
const retried = { kind: 'retry', dueMs: 50_000, reason: 'answered 503' } as const;
const claim = (at: AlertStore = store, countMax = 10) => at.claim({ nowMs: 10_000, leaseMs: 100, countMax });

/** Something of every kind, written, changed and gone. */
async function live(): Promise<void> {
  const [a, b] = [aLane('a'), aLane('b', 'mail')];
  await store.commit(aCommitTo([a, b], ['t1', 't2'], { instances: [aFiringInstance()] }));
  await store.commit(aCommit({ rule: anAlertRule('gone') }));
  await store.commit(aCommit({ rule: anAlertRule('gone'), expectedRevision: 1, evaluatedToMs: null }));
  const notifications = ['n1', 'n2'].map((id) => aNotification(id, { queue: 'a' }));
  const failing = ['sent', 'dead', 'again'].map((id) => aNotification(id, { queue: id }));
  const { revision } = await store.loadLane(a);
  const state = { lane: a, alerts: [], lastMessageMs: 1, messageCount: 5, firings: {}, damped: {} };
  await store.commitLane(
    aLaneCommit({ lane: a, expectedRevision: revision, state, consumedCount: 2, notifications: [...notifications, ...failing] }),
  );
  for (const one of await claim()) {
    const { id } = one.notification;
    if (id === 'n1') await store.settle(one, retried);
    else if (id === 'sent') await store.settle(one, { kind: 'sent', nowMs: 10_000 });
    else await store.settle(one, { kind: 'dead', nowMs: 10_000, reason: 'answered 404' });
  }
  await store.retryDead('again');
  await store.commit(aCommitTo([a], ['t3'], { expectedRevision: 1, instances: [aFiringInstance('other')] }));
  await store.putSilence({ id: 's', matchers: [], startsMs: 0, endsMs: 9, author: 'ana', comment: 'known', createdMs: 0 });
  const seen = { instance: 'i', severity: 'warning', author: 'ana', comment: '', atMs: 1 } as const;
  await store.putAcknowledgement({ ...seen, episode: 'e1' });
  await store.putAcknowledgement({ ...seen, episode: 'e2' });
  await store.dropAcknowledgement('e2');
  await store.disableChannel('old', 'answered 410', 7);
}

describe('a Redis that was emptied', () => {
  test('gets back everything as it was: rules, lanes, arrivals, what waits, dead letters, overlays and history', async () => {
    expect(await start()).toBe('fresh');
    await live();
    await ship();
    const before = await durable();
    const [rules, lanes, waiting, letters, history] = [
      store.load(anAlertRule()),
      store.loadLane(aLane('a')),
      store.waiting(10),
      store.deadLetters(10),
      store.history(10),
    ];
    const told = await Promise.all([rules, lanes, waiting, letters, history]);
    await empty();
    expect(await start()).toBe('restored');
    expect(await durable()).toEqual(withoutGoneRules(before));
    const after = [store.load(anAlertRule()), store.loadLane(aLane('a')), store.waiting(10), store.deadLetters(10), store.history(10)];
    expect(await Promise.all(after)).toEqual([
      told[0],
      told[1],
      told[2].map((one) => expect.objectContaining({ notification: one.notification, attempt: one.attempt, reason: one.reason })),
      told[3],
      told[4],
    ]);
    expect((await store.dueLanes({ nowMs: 0, countMax: 10 })).map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
    expect((await claim()).map((one) => one.notification.id)).toEqual(['again']);
    expect((await store.claim({ nowMs: 50_000, leaseMs: 1, countMax: 9 })).map((one) => [one.notification.id, one.attempt])).toContainEqual(
      ['n1', 2],
    );
  });

  test('goes on where it stood: the next window is one more revision, and nothing is announced twice', async () => {
    await start();
    await live();
    await ship();
    await empty();
    expect(await store.commit(aCommit({ expectedRevision: 2 }))).toBe('lost');
    expect(await claim()).toEqual([]);
    expect(await start()).toBe('restored');
    expect(await store.commit(aCommit({ expectedRevision: 2 }))).toBe('ok');
    const lane = aLane('b', 'mail');
    const { arrivals, revision } = await store.loadLane(lane);
    expect(arrivals.map(({ record }) => record.transition.id)).toEqual(['t1', 't2']);
    expect(await store.commitLane(aLaneCommit({ lane, expectedRevision: revision, consumedCount: 2 }))).toBe('ok');
    await ship();
    await empty();
    await start();
    expect((await store.loadLane(lane)).arrivals).toEqual([]);
    expect(await store.load(anAlertRule())).toMatchObject({ revision: 3 });
  });

  test('and what was written after the last acknowledgement is decided again, while late entries of the lost time do no harm', async () => {
    await start();
    await store.commit(aCommit());
    await ship();
    await store.commit(aCommitTo([aLane()], ['t1'], { expectedRevision: 1 }));
    const late = await store.readJournal(10);
    await empty();
    expect(await start()).toBe('restored');
    expect(await store.load(anAlertRule())).toMatchObject({ revision: 1 });
    // Another monitor had read these before the loss, and its insert comes through only now.
    const slow = { readJournal: async () => late, trimJournal: async () => false, journalDepth: async () => 0 };
    expect(await store.commit(aCommitTo([aLane()], ['t1'], { expectedRevision: 1 }))).toBe('ok');
    const { revision } = await store.loadLane(aLane());
    await store.commitLane(aLaneCommit({ expectedRevision: revision, consumedCount: 1 }));
    await ship();
    await createJournalShipper({ store: slow, clickhouse, scope, onDepth: () => {} })();
    await empty();
    expect(await start()).toBe('restored');
    expect(await store.knownLanes()).toEqual([]);
    expect((await store.history(10)).map(({ transition }) => transition.id)).toEqual(['t1']);
  });

  test('waits while ClickHouse is away, with a sentence that says so, and nothing is judged meanwhile', async () => {
    await start();
    await live();
    await ship();
    await empty();
    await expect(start({ clickhouse: away })).rejects.toThrow(
      /ClickHouse, which has it, cannot be asked; nothing is judged until it answers/,
    );
    expect(await store.commit(aCommit())).toBe('lost');
    expect(await start()).toBe('restored');
  });

  test('without anything in ClickHouse begins anew, once, however many start', async () => {
    const stores = Array.from({ length: 5 }, () => createAlertStore(redis, scope));
    const outcomes = await Promise.all(stores.map((one) => start({ store: one })));
    expect(outcomes.filter((outcome) => outcome === 'fresh')).toHaveLength(1);
    expect(new Set(await Promise.all(stores.map((one) => one.epoch()))).size).toBe(1);
    expect(await stores[4]!.commit(aCommit())).toBe('ok');
  });

  test('is put back by one of several that start at once, and the others go on with it', async () => {
    await start();
    await live();
    await ship();
    const before = withoutGoneRules(await durable());
    await empty();
    const stores = Array.from({ length: 4 }, () => createAlertStore(redis, scope));
    const again = async (one: AlertStore): Promise<string> => {
      for (let attempt = 1; attempt <= 50; attempt++) {
        const outcome = await start({ store: one }).catch((error: unknown) => error);
        if (typeof outcome === 'string') return outcome;
      }
      throw new Error('expected it to be restored within 50 attempts');
    };
    const outcomes = await Promise.all(stores.map(again));
    expect(outcomes).toContain('restored');
    expect(await durable()).toEqual(before);
    for (const one of stores)
      expect(await one.commit(aCommit({ rule: anAlertRule(), expectedRevision: (await one.load(anAlertRule())).revision }))).toBe('ok');
  });
});

describe('a Redis that was set back in time', () => {
  test('takes what was written since, and what was sent since is not sent again', async () => {
    await start();
    await live();
    const setBack = await snapshotOfRedis();
    await store.commit(aCommitTo([aLane('b', 'mail')], ['t4'], { expectedRevision: 2, instances: [] }));
    await store.settle((await claim())[0]!, { kind: 'sent', nowMs: 10_000 });
    await store.enableChannel('old');
    await store.putSilence({ id: 's2', matchers: [], startsMs: 0, endsMs: 9, author: 'ana', comment: 'more', createdMs: 0 });
    await ship();
    const before = await durable();
    await setBack();
    expect(await durable()).not.toEqual(before);
    expect(await claim()).toEqual([]);
    expect(await store.commit(aCommit({ expectedRevision: 2 }))).toBe('lost');
    expect(await start()).toBe('restored');
    expect(await durable()).toEqual(before);
    expect(await claim()).toEqual([]);
    expect(await store.outboxDepth()).toBe(2);
  });

  test('is noticed by a monitor that starts and remembers nothing', async () => {
    await start();
    await store.commit(aCommit());
    const setBack = await snapshotOfRedis();
    await store.commit(aCommit({ expectedRevision: 1 }));
    await ship();
    await setBack();
    const fresh = createAlertStore(redis, scope);
    expect(await start({ store: fresh })).toBe('restored');
    expect(await fresh.load(anAlertRule())).toMatchObject({ revision: 2 });
  });

  test('to before the last acknowledgement of nothing goes on, with what there is', async () => {
    await start();
    await ship();
    const setBack = await snapshotOfRedis();
    await store.commit(aCommit());
    await setBack();
    expect(await store.commit(aCommit())).toBe('lost');
    await start();
    expect(await store.commit(aCommit())).toBe('ok');
  });
});

describe('a Redis that knows what it should', () => {
  test('is kept, with ClickHouse and without', async () => {
    await start();
    await live();
    const before = await dumpAlerts(redis, scope);
    for (const clickhouseNow of [away, null]) expect(await start({ clickhouse: clickhouseNow })).toBe('kept');
    expect(await dumpAlerts(redis, scope)).toEqual(before);
    expect(await start()).toBe('kept');
    expect(await store.journalDepth()).toBe(0);
  });

  test('teaches a ClickHouse that was lost, so that the next loss of Redis is none', async () => {
    await start({ clickhouse: null });
    await live();
    await createJournalShipper({ store, clickhouse: null, scope, onDepth: () => {} })();
    expect(await start()).toBe('kept');
    const before = await durable();
    await empty();
    expect(await start()).toBe('restored');
    expect(orderOnly(await durable())).toEqual(orderOnly(withoutGoneRules(before)));
  });
});

describe('the journal', () => {
  test('shipped twice, or by two at once, is there once', async () => {
    await start();
    await live();
    const killed = { ...store, trimJournal: async () => Promise.reject(new Error('killed')) };
    await expect(createJournalShipper({ store: killed, clickhouse, scope, onDepth: () => {} })()).rejects.toThrow('killed');
    expect(await store.journalDepth()).toBeGreaterThan(0);
    await Promise.all([ship(), ship(createAlertStore(redis, scope))]);
    expect(await store.journalDepth()).toBe(0);
    const ids = (await readTransitions(clickhouse, { scope, countMax: 100 })).map(({ transition }) => transition.id);
    expect(ids.toSorted()).toEqual(['t1', 't2', 't3']);
    const before = withoutGoneRules(await durable());
    await empty();
    await start();
    expect(await durable()).toEqual(before);
  });

  test('grows while ClickHouse is away, to its bound, and nothing but judging stops there; afterwards all of it arrives', async () => {
    const small = createAlertStore(redis, scope, { journalBytesMax: 30_000 });
    await start({ store: small });
    const shipAway = createJournalShipper({ store: small, clickhouse: away, scope, onDepth: () => {} });
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
    await expect(shipAway()).rejects.toThrow();
    expect(ids.length).toBeGreaterThan(5);
    const [claimed] = await small.claim({ nowMs: 10_000, leaseMs: 1, countMax: 1 });
    expect(await small.settle(claimed!, { kind: 'sent', nowMs: 10_000 })).toBe(true);
    await small.putSilence({ id: 's', matchers: [], startsMs: 0, endsMs: 9, author: 'ana', comment: '', createdMs: 0 });
    await ship(small);
    const arrived = (await readTransitions(clickhouse, { scope, countMax: 1_000 })).map(({ transition }) => transition.id);
    expect(arrived.toSorted()).toEqual(ids.toSorted());
    expect(await small.commit(aCommitTo([aLane()], ['more'], { expectedRevision: ids.length }))).toBe('ok');
  });

  test('is let go where no ClickHouse is configured', async () => {
    const depths: number[] = [];
    await start({ clickhouse: null });
    await live();
    await createJournalShipper({ store, clickhouse: null, scope, onDepth: (count) => depths.push(count) })();
    expect([depths[0]! > 5, depths.at(-1), await store.journalDepth()]).toEqual([true, 0, 0]);
  });
});

/** A removed rule leaves its last revision behind, to refuse decisions from before; after a loss the epoch does that. */
function withoutGoneRules(dump: Map<string, unknown>): Map<string, unknown> {
  const revisions = new Map(dump.get('revisions') as Map<string, string>);
  revisions.delete('rule:default:gone');
  return new Map(dump).set('revisions', revisions);
}

/** What was journalled again has other revisions; what it is and in which order must be the same. */
function orderOnly(dump: Map<string, unknown>): Map<string, unknown> {
  const { keys } = Object;
  return new Map(
    [...dump].map(([name, value]) => {
      if (name === 'revisions') return [name, keys(Object.fromEntries(value as Map<string, string>))];
      if (name === 'history') return [name, (value as [string, string[]][]).map(([, fields]) => fields)];
      if (name === 'dead:order') return [name, (value as string[]).filter((_, index) => index % 2 === 0)];
      return [name, value];
    }),
  );
}
