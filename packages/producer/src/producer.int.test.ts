import { decode, type Event } from '@vigie/events';
import { createKafka, createRecordConsumer, ensureTopic, watchLog, type KafkaRecord } from '@vigie/kafka';
import { eventually, startOwnServers, useServers } from '@vigie/testkit';
import { beforeAll, expect, test } from 'vitest';
import { createVigieProducer, NotConfirmedError } from './index.ts';

const partitionCount = 12;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const order = { order_id: 'o-1', gross_minor: 1000, currency: 'EUR' };
const suite = useServers();

interface Place {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
}

async function makeTopic({ brokers, topic }: Place): Promise<void> {
  const kafka = createKafka({ connection: { brokers }, clientId: 'test', logger: quiet });
  await ensureTopic(kafka, { topic, partitionCount, replicationFactor: 1, retentionMs: 3_600_000 });
}

/** Everything in the topic once `isAll` says so, decoded with all checks, routing included. */
async function readEvents({ brokers, topic, group }: Place, isAll: (events: readonly Event[]) => boolean): Promise<Event[]> {
  const kafka = createKafka({ connection: { brokers }, clientId: 'test', logger: quiet });
  const consumer = createRecordConsumer(kafka, { topic, group, concurrency: 1 });
  const events: Event[] = [];
  const take = (partition: number, record: KafkaRecord): void => {
    const { key, offset, timestampMs } = record;
    const decoded = decode(record.value, { topic, partition, partitionCount, offset, key, appendTimeMs: timestampMs });
    if (!decoded.ok) throw new Error(decoded.rejection.message);
    events.push(decoded.event);
  };
  await consumer.start({
    onAssigned: (partitions) => partitions.forEach((partition) => consumer.seek(partition, 0)),
    onBatch: (batch) => Promise.resolve(batch.records.forEach((record) => take(batch.partition, record))),
    onGap: () => undefined,
    onCrash: (error) => {
      throw error;
    },
  });
  try {
    await eventually(() => isAll(events), { deadlineMs: 30_000 });
  } finally {
    await consumer.stop();
  }
  return events;
}

async function recordCount({ brokers, topic }: Place): Promise<number> {
  const log = await watchLog(createKafka({ connection: { brokers }, clientId: 'test', logger: quiet }), topic);
  const ranges = await log.read();
  await log.close();
  return [...ranges.values()].reduce((sum, { high }) => sum + high, 0);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

beforeAll(() => makeTopic(suite), 30_000);

test('what was published is decoded by the consumer, each event once, one subject in order', async () => {
  const producer = createVigieProducer({
    kafka: { brokers: suite.brokers },
    topic: suite.topic,
    source: 'test',
    pendingCountMax: 500,
    batchCountMax: 97,
  });
  await producer.connect();
  const confirmed: Promise<{ id: string }>[] = [];
  for (let index = 0; index < 3000; index++) {
    await producer.ready();
    confirmed.push(producer.publish({ type: 'order.placed', subject: `client é😀 ${index % 50}`, data: { ...order, gross_minor: index } }));
  }
  confirmed.push(
    producer.publish({
      type: 'subscription.ended',
      subject: 's',
      tenant: 'other',
      data: { subscription_id: 'x', effective_at: '2027-01-01T00:00:00Z' },
    }),
  );
  await producer.close();
  const ids = (await Promise.all(confirmed)).map(({ id }) => id);
  const events = await readEvents(suite, ({ length }) => length >= 3001);
  expect(events.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  const amounts = Map.groupBy(
    events.filter((event) => event.type === 'order.placed'),
    ({ subject }) => subject,
  );
  expect(amounts.size).toBe(50);
  const outOfOrder = [...amounts.values()].filter((orders) =>
    orders.some(({ data }, index) => index > 0 && data.gross_minor <= orders[index - 1]!.data.gross_minor),
  );
  expect(outOfOrder).toEqual([]);
}, 60_000);

test('gzip arrives as it was sent, and so does an event of nearly a megabyte', async () => {
  const place = { ...suite, topic: `${suite.topic}.gzip`, group: `${suite.group}-gzip` };
  await makeTopic(place);
  for (const compression of ['gzip', 'none'] as const) {
    const producer = createVigieProducer({ kafka: { brokers: suite.brokers }, topic: place.topic, source: 'test', compression });
    const data = { ...order, notes: 'x'.repeat(999_000) };
    await Promise.all([
      producer.publish({ type: 'order.placed', subject: 'a', data }),
      producer.publish({ type: 'order.placed', subject: 'a', data: order }),
    ]);
    await producer.close();
  }
  const events = await readEvents(place, ({ length }) => length >= 4);
  expect(events).toHaveLength(4);
}, 60_000);

test('a topic that is not there is named at connect', async () => {
  const producer = createVigieProducer({ kafka: { brokers: suite.brokers }, topic: 'vigie.none', source: 'test' });
  await expect(producer.connect()).rejects.toThrow(/vigie\.none/);
  await producer.close();
});

test('a killed broker loses no confirmed event and doubles none', async () => {
  const own = await startOwnServers();
  const warnings: string[] = [];
  const logger = { ...quiet, warn: (_fields: object, message: string) => void warnings.push(message) };
  const producer = createVigieProducer({
    kafka: { brokers: own.brokers },
    topic: own.topic,
    source: 'test',
    lingerMs: 0,
    batchCountMax: 20,
    logger,
  });
  try {
    await makeTopic(own);
    const publish = (index: number) =>
      producer.publish({ type: 'order.placed', id: `e-${index}`, subject: `c-${index % 50}`, data: order });
    await Promise.all(range(0, 500).map(publish));
    const across = range(500, 1500).map(publish);
    await across[0];
    await own.servers.kafka.kill();
    // The fault: most of these were on their way, and the producer has noticed.
    await eventually(() => warnings.length > 0);
    expect(producer.pendingCount).toBeGreaterThan(0);
    await own.servers.kafka.restart();
    await Promise.all([...across, ...range(1500, 2000).map(publish)]);
    const events = await readEvents(own, ({ length }) => length >= 2000);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2000);
    expect(await recordCount(own)).toBe(2000);
  } finally {
    await producer.close();
    await own.dispose();
  }
}, 120_000);

test('without a broker a publish says that it was not confirmed, and the producer works again afterwards', async () => {
  const own = await startOwnServers();
  const producer = createVigieProducer({ kafka: { brokers: own.brokers }, topic: own.topic, source: 'test', retryForMs: 2000 });
  try {
    await makeTopic(own);
    const publish = (id: string) => producer.publish({ type: 'order.placed', id, subject: 'c', data: order });
    await publish('before');
    await own.servers.kafka.kill();
    const killedAt = performance.now();
    const lost = publish('again');
    await expect(lost).rejects.toThrow(NotConfirmedError);
    await expect(lost).rejects.toMatchObject({ id: 'again' });
    // Given up about when it was told to, whatever kafkajs retries inside.
    expect(performance.now() - killedAt).toBeLessThan(20_000);
    await own.servers.kafka.restart();
    await expect(publish('again')).resolves.toEqual({ id: 'again' });
    expect(await recordCount(own)).toBe(2);
  } finally {
    await producer.close();
    await own.dispose();
  }
}, 180_000);
