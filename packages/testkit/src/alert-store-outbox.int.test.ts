import type { Notification } from '@vigie/alerting';
import { type AlertStore, connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { aCommit, aLane, aLaneCommit, alertsFromMs, anInstanceIn, aNotification } from './alert-things.ts';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const client = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => client.disconnect());

let store: AlertStore;
let storeCount = 0;
let laneCount = 0;
beforeEach(async () => {
  storeCount += 1;
  store = createAlertStore(client, `${suite.redisPrefix}-outbox-${storeCount}`);
  await store.begin('epoch');
});
/** Puts notifications into the outbox, as a look at some lane does. */
async function announce(notifications: readonly Notification[], nowMs = 1_000): Promise<void> {
  laneCount += 1;
  expect(await store.commitLane(aLaneCommit({ lane: aLane(`lane-${laneCount}`), notifications, nowMs }))).toBe('ok');
}
/** Lets these episodes fire, and no others. */
async function setFiring(episodes: readonly string[]): Promise<void> {
  const { revision } = await store.load(aCommit().rule);
  const evaluatedToMs = alertsFromMs + revision;
  expect(await store.commit(aCommit({ expectedRevision: revision, evaluatedToMs, instances: episodes.map(anInstanceIn) }))).toBe('ok');
}
const claim = (nowMs: number, countMax = 10) => store.claim({ nowMs, leaseMs: 100, countMax });
const idsOf = (claimed: readonly { notification: { id: string } }[]) => claimed.map(({ notification }) => notification.id);
const retry = (dueMs: number, reason = 'answered 503') => ({ kind: 'retry', dueMs, reason }) as const;

describe('the outbox', () => {
  test('two who claim at once never get the same notification', async () => {
    await announce(Array.from({ length: 50 }, (_, index) => aNotification(`n${index}`, { queue: `q${index}` })));
    const ids = (await Promise.all([claim(1_000, 30), claim(1_000, 30)])).flatMap(idsOf);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
  });

  test('within a queue the next one waits until the one before is settled', async () => {
    await announce([aNotification('firing')]);
    await announce([aNotification('resolved', { kind: 'resolved' })]);
    const [first] = await claim(1_000);
    expect(first?.notification.id).toBe('firing');
    expect(await claim(1_050)).toEqual([]);
    expect(await store.settle(first!, { kind: 'sent', nowMs: 1_060 })).toBe(true);
    expect(idsOf(await claim(1_060))).toEqual(['resolved']);
  });

  test('a queue in back-off keeps what joins it waiting, and no other queue', async () => {
    await announce([aNotification('firing')]);
    const [first] = await claim(1_000);
    await store.settle(first!, retry(9_000));
    await announce([aNotification('resolved'), aNotification('other', { queue: 'other' })], 2_000);
    expect(idsOf(await claim(8_999))).toEqual(['other']);
    expect((await claim(9_000)).map((one) => [one.notification.id, one.attempt])).toContainEqual(['firing', 2]);
  });

  test('a channel that has no room left is passed over, however much waits for it, and what is under way counts', async () => {
    await announce(Array.from({ length: 300 }, (_, index) => aNotification(`n${index}`, { queue: `q${index}` })));
    await announce([aNotification('mail', { channel: 'mail', queue: 'mail' })], 5_000);
    const ask = (busy: readonly [string, number][], countMax = 50) =>
      store.claim({ nowMs: 5_000, leaseMs: 100, countMax, channelCountMax: 4, underWay: new Map(busy) });
    expect(idsOf(await ask([['hook', 4]]))).toEqual(['mail']);
    expect(await ask([['hook', 1]])).toHaveLength(3);
    expect(await ask([], 2)).toHaveLength(2);
    await announce([aNotification('more', { channel: 'mail', queue: 'more' })], 5_000);
    expect(idsOf(await ask([])).filter((id) => id === 'more')).toHaveLength(1);
    expect(await store.waiting(400)).toHaveLength(302);
  });

  test('a repeat does not pile up behind what waits, all parts of one do wait, and news always does', async () => {
    const parts = (name: string) => ['a', 'b'].map((part) => aNotification(`${name}-${part}`, { kind: 'repeat' }));
    await announce(parts('first'));
    await announce([...parts('second'), aNotification('elsewhere', { kind: 'repeat', queue: 'other' })]);
    await announce([aNotification('end', { kind: 'resolved' })]);
    const waiting = (await store.waiting(10)).map(({ notification }) => notification.id);
    expect(waiting).toEqual(['first-a', 'first-b', 'end', 'elsewhere']);
    await Promise.all((await claim(1_000)).map((one) => store.settle(one, { kind: 'sent', nowMs: 1_000 })));
    await announce(parts('third').map((one) => ({ ...one, queue: 'other' })));
    expect((await store.waiting(10)).map(({ notification }) => notification.id).toSorted()).toEqual([
      ...['end', 'first-b', 'third-a', 'third-b'],
    ]);
  });

  test('a notification that is planned again is there once', async () => {
    await announce([aNotification('n1')]);
    await announce([aNotification('n1')], 5_000);
    const [only] = await claim(1_000);
    expect(only?.createdMs).toBe(1_000);
    await store.settle(only!, { kind: 'sent', nowMs: 1_010 });
    expect(await claim(99_000)).toEqual([]);
  });

  test('a lease that ran out hands the notification to the next one, with a higher attempt', async () => {
    await announce([aNotification('n1')]);
    const [lost] = await claim(1_000);
    expect(await claim(1_099)).toEqual([]);
    const [taken] = await claim(1_100);
    expect([lost?.attempt, taken?.attempt]).toEqual([1, 2]);
    expect(taken?.createdMs).toBe(1_000);
  });

  test('who lost the lease may say sent, but neither give up nor postpone', async () => {
    await announce([aNotification('n1')]);
    const [lost] = await claim(1_000);
    const [taken] = await claim(1_100);
    expect(await store.settle(lost!, { kind: 'dead', nowMs: 1_110, reason: 'x' })).toBe(false);
    expect(await store.settle(lost!, retry(99_000))).toBe(false);
    expect(await store.settle(lost!, { kind: 'sent', nowMs: 1_110 })).toBe(true);
    expect(await store.settle(taken!, { kind: 'sent', nowMs: 1_120 })).toBe(false);
    expect(await store.outboxDepth()).toBe(0);
    expect(await claim(99_999)).toEqual([]);
  });

  test('says of what waits how often it was tried, when it is tried next and why it failed last', async () => {
    await announce([aNotification('n1'), aNotification('n2'), aNotification('n3', { queue: 'other' })]);
    await store.settle((await claim(1_000, 1))[0]!, retry(9_000, 'answered 429'));
    const summary = { channel: 'hook', kind: 'firing', text: 'text', queue: 'lane' };
    expect(await store.waiting(10)).toEqual([
      { notification: { ...summary, id: 'n3', queue: 'other' }, createdMs: 1_000, attempt: 0, dueMs: 1_000, reason: null },
      { notification: { ...summary, id: 'n1' }, createdMs: 1_000, attempt: 1, dueMs: 9_000, reason: 'answered 429' },
      { notification: { ...summary, id: 'n2' }, createdMs: 1_000, attempt: 0, dueMs: 9_000, reason: null },
    ]);
    expect(await store.waiting(2)).toHaveLength(2);
  });

  test('says how the recent ones ended, the newest first', async () => {
    await announce([aNotification('n1'), aNotification('n2', { queue: 'other' })]);
    const claimed = await claim(1_000);
    const byId = (id: string) => claimed.find(({ notification }) => notification.id === id)!;
    await store.settle(byId('n1'), { kind: 'sent', nowMs: 1_010 });
    await store.settle(byId('n2'), { kind: 'dead', nowMs: 1_020, reason: 'answered 404' });
    const common = { attempt: 1, createdMs: 1_000 };
    const summary = { channel: 'hook', kind: 'firing', text: 'text' };
    expect(await store.deliveries(10)).toEqual([
      { notification: { ...summary, id: 'n2', queue: 'other' }, outcome: 'dead', reason: 'answered 404', ...common, settledMs: 1_020 },
      { notification: { ...summary, id: 'n1', queue: 'lane' }, outcome: 'sent', reason: null, ...common, settledMs: 1_010 },
    ]);
  });

  test('text of any script comes back as it was', async () => {
    const text = 'Résiliations — 漢字 "quoted" \\ \u0007 🙂 {{ }} \uD800';
    const odd = aNotification('n1', { text, body: JSON.stringify({ n: 1e21, s: '\u2028' }), queue: 'a b:\u00e9' });
    await announce([odd]);
    const [claimed] = await claim(1_000);
    expect(claimed?.notification).toEqual(odd);
    await store.settle(claimed!, { kind: 'dead', nowMs: 1_010, reason: 'said "\uD800"' });
    expect((await store.deadLetters(1))[0]?.notification).toEqual(odd);
  });
});

const retried = (retriedCount: number, left: object = {}) => ({ retriedCount, left: { off: 0, full: 0, over: 0, ...left } });

describe('dead letters', () => {
  test('keep the notification and its reason, the newest first, and the queue goes on', async () => {
    await announce([aNotification('n1'), aNotification('n2')]);
    await store.settle((await claim(1_000))[0]!, { kind: 'dead', nowMs: 1_010, reason: 'refused with 404' });
    const [second] = await claim(1_010);
    expect(second?.notification.id).toBe('n2');
    await store.settle(second!, { kind: 'dead', nowMs: 1_020, reason: 'refused with 400' });
    expect(await store.deadLetters(10)).toEqual([
      { notification: aNotification('n2'), reason: 'refused with 400', attempt: 1, atMs: 1_020 },
      { notification: aNotification('n1'), reason: 'refused with 404', attempt: 1, atMs: 1_010 },
    ]);
  });

  test('go back into their queues under the same ids, one or all, once', async () => {
    await announce(['n1', 'n2', 'n3'].map((id) => aNotification(id, { queue: id })));
    await setFiring(['e']);
    for (const one of await claim(1_000)) await store.settle(one, { kind: 'dead', nowMs: 1_010, reason: 'x' });
    expect([await store.retryDead('n2'), await store.retryDead('n2'), await store.retryDead('nobody')]).toEqual([
      retried(1),
      retried(0),
      retried(0),
    ]);
    expect((await claim(2_000)).map((one) => [one.notification, one.attempt])).toEqual([[aNotification('n2', { queue: 'n2' }), 1]]);
    expect(await store.retryDead('all')).toEqual(retried(2));
    expect(idsOf(await claim(3_000)).toSorted()).toEqual(['n1', 'n2', 'n3']);
    expect(await store.deadLetters(10)).toEqual([]);
  });

  test('that say that something fires stay dead once all of it has ended; what tells the end goes', async () => {
    const letters = [
      aNotification('over', { episodes: ['gone'] }),
      aNotification('changed', { kind: 'changed', episodes: ['gone', 'also gone'] }),
      aNotification('repeat', { kind: 'repeat', episodes: ['gone'] }),
      aNotification('end', { kind: 'resolved', episodes: ['gone'] }),
      aNotification('group', { episodes: ['gone', 'fires'] }),
    ].map((one) => ({ ...one, queue: one.id }));
    await setFiring(['gone', 'also gone', 'fires']);
    await announce(letters);
    for (const one of await claim(1_000)) await store.settle(one, { kind: 'dead', nowMs: 1_010, reason: 'answered 403' });
    await setFiring(['fires']);
    expect(await store.retryDead('over')).toEqual(retried(0, { over: 1 }));
    expect(await store.retryDead('all')).toEqual(retried(2, { over: 3 }));
    expect(idsOf(await claim(2_000)).toSorted()).toEqual(['end', 'group']);
    expect((await store.deadLetters(10)).map(({ notification }) => notification.id).toSorted()).toEqual(['changed', 'over', 'repeat']);
  });
});

describe('a channel that is switched off', () => {
  test('has what waits and what is still to come as dead letters with the reason, until it is switched on', async () => {
    await announce([aNotification('n1'), aNotification('n2'), aNotification('mail', { channel: 'mail', queue: 'mail' })]);
    const [claimed] = await claim(1_000, 1);
    await store.disableChannel('hook', 'answered 410', 1_500);
    await announce([aNotification('n3')], 1_600);
    expect((await store.deadLetters(10)).map(({ notification, reason }) => [notification.id, reason])).toEqual(
      ['n3', 'n2', 'n1'].map((id) => [id, 'answered 410']),
    );
    expect(await store.settle(claimed!, { kind: 'dead', nowMs: 1_600, reason: 'late' })).toBe(false);
    expect(idsOf(await claim(9_000))).toEqual(['mail']);
    expect(await store.disabledChannels()).toEqual(new Map([['hook', { reason: 'answered 410', atMs: 1_500 }]]));
    expect((await store.deliveries(10)).map(({ notification, outcome }) => [notification.id, outcome])).toEqual(
      ['n3', 'n2', 'n1'].map((id) => [id, 'dead']),
    );
    await setFiring(['e']);
    expect(await store.retryDead('all')).toEqual(retried(0, { off: 3 }));
    await store.enableChannel('hook');
    expect(await store.retryDead('all')).toEqual(retried(3));
    expect(idsOf(await claim(9_200))).toContain('n1');
  });

  test('may have thousands waiting', async () => {
    for (let part = 0; part < 3; part++) {
      await announce(Array.from({ length: 1_000 }, (_, index) => aNotification(`n${part}-${index}`, { queue: `q${index % 7}` })));
    }
    await store.disableChannel('hook', 'answered 410', 1_500);
    expect([await store.outboxDepth(), (await store.deadLetters(5_000)).length]).toEqual([0, 3_000]);
    expect(await claim(9_000)).toEqual([]);
  });
});

describe('overlays', () => {
  const silence = { id: 's1', matchers: [], startsMs: 0, endsMs: 10_000, author: 'ana', comment: 'known', createdMs: 0 };

  test('a silence is there until it is over for a day, and changed under its id', async () => {
    await store.putSilence(silence);
    await store.putSilence({ ...silence, endsMs: 5_000 });
    expect(await store.silences()).toEqual([{ ...silence, endsMs: 5_000 }]);
    await store.putSilence({ ...silence, id: 's2', createdMs: 86_400_000 + 5_000 });
    expect((await store.silences()).map(({ id }) => id)).toEqual(['s1', 's2']);
    await store.putSilence({ ...silence, id: 's3', createdMs: 86_400_000 + 5_001 });
    expect((await store.silences()).map(({ id }) => id)).toEqual(['s2', 's3']);
  });

  test('an acknowledgement is there until it is dropped', async () => {
    const seen = { episode: 'e', instance: 'i', severity: 'warning', author: 'ana', comment: '', atMs: 1 } as const;
    await store.putAcknowledgement(seen);
    expect(await store.acknowledgements()).toEqual(new Map([['e', seen]]));
    await store.dropAcknowledgement('e');
    await store.dropAcknowledgement('e');
    expect(await store.acknowledgements()).toEqual(new Map());
  });
});
