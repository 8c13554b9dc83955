import type { LaneState } from '@vigie/alerting';
import { type AlertStore, connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  aCommit,
  aCommitTo,
  aFiringInstance,
  aLane,
  aLaneCommit,
  alertsFromMs,
  anAlertRecord,
  anAlertRule,
  aNotification,
} from './alert-things.ts';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const client = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => client.disconnect());

const rule = anAlertRule();
const healthy = { state: 'HEALTHY' } as const;
let prefix: string;
let store: AlertStore;
let storeCount = 0;
beforeEach(async () => {
  storeCount += 1;
  prefix = `${suite.redisPrefix}-${storeCount}`;
  store = createAlertStore(client, prefix);
  await store.begin('epoch');
});

/** CPU of this process and of Redis beside the time it took: others may share the machine. */
async function measured(work: () => Promise<void>): Promise<{ cpuMs: number; text: string }> {
  const ofRedis = async (): Promise<number> =>
    [...(await client.info('cpu')).matchAll(/^used_cpu_(?:user|sys):(.*)$/gm)].reduce(
      (sum, [, seconds]) => sum + Number(seconds) * 1_000,
      0,
    );
  const [beganMs, redisMs, own] = [performance.now(), await ofRedis(), process.cpuUsage()];
  await work();
  const spent = process.cpuUsage(own);
  const [tookMs, inRedisMs, hereMs] = [performance.now() - beganMs, (await ofRedis()) - redisMs, (spent.user + spent.system) / 1_000];
  const text = `${tookMs.toFixed(0)} ms (CPU ${hereMs.toFixed(0)} ms here, ${inRedisMs.toFixed(0)} ms in Redis)`;
  return { cpuMs: hereMs + inRedisMs, text };
}

describe('commit', () => {
  test('a rule that was never written has revision 0 and no cursor', async () => {
    expect(await store.load(rule)).toEqual({ revision: 0, evaluatedToMs: null, instances: [], health: healthy, rule: null });
  });

  test('instances, health, record, arrivals and cursor become true together', async () => {
    const health = { state: 'ERROR', sinceMs: 5, reason: 'x' } as const;
    expect(await store.commit(aCommitTo([aLane()], ['t1'], { instances: [aFiringInstance()], health }))).toBe('ok');
    expect(await store.load(rule)).toEqual({ revision: 1, evaluatedToMs: alertsFromMs, instances: [aFiringInstance()], health, rule });
    expect(await store.history(10)).toEqual([anAlertRecord('t1')]);
    expect(await store.dueLanes({ nowMs: 1_000, countMax: 10 })).toEqual([aLane()]);
    expect((await store.loadLane(aLane())).arrivals).toEqual([{ lane: aLane(), record: anAlertRecord('t1'), storedMs: 1_000 }]);
    expect(await store.knownRules()).toEqual([{ tenant: 'default', uid: 'churn' }]);
  });

  test('of many who decided from the same state exactly one is let in, and nothing of the others remains', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => store.commit(aCommitTo([aLane()], [`t${index}`]))));
    expect(results.filter((result) => result === 'ok')).toHaveLength(1);
    expect(results.filter((result) => result === 'refused')).toHaveLength(19);
    expect(await store.history(100)).toHaveLength(1);
    expect((await store.loadLane(aLane())).arrivals).toHaveLength(1);
  });

  test('instances that are OK again are gone', async () => {
    await store.commit(aCommit({ instances: [aFiringInstance()] }));
    await store.commit(aCommit({ expectedRevision: 1, evaluatedToMs: alertsFromMs + 60_000 }));
    expect(await store.load(rule)).toMatchObject({ revision: 2, evaluatedToMs: alertsFromMs + 60_000, instances: [] });
  });

  test('a removed rule is forgotten but for how far it was judged, its last transition arrives, and a decision from before its removal is refused', async () => {
    await store.commit(aCommit({ instances: [aFiringInstance()] }));
    await store.commit(aCommitTo([aLane()], ['t2'], { expectedRevision: 1, evaluatedToMs: null }));
    expect(await store.load(rule)).toEqual({ revision: 2, evaluatedToMs: alertsFromMs, instances: [], health: healthy, rule: null });
    expect(await store.knownRules()).toEqual([]);
    expect((await store.loadLane(aLane())).arrivals).toHaveLength(1);
    expect(await store.commit(aCommit({ expectedRevision: 0 }))).toBe('refused');
    expect(await store.commit(aCommit({ expectedRevision: 2, evaluatedToMs: alertsFromMs + 1 }))).toBe('ok');
    expect(await store.load(rule)).toMatchObject({ revision: 3, evaluatedToMs: alertsFromMs + 1, rule });
    await store.commit(aCommit({ expectedRevision: 3, evaluatedToMs: null }));
    expect(await store.load(rule)).toMatchObject({ revision: 4, evaluatedToMs: alertsFromMs + 1, rule: null });
  });

  test('a commit of a thousand instances and records with arrivals in three lanes is one write', async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `transition-${index}`);
    const lanes = ['a', 'b', 'c'].map((id) => aLane(id));
    const instances = ids.map((id) => ({ ...aFiringInstance(id), lanes }));
    const beganMs = performance.now();
    expect(await store.commit(aCommitTo(lanes, ids, { instances }))).toBe('ok');
    const tookMs = performance.now() - beganMs;
    process.stdout.write(`alert store: 1,000 instances, records and 3,000 arrivals committed in ${tookMs.toFixed(0)} ms\n`);
    expect((await store.load(rule)).instances).toEqual(instances);
    expect((await store.loadLane(lanes[1]!)).arrivals.map(({ record }) => record.transition.id)).toEqual(ids);
    expect(await store.history(2_000)).toHaveLength(1_000);
    expect(tookMs).toBeLessThan(2_000);
  });

  test('5,000 instances over ten rules, all firing for the first time, are stored in well under a second', async () => {
    const lanes = [aLane('a'), aLane('b')];
    const ticks = Array.from({ length: 10 }, (_, number) => {
      const ids = Array.from({ length: 500 }, (_unused, index) => `r${number}-transition-${index}`);
      return aCommitTo(lanes, ids, { rule: anAlertRule(`r${number}`), instances: ids.map((id) => ({ ...aFiringInstance(id), lanes })) });
    });
    const first = await measured(async () => {
      for (const tick of ticks) await store.load(tick.rule);
      for (const tick of ticks) expect(await store.commit(tick)).toBe('ok');
    });
    const quiet = await measured(async () => {
      for (const tick of ticks) expect(await store.commit({ ...tick, expectedRevision: 1, records: [], arrivals: [] })).toBe('ok');
    });
    process.stdout.write(`alert store: 5,000 instances with a transition and two arrivals each: ${first.text}; without: ${quiet.text}\n`);
    // Well under a second; other work on the machine must not fail it.
    expect(first.cpuMs).toBeLessThan(2_000);
  });

  test('text of any script comes back as it was', async () => {
    const odd = {
      ...anAlertRule(),
      name: 'Résiliations — 漢字 "quoted" \\ \u0007 🙂 {{ }} \u2028 \uD800',
      labels: { 'a:b': '{"order":"9"}' },
    };
    await store.commit(aCommit({ rule: odd }));
    expect((await store.load(odd)).rule).toEqual(odd);
  });
});

describe('the journal', () => {
  test('has every write whole, in order, with rising revisions, and loses only what was acknowledged', async () => {
    await store.commit(aCommitTo([aLane()], ['t1', 't2']));
    await store.commit(aCommit({ rule: anAlertRule('other') }));
    const entries = await store.readJournal(10);
    expect(entries.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      'epoch epoch',
      ...['transition t1', 'transition t2', 'lane lane', 'arrival lane:t1', 'arrival lane:t2', 'rule default:churn'],
      'rule default:other',
    ]);
    expect(new Set(entries.slice(1, 7).map(({ id }) => id)).size).toBe(1);
    expect(entries.map(({ revision }) => revision)).toEqual(entries.map(({ revision }) => revision).toSorted((a, b) => a - b));
    await store.trimJournal(entries[1]!.id);
    expect((await store.readJournal(10)).map(({ key }) => key)).toEqual(['default:other']);
    expect(await store.journalDepth()).toBe(1);
  });

  test('of windows in which nothing happened it keeps the newest', async () => {
    await store.commit(aCommitTo([aLane()], ['t1']));
    for (let revision = 1; revision < 50; revision++) await store.commit(aCommit({ expectedRevision: revision }));
    const rules = (await store.readJournal(100)).filter(({ kind }) => kind === 'rule');
    expect(rules.map(({ body }) => (JSON.parse(body) as { revision: number }).revision)).toEqual([1, 50]);
    // What was dropped takes no room any more.
    await store.trimJournal('9999999999999-0');
    expect(await client.get(`{${prefix}:alerts}:journal:bytes`)).toBe('0');
  });

  test('of looks at a lane that told nothing it keeps the newest', async () => {
    const state = (messageCount: number) => ({ lane: aLane(), alerts: [], lastMessageMs: 1, messageCount, firings: {}, damped: {} });
    await store.commit(aCommitTo([aLane()], ['t1']));
    for (let look = 1; look <= 20; look++) {
      const { revision } = await store.loadLane(aLane());
      const notifications = look === 10 ? [aNotification('n1')] : [];
      await store.commitLane(aLaneCommit({ expectedRevision: revision, state: state(look), notifications }));
    }
    const looks = (await store.readJournal(100))
      .filter(({ kind }) => kind === 'lane')
      .map(({ body }) => JSON.parse(body) as { state: LaneState | null });
    expect(looks.map((one) => one.state?.messageCount)).toEqual([undefined, 10, 20]);
  });

  test('at its bound nothing more is judged, nothing is lost, and it goes on when there is room', async () => {
    const small = createAlertStore(client, prefix, { journalBytesMax: 20_000 });
    let count = 0;
    while ((await small.commit(aCommitTo([aLane()], [`t${count}`], { expectedRevision: count }))) === 'ok') count += 1;
    expect(count).toBeGreaterThan(3);
    expect(await small.commit(aCommitTo([aLane()], ['more'], { expectedRevision: count }))).toBe('full');
    expect(await small.load(rule)).toMatchObject({ revision: count });
    expect((await small.history(1_000)).map(({ transition }) => transition.id).toReversed()).toEqual(
      Array.from({ length: count }, (_, index) => `t${index}`),
    );
    const written = (await small.readJournal(1_000)).filter(({ kind }) => kind === 'transition');
    expect(written).toHaveLength(count);
    await small.trimJournal(written[0]!.id);
    expect(await small.commit(aCommitTo([aLane()], ['more'], { expectedRevision: count }))).toBe('ok');
    await small.trimJournal('9999999999999-0');
    expect(await client.get(`{${prefix}:alerts}:journal:bytes`)).toBe('0');
  });
});

describe('an epoch', () => {
  test('is begun once', async () => {
    expect(await store.begin('another')).toBe(false);
    expect(await createAlertStore(client, prefix).epoch()).toBe('epoch');
  });

  test('that is missing makes every write lost, by whomever', async () => {
    await store.commit(aCommitTo([aLane()], ['t1']));
    for (const key of await client.keys(`{${prefix}:alerts}:*`)) await client.del(key);
    for (const one of [store, createAlertStore(client, prefix)]) {
      expect(await one.epoch()).toBe(null);
      expect(await one.commit(aCommit())).toBe('lost');
      expect(await one.wakeLanes([aLane()], 0)).toBe('lost');
      await expect(
        one.putSilence({ id: 's', matchers: [], startsMs: 0, endsMs: 1, author: 'a', comment: 'c', createdMs: 0 }),
      ).rejects.toThrow(/expected the alert state in Redis, found that it was lost/);
    }
    expect(await client.keys(`{${prefix}:alerts}:*`)).toEqual([]);
  });

  test('a decision from before a loss is refused, even if its revision fits again', async () => {
    const zombie = createAlertStore(client, prefix);
    await zombie.epoch();
    await store.commit(aCommit());
    for (const key of await client.keys(`{${prefix}:alerts}:*`)) await client.del(key);
    const next = createAlertStore(client, prefix);
    await next.begin('next');
    await next.commit(aCommit());
    expect(await zombie.commit(aCommit({ expectedRevision: 1 }))).toBe('lost');
    expect(await next.load(rule)).toMatchObject({ revision: 1 });
    expect(await zombie.epoch()).toBe('next');
    expect(await zombie.commit(aCommit({ expectedRevision: 1 }))).toBe('ok');
  });
});
