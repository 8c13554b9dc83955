/** Gaps between a partition's position and Kafka's log; the same through a real broker is e2e/kill-partitions. */
import { readCursor } from '@vigie/redis';
import { useServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { DataGapError } from './fill-gap.ts';
import { openPartition, orders, type TestPartition } from './partition.fixture.ts';

const suite = useServers();
let partition: TestPartition;
beforeAll(async () => {
  partition = await openPartition(suite);
});
afterEach(async () => {
  await partition.forget();
  for (const table of ['applied', 'events', 'facts'])
    await partition.clickhouse.client.command({ query: `TRUNCATE TABLE ${suite.database}.${table}` });
});
afterAll(() => partition?.close());

async function applyAndFlush(to: number): Promise<void> {
  const { worker, work } = partition.worker(() => ({ low: 0, high: to }));
  await worker.assigned();
  await work(orders(0, to));
  await partition.flush();
}

test('where retention ran past a lost position, the stored events come first, wherever Kafka goes on', async () => {
  await applyAndFlush(10);
  await partition.forget();
  const { worker, seeks, work } = partition.worker(() => ({ low: 5, high: 12 }));
  await worker.assigned();
  // The offset that was committed to Kafka before.
  await work(orders(8, 12));
  expect(await partition.liveOrders()).toBe(12);
  expect(seeks).toEqual([10]);
});

test('retention that runs past the position while running stops the partition, and nothing beyond is applied', async () => {
  const log = { low: 0, high: 10 };
  const { worker, stuck, work } = partition.worker(() => log);
  await worker.assigned();
  await work(orders(0, 10));
  await partition.flush();
  Object.assign(log, { low: 20, high: 30 });
  // Kafka's client starts again at the beginning of the log without a word.
  await work(orders(20, 30));
  expect((await readCursor(partition.redis, partition.refOf()))?.nextOffset).toBe(10);
  expect(await partition.liveOrders()).toBe(10);
  expect(stuck).toEqual([expect.any(DataGapError)]);
});

test('an idle partition whose log ran past its position finds out by itself, and the stored events have the rest', async () => {
  await applyAndFlush(10);
  // Redis was set back: this consumer came as far as 5 again when Kafka forgot the next ones.
  await partition.forget();
  const log = { low: 0, high: 5 };
  const { worker, seeks, stuck, work } = partition.worker(() => log);
  await worker.assigned();
  await work(orders(0, 5));
  Object.assign(log, { low: 7, high: 10 });
  await worker.tick(log, Date.now());
  expect(await partition.liveOrders()).toBe(10);
  expect(seeks.at(-1)).toBe(10);
  expect(stuck).toEqual([]);
});

test('a log that ends below what was applied stops the partition: it is not the log that was applied', async () => {
  const log = { low: 0, high: 10 };
  const { worker, stuck, work } = partition.worker(() => log);
  await worker.assigned();
  await work(orders(0, 10));
  Object.assign(log, { low: 0, high: 3 });
  await worker.tick(log, Date.now());
  expect(stuck).toEqual([expect.any(DataGapError)]);
});

test('a gap of control records that was fetched before a seek jumps over nothing', async () => {
  const { worker, seeks, work } = partition.worker(() => ({ low: 0, high: 11 }));
  await worker.assigned();
  // Kafka went on from the committed offset meanwhile, and met only the marker behind ten records that are not applied.
  await worker.skipTo(11);
  expect(seeks.at(-1)).toBe(0);
  await work(orders(0, 10));
  await worker.skipTo(11);
  expect((await readCursor(partition.redis, partition.refOf()))?.nextOffset).toBe(11);
  expect(await partition.liveOrders()).toBe(10);
});

test('a clock that ran ahead promises nothing beyond the present', async () => {
  const { worker, work } = partition.worker(() => ({ low: 0, high: 3 }));
  await worker.assigned();
  await work(orders(0, 3));
  await worker.tick({ low: 0, high: 3 }, Date.now() + 86_400_000);
  const cursor = await readCursor(partition.redis, partition.refOf());
  expect(cursor!.completeThroughMs).toBeLessThanOrEqual(Date.now());
});
