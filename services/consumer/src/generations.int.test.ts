import { readCursor } from '@vigie/redis';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseGeneration, GenerationMismatchError } from './choose-generation.ts';
import { openPartition, orders, type TestPartition } from './partition.fixture.ts';

const suite = useServers();
let partition: TestPartition;
beforeAll(async () => {
  partition = await openPartition(suite);
});
afterAll(() => partition?.close());

test('a consumer of other settings does not start on the generation that serves', async () => {
  const { clickhouse, redis, place } = partition;
  const choose = (hash: string): Promise<number> => chooseGeneration({ clickhouse, redis, place, definitions: { hash, settings: '{}' } });
  expect(await choose('one')).toBe(1);
  expect(await choose('one')).toBe(1);
  const refusal = await choose('other').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(GenerationMismatchError);
});

test('two generations of one partition share nothing in Redis', async () => {
  const log = { low: 0, high: 5 };
  const serving = partition.worker(() => log);
  await serving.worker.assigned();
  await serving.work(orders(0, 5));
  expect(await readCursor(partition.redis, partition.refOf(2))).toBeNull();
  const next = partition.worker(() => log, 2);
  await next.worker.assigned();
  await next.work(orders(0, 3));
  expect(await partition.liveOrders(2)).toBe(3);
  expect(await partition.liveOrders(1)).toBe(5);
});
