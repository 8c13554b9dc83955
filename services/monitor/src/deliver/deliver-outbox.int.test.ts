import type { Lane, Notification } from '@vigie/alerting';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { aCommit, anInstanceIn, eventually, useServers } from '@vigie/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Send } from '../channels/send.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { OutboxDeliverer } from './deliver-outbox.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const startMs = Date.UTC(2026, 10, 22, 10);
const lane: Lane = { id: 'lane', channel: 'desk', route: 'default', group: { rule: 'churn' } };
const notificationOf = (id: string): Notification => ({
  ...{ id, channel: 'desk', kind: 'firing', queue: lane.id, transitions: [id], episodes: ['episode'], body: '{}', text: 'Churn is 6 %' },
});
let store: AlertStore;
let nowMs = startMs;
let runCount = 0;
beforeEach(async () => {
  runCount += 1;
  nowMs = startMs;
  store = createAlertStore(redis, `${suite.redisPrefix}-deliver-${runCount}`);
  await store.begin('test');
  const plan = { state: null, consumedCount: 0, dueMs: null, nowMs, notifications: [notificationOf('msg_1'), notificationOf('msg_2')] };
  expect(await store.commitLane({ lane, expectedRevision: 0, ...plan })).toBe('ok');
});

const delivererOf = (channels: Record<string, Send>) =>
  new OutboxDeliverer({
    store,
    channels: () => new Map(Object.entries(channels)),
    clock: () => nowMs,
    random: () => 0.999_999,
    fault: () => {},
    logger,
    metrics: createMonitorMetrics(createMetrics({ processMetrics: false })),
  });
const round = async (deliverer: OutboxDeliverer) => {
  await deliverer.tick();
  await deliverer.drain();
};
const reasons = async () => (await store.deadLetters(10)).map(({ reason }) => reason);

describe('OutboxDeliverer', () => {
  test('sends what is queued one after the other, in order', async () => {
    const sent: string[] = [];
    const deliverer = delivererOf({
      desk: async ({ id }) => {
        sent.push(id);
        return { kind: 'sent' };
      },
    });
    await round(deliverer);
    await round(deliverer);
    expect(sent).toEqual(['msg_1', 'msg_2']);
    expect(await store.outboxDepth()).toBe(0);
  });

  test('what a receiver refuses is a dead letter with its reason, and the next one gets its turn', async () => {
    const deliverer = delivererOf({
      desk: async ({ id }) => (id === 'msg_1' ? { kind: 'dead', reason: 'the receiver refused with 404' } : { kind: 'sent' }),
    });
    await round(deliverer);
    await round(deliverer);
    expect(await reasons()).toEqual(['the receiver refused with 404']);
    expect(await store.outboxDepth()).toBe(0);
  });

  test('a channel that hangs has four attempts under way, and the others go on', async () => {
    const hanging = Promise.withResolvers<void>();
    const sent: string[] = [];
    let hangCount = 0;
    const deliverer = delivererOf({
      pager: async () => {
        hangCount += 1;
        await hanging.promise;
        return { kind: 'sent' };
      },
      desk: async ({ id }) => {
        sent.push(id);
        return { kind: 'sent' };
      },
    });
    const incidents = Array.from({ length: 200 }, (_, index) => ({
      ...{ ...notificationOf(`incident_${index}`), channel: 'pager', queue: `pager:${index}` },
    }));
    const pagerLane = { ...lane, id: 'pager', channel: 'pager' };
    const plan = { state: null, consumedCount: 0, dueMs: null, nowMs: nowMs - 1, notifications: incidents };
    await store.commitLane({ lane: pagerLane, expectedRevision: 0, ...plan });
    await deliverer.tick();
    await eventually(() => expect(sent).toEqual(['msg_1']));
    // The first one's settling is under way; the next is handed out after it.
    await eventually(async () => {
      await deliverer.tick();
      expect(sent).toEqual(['msg_1', 'msg_2']);
    });
    expect(hangCount).toBe(4);
    hanging.resolve();
    await deliverer.drain();
  });

  test('a channel that is no longer declared makes a dead letter that says so', async () => {
    await round(delivererOf({}));
    expect(await reasons()).toEqual(['the channel desk is no longer declared']);
  });

  test('a receiver that is gone for good disables its channel: what waits behind is kept, not sent, until somebody enables it', async () => {
    let answer: Awaited<ReturnType<Send>> = { kind: 'disabled', reason: 'the receiver answered 410' };
    let sentCount = 0;
    const deliverer = delivererOf({
      desk: async () => {
        sentCount += 1;
        return answer;
      },
    });
    await round(deliverer);
    await round(deliverer);
    expect(sentCount).toBe(1);
    expect(await reasons()).toHaveLength(2);
    expect([...(await store.disabledChannels()).keys()]).toEqual(['desk']);
    await store.enableChannel('desk');
    const instances = [anInstanceIn('episode')];
    expect(await store.commit(aCommit({ instances }))).toBe('ok');
    expect(await store.retryDead('all')).toMatchObject({ retriedCount: 2 });
    answer = { kind: 'sent' };
    await round(deliverer);
    await round(deliverer);
    expect(sentCount).toBe(3);
    expect(await reasons()).toEqual([]);
  });

  test('retries wait longer each time, honour Retry-After, and end after a day', async () => {
    const sentAtMs: number[] = [];
    let askedMs: number | null = null;
    const deliverer = delivererOf({
      desk: async () => {
        sentAtMs.push(nowMs - startMs);
        return { kind: 'retry', reason: 'the receiver answered 503', retryAfterMs: askedMs };
      },
    });
    for (; nowMs <= startMs + 40_000; nowMs += 1_000) await round(deliverer);
    expect(sentAtMs).toEqual([0, 5_000, 15_000, 35_000]);
    askedMs = 1_000_000;
    nowMs = startMs + 75_000;
    await round(deliverer);
    nowMs = startMs + 1_074_000;
    await round(deliverer);
    expect(sentAtMs).toHaveLength(5);
    nowMs = startMs + 24 * 3_600_000 + 1;
    await round(deliverer);
    expect(await reasons()).toEqual(['given up after 6 attempts in 24 h: the receiver answered 503']);
  });
});
