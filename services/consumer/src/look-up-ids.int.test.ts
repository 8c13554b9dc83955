import type { IdLookup } from '@vigie/clickhouse';
import { decodeStored } from '@vigie/events';
import { useServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Lookups } from './find-duplicates.ts';
import { createLookups } from './look-up-ids.ts';
import { MustWaitError } from './must-wait.ts';
import { openPartition, orders, type TestPartition } from './partition.fixture.ts';

const suite = useServers();
let partition: TestPartition;
beforeAll(async () => {
  partition = await openPartition(suite);
});
afterEach(async () => {
  await partition.forget();
  for (const table of ['applied', 'events'])
    await partition.clickhouse.client.command({ query: `TRUNCATE TABLE ${suite.database}.${table}` });
});
afterAll(() => partition?.close());

async function applyOrders(count: number): Promise<void> {
  const { worker, work } = partition.worker(() => ({ low: 0, high: count }));
  await worker.assigned();
  await work(orders(0, count));
}

/** What is asked of the first orders, had they come at other offsets. */
function lookupsAt(offsets: readonly number[]): IdLookup[] {
  return orders(0, offsets.length).records.map(({ value, timestampMs }, index) => {
    const decoded = decodeStored(value!, timestampMs);
    if (!decoded.ok) throw new Error(decoded.rejection.message);
    const { tenant, type, timeMs, id, source } = decoded.event;
    return { tenant, type, timeMs, id, source, offset: offsets[index]! };
  });
}

const lookups = (): Lookups => createLookups({ clickhouse: partition.clickhouse, place: partition.refOf(), generation: 1 });

test('a record that is read again finds itself and is no duplicate; a later copy is one', async () => {
  await applyOrders(3);
  await partition.flush();
  expect(await lookups().find(lookupsAt([0, 1, 2]), 0)).toEqual(new Set());
  expect(await lookups().find(lookupsAt([10, 1, 12]), 0)).toEqual(new Set([10, 12]));
});

test('a first copy that is still in the outbox is waited for', async () => {
  await applyOrders(3);
  const found = await lookups()
    .find(lookupsAt([10, 11, 12]), 2)
    .catch((error: unknown) => error);
  expect(found).toBeInstanceOf(MustWaitError);
  const { isReady } = found as MustWaitError;
  expect(await isReady()).toBe(false);
  await partition.flush();
  expect(await isReady()).toBe(true);
  expect(await lookups().find(lookupsAt([10, 11, 12]), 2)).toEqual(new Set([10, 11, 12]));
});

test('ids in any script fit into the look-ups, however long they are when encoded', async () => {
  const hostile = Array.from({ length: 700 }, (_, index) => ({ ...lookupsAt([index])[0]!, id: `${'\u{1F600}'.repeat(95)}${index}` }));
  await applyOrders(1);
  await partition.flush();
  expect(await lookups().find(hostile, 0)).toEqual(new Set());
});
