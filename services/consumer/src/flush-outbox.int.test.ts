import { query, readApplied } from '@vigie/clickhouse';
import { readOutbox, trimOutbox } from '@vigie/redis';
import { useServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openPartition, orders, type TestPartition } from './partition.fixture.ts';

const suite = useServers();
let partition: TestPartition;
beforeAll(async () => {
  partition = await openPartition(suite);
});
afterEach(() => partition.forget());
afterAll(() => partition?.close());

const appliedTo = async (): Promise<number | undefined> =>
  (await readApplied(partition.clickhouse, { topic: suite.topic, generation: 1 })).get(0);

test('a flush that dies between its inserts has not said that it was done', async () => {
  const { worker, work } = partition.worker(() => ({ low: 0, high: 5 }));
  await worker.assigned();
  await work(orders(0, 5));
  const die = (point: string): void => {
    if (point === 'flush.facts_sent') throw new Error('dead');
  };
  await expect(partition.flush(die)).rejects.toThrow('dead');
  expect(await appliedTo()).toBeUndefined();
  await partition.flush();
  expect(await appliedTo()).toBe(5);
  const [row] = await query<{ count: string }>(partition.clickhouse, {
    sql: `SELECT toString(count()) AS count FROM ${suite.database}.events FINAL`,
  });
  expect(row?.count).toBe('5');
});

test('an acknowledgement that comes twice takes nothing that was not sent', async () => {
  const { redis } = partition;
  const ref = partition.refOf();
  const { worker, work } = partition.worker(() => ({ low: 0, high: 9 }));
  await worker.assigned();
  await work(orders(0, 3));
  const entries = await readOutbox(redis, ref, { afterOffset: 0, countMax: 10 });
  // Two more batches come while the first one is sent; then its trim is tried again after a reply that was lost.
  await work(orders(3, 6));
  await work(orders(6, 9));
  const acknowledged = { offset: entries.at(-1)!.nextOffset, entryCount: entries.length, bytes: entries[0]!.bytes };
  await trimOutbox(redis, ref, acknowledged);
  await trimOutbox(redis, ref, acknowledged);
  const left = await readOutbox(redis, ref, { afterOffset: 0, countMax: 10 });
  expect(left.map(({ nextOffset }) => nextOffset)).toEqual([6, 9]);
});
