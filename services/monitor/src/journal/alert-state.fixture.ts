import { connectClickhouse, migrate, type Clickhouse } from '@vigie/clickhouse';
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
  anInstanceIn,
  aNotification,
  dumpAlerts,
  useServers,
} from '@vigie/testkit';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { restoreAlerts } from './restore-alerts.ts';
import { createJournalShipper } from './ship-journal.ts';

const logger = createLogger({ name: 'test', level: 'silent' });

/** One key of a Redis as it was once: one of these. */
interface OldKey {
  readonly hash?: Record<string, string>;
  readonly set?: string[];
  /** Member, score, member, score... */
  readonly zset?: string[];
  readonly list?: string[];
  readonly stream?: [string, string[]][];
}

/** Alert state of a test's own on real servers, and the ways in which it can be lost; call it at the top of a file. */
export function useAlertState() {
  const suite = useServers();
  const redis = connectRedis(
    { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
    { name: 'test', logger },
  );
  const config = readConfig(clickhouseConfig, suite.environment);
  const clickhouse = connectClickhouse(config, { name: 'test' });
  const away = connectClickhouse({ ...config, url: 'http://127.0.0.1:9' }, { name: 'test' });
  let scope = '';
  let runCount = 0;
  let nowMs = alertsFromMs;
  beforeAll(() => migrate(clickhouse, () => {}));
  beforeEach(() => {
    runCount += 1;
    scope = `${suite.redisPrefix}-alerts-${runCount}`;
  });
  afterAll(async () => {
    redis.disconnect();
    await clickhouse.close();
    await away.close();
  });
  const keysOf = (): Promise<string[]> => redis.keys(`{${scope}:alerts}:*`);
  const empty = async (): Promise<void> => {
    for (const key of await keysOf()) await redis.del(key);
  };
  return {
    clickhouse,
    /** Nothing listens there. */
    away,
    empty,
    scope: () => scope,
    store: (bounds: { journalBytesMax?: number } = {}) => createAlertStore(redis, scope, bounds),
    start: (store: AlertStore, from: Clickhouse | null = clickhouse) =>
      restoreAlerts({ store, clickhouse: from, scope, clock: () => (nowMs += 1), logger }),
    ship: (store: AlertStore, to: Clickhouse | null = clickhouse) =>
      createJournalShipper({ store, clickhouse: to, scope, onDepth: () => {} })(),
    /** As the first version of the monitor kept a rule. */
    writeOldRule: async (name: string, fields: Record<string, string>) => {
      await redis.sadd(`{${scope}:alerts}:rules`, name);
      await redis.hset(`{${scope}:alerts}:rule:${name}`, fields);
    },
    /** Puts keys as they were into the empty Redis. */
    write: async (keys: Readonly<Record<string, OldKey>>) => {
      for (const [name, { hash, set, zset, list, stream }] of Object.entries(keys)) {
        const key = `{${scope}:alerts}:${name}`;
        if (hash !== undefined) await redis.hset(key, hash);
        if (set !== undefined) await redis.sadd(key, ...set);
        if (zset !== undefined) for (let index = 0; index < zset.length; index += 2) await redis.zadd(key, zset[index + 1]!, zset[index]!);
        if (list !== undefined) await redis.rpush(key, ...list);
        for (const [id, fields] of stream ?? []) await redis.xadd(key, id, ...fields);
      }
    },
    dump: () => dumpAlerts(redis, scope),
    /** All that must survive a loss; what is of the moment (leases, the journal itself, when lanes are looked at) need not. */
    durable: async () => {
      const ofTheMoment = /^(epoch|sequence|restoring|journal.*|deliveries|lanes:due|queues:due:.*|attempts|kept:epoch)$/;
      const dump = [...(await dumpAlerts(redis, scope))].filter(([name]) => !ofTheMoment.test(name));
      return new Map(dump.map(([name, value]) => [name, name === 'revisions' ? revisionsOfRules(value as Map<string, string>) : value]));
    },
    /** Answers what puts Redis back to this moment, as a server does that starts from an older file. */
    freeze: async () => {
      const dumps = await Promise.all((await keysOf()).map(async (key) => ({ key, bytes: await redis.dumpBuffer(key) })));
      return async (): Promise<void> => {
        await empty();
        for (const { key, bytes } of dumps) if (bytes !== null) await redis.restore(key, 0, bytes);
      };
    },
  };
}

/** Those of lanes rise whenever somebody looks; after a loss the epoch refuses what was planned before. */
const revisionsOfRules = (revisions: Map<string, string>) => new Map([...revisions].filter(([name]) => name.startsWith('rule:')));

const retried = { kind: 'retry', dueMs: 50_000, reason: 'answered 503' } as const;

export const claimAll = (store: AlertStore) => store.claim({ nowMs: 10_000, leaseMs: 100, countMax: 10 });

/** Something of every kind, written, changed and gone. */
export async function liveThrough(store: AlertStore): Promise<void> {
  const [a, b] = [aLane('a'), aLane('b', 'mail')];
  await store.commit(aCommitTo([a, b], ['t1', 't2'], { instances: [aFiringInstance(), anInstanceIn('e')] }));
  await store.commit(aCommit({ rule: anAlertRule('gone') }));
  await store.commit(aCommit({ rule: anAlertRule('gone'), expectedRevision: 1, evaluatedToMs: null }));
  const notifications = ['n1', 'n2'].map((id) => aNotification(id, { queue: 'a' }));
  const failing = ['sent', 'dead', 'again'].map((id) => aNotification(id, { queue: id }));
  const { revision } = await store.loadLane(a);
  const state = { lane: a, alerts: [], lastMessageMs: 1, messageCount: 5, firings: {}, damped: {} };
  await store.commitLane(
    aLaneCommit({ lane: a, expectedRevision: revision, state, consumedCount: 2, notifications: [...notifications, ...failing] }),
  );
  for (const one of await claimAll(store)) {
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

/** What was journalled again has other revisions; what it is and in which order must be the same. */
export function orderOnly(dump: Map<string, unknown>): Map<string, unknown> {
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
