import { renderMessage, type Channel } from '@vigie/alerting';
import { createKafka, createRecordConsumer, ensureTopic, type KafkaRecord } from '@vigie/kafka';
import { eventually, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messageTelling } from './messages.fixture.ts';
import { createKafkaSender } from './send-kafka.ts';

const suite = useServers();
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const kafka = createKafka({ connection: { brokers: suite.brokers }, clientId: 'test', logger: quiet });
const consumer = createRecordConsumer(kafka, { topic: suite.topic, group: suite.group, concurrency: 1 });
const records: KafkaRecord[] = [];

const channel: Channel = { name: 'topic', allowPrivateHosts: [], fallback: null, type: 'kafka', topic: suite.topic };
const nowMs = Date.UTC(2026, 10, 22, 10);
const notificationOf = (kind: 'firing' | 'resolved') =>
  renderMessage(messageTelling({ kind, severity: 'critical', slice: 'Ä "x"\n🙂', startedMs: nowMs - 3_600_000, nowMs }), channel)[0]!;

beforeAll(async () => {
  await ensureTopic(kafka, { topic: suite.topic, partitionCount: 3, replicationFactor: 1, retentionMs: 3_600_000 });
  await consumer.start({
    onAssigned: (partitions) => partitions.forEach((partition) => consumer.seek(partition, 0)),
    onBatch: async (batch) => void records.push(...batch.records),
    onGap: () => undefined,
    onCrash: (error) => {
      throw error;
    },
  });
});
afterAll(() => consumer.stop());

test('a group is told in order under one key, with the JSON that a webhook gets', async () => {
  const send = createKafkaSender({ kafka, topic: suite.topic });
  expect(await send(notificationOf('firing'))).toEqual({ kind: 'sent' });
  expect(await send(notificationOf('resolved'))).toEqual({ kind: 'sent' });
  await eventually(() => expect(records).toHaveLength(2), { deadlineMs: 30_000 });
  expect(records.map(({ key }) => Buffer.from(key ?? []).toString())).toEqual(['e5'.repeat(16), 'e5'.repeat(16)]);
  const bodies = records.map(({ value }): unknown => JSON.parse(Buffer.from(value ?? []).toString()));
  expect(bodies).toMatchObject([
    { type: 'alert.firing', data: { alerts: [{ slice: { dimension: 'channel', value: 'Ä "x"\n🙂' } }] } },
    { type: 'alert.resolved' },
  ]);
});

test('a topic that is not there and brokers that are away are tried again', async () => {
  const missing = createKafkaSender({ kafka, topic: `${suite.topic}-missing`, timeoutMs: 3_000 });
  expect(await missing(notificationOf('firing'))).toMatchObject({
    kind: 'retry',
    reason: expect.stringContaining(`${suite.topic}-missing`),
  });
  const away = createKafka({ connection: { brokers: ['127.0.0.1:1'] }, clientId: 'test', logger: quiet, connectRetryForMs: 500 });
  expect((await createKafkaSender({ kafka: away, topic: suite.topic, timeoutMs: 3_000 })(notificationOf('firing'))).kind).toBe('retry');
});

test('a record that the broker finds too large is a dead letter', async () => {
  const body = JSON.stringify({ key: 'k', value: 'x'.repeat(2_000_000) });
  expect(await createKafkaSender({ kafka, topic: suite.topic })({ ...notificationOf('firing'), body })).toMatchObject({ kind: 'dead' });
});

test('what was rendered for a channel that was of another type then is given up, not tried for ever', async () => {
  const send = createKafkaSender({ kafka, topic: suite.topic });
  for (const body of ['', '{"text":"for a chat"}', 'no JSON']) {
    expect(await send({ ...notificationOf('firing'), body })).toMatchObject({ kind: 'dead' });
  }
});
