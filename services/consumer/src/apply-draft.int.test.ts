import { applyBatch, type ApplyResult, type PartitionBatch } from '@vigie/redis';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPartition, type TestPartition } from './partition.fixture.ts';

const suite = useServers();
let partition: TestPartition;
beforeAll(async () => {
  partition = await openPartition(suite);
});
afterAll(() => partition?.close());

function apply(increments: PartitionBatch['increments']): Promise<ApplyResult> {
  return applyBatch(partition.redis, partition.refOf(), {
    expectedOffset: null,
    cursor: { nextOffset: 1, appendTimeMs: 1, completeThroughMs: 1, idsDroppedOffset: -1, idsDroppedAppendMs: -1 },
    definitionsHash: 'hash',
    increments,
    ...{ outbox: null, ids: new Map(), droppedIdBuckets: [], timelines: new Map(), slices: { added: [], overflowed: [] } },
  });
}

test('a script that failed half way has written nothing, so that trying the rest again counts it once', async () => {
  const { redis, place } = partition;
  const prefix = `${place.prefix}:{${place.topic}:0:1}:`;
  await redis.hset(`${prefix}cells:full`, '1', '9223372036854775807', '2', '3');
  const fits = { key: 'cells:fits', expiresAtMs: 0, fields: ['1', '5', '2', '-7'] };
  const full = { key: 'cells:full', expiresAtMs: 0, fields: ['2', '10', '1', '1'] };
  expect(await apply([fits, full])).toMatchObject({ status: 'overflow' });
  expect(await redis.hgetall(`${prefix}cells:full`)).toEqual({ '1': '9223372036854775807', '2': '3' });
  expect(await apply([fits])).toMatchObject({ status: 'ok' });
  expect(await redis.hgetall(`${prefix}cells:fits`)).toEqual({ '1': '5', '2': '-7' });
});
