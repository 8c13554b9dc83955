import type { IdLookup } from '@vigie/clickhouse';
import { decodeStored } from '@vigie/events';
import { useServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Lookups } from './find-duplicates.ts';
import { createLookups } from './look-up-ids.ts';
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

function lookups(keepAlive: () => Promise<void>): Lookups {
  return createLookups({ clickhouse: partition.clickhouse, place: partition.refOf(), generation: 1, keepAlive, onWait: () => {} });
}

test('a record that is read again finds itself and is no duplicate; a later copy is one', async () => {
  await applyOrders(3);
  await partition.flush();
  const found = lookups(() => Promise.reject(new Error('expected no wait')));
  expect(await found.find(lookupsAt([0, 1, 2]), 0)).toEqual(new Set());
  expect(await found.find(lookupsAt([10, 1, 12]), 0)).toEqual(new Set([10, 12]));
});

test('a first copy that is still in the outbox is waited for', async () => {
  await applyOrders(3);
  // The outbox goes out while the look-up waits.
  const found = lookups(() => partition.flush());
  expect(await found.find(lookupsAt([10, 11, 12]), 2)).toEqual(new Set([10, 11, 12]));
});
