/** The servers themselves go away, forget, or go back in time, while the consumer runs. One after the other: they are everybody's servers. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { applyBatch } from '@vigie/redis';
import { eventually, type OwnServers, startOwnServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsumerProcess } from './consumer-process.ts';
import { expectExact, expectLiveExact, outboxLengthsOf, positionsOf, untilApplied, untilFlushed } from './expect-exact.ts';
import { World } from './world.ts';

let own: OwnServers;
beforeAll(async () => {
  own = await startOwnServers();
});
afterAll(() => own.dispose());

describe('Redis', () => {
  test('emptied while two consumers run: it comes back from Kafka, and from the stored events where Kafka has forgotten', async () => {
    await World.with(own, async (world) => {
      const consumers = [world.start(), world.start()];
      await Promise.all(consumers.map((consumer) => consumer.untilAssigned(2)));
      await world.publish();
      await untilApplied(world);
      // Part of the outbox may not be in ClickHouse yet: Kafka still has all of it.
      await world.redis.flushall();
      await expectExact(world);
      for (const { log } of consumers) expect(log, 'void: Redis was not seen empty').toContain('found the cursor at nothing');
      await world.publish();
      await expectExact(world);
      await trimHalf(world);
      await world.redis.flushall();
      await expectExact(world);
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await Promise.all(consumers.map((consumer) => consumer.stop()))).toEqual([0, 0]);
    });
  });

  test('set back to an older file while running: what it forgot is applied again, exactly once', async () => {
    await World.with(own, async (world) => {
      const consumer = world.start();
      await world.publish();
      await untilApplied(world);
      const older = await stopAndCopyRedis();
      await own.servers.redis.restart();
      await world.publish();
      await expectExact(world);
      await setBackRedis(older);
      await own.servers.redis.restart();
      await expectExact(world);
      const refusals = refusalCountOf(consumer);
      expect(refusals, 'void: Redis was not seen back in time').toBeGreaterThan(0);
      // Once more, and now Kafka has forgotten a part of what Redis did.
      await world.publish();
      await expectExact(world);
      await trimHalf(world);
      await setBackRedis(older);
      await own.servers.redis.restart();
      await expectExact(world);
      expect(refusalCountOf(consumer), 'void: Redis was not seen back in time again').toBeGreaterThan(refusals);
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await consumer.stop()).toBe(0);
    });
  });

  test('killed and back: nothing is lost', async () => {
    await World.with(own, async (world) => {
      const consumer = world.start();
      await world.publish();
      await untilApplied(world);
      await own.servers.redis.kill();
      await world.publish();
      await own.servers.redis.restart();
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await consumer.stop()).toBe(0);
    });
  });
});

describe('Redis without memory', () => {
  test('is no full counter: nothing is dead-lettered, the partitions wait and lose nothing', async () => {
    await World.with(own, async (world) => {
      const consumer = world.start();
      await world.publish();
      await untilApplied(world);
      const before = await positionsOf(world);
      await world.redis.config('SET', 'maxmemory', '1');
      await expect(applyOneIncrement(world)).rejects.toThrow(/OOM/);
      await world.publish();
      await eventually(() => expect(consumer.log, 'void: the consumer never met the full memory').toContain('OOM'), { deadlineMs: 30_000 });
      expect(await positionsOf(world)).toEqual(before);
      await world.redis.config('SET', 'maxmemory', '0');
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await consumer.stop()).toBe(0);
    });
  });
});

describe('ClickHouse', () => {
  test('away: live numbers go on, also through a kill of the consumer, and the outbox goes out when it is back', async () => {
    await World.with(own, async (world) => {
      const consumer = world.start();
      await world.publish();
      await expectExact(world);
      await own.servers.clickhouse.kill();
      await world.publish();
      await untilApplied(world);
      await expectLiveExact(world);
      const waiting = await outboxLengthsOf(world);
      expect(Math.min(...waiting)).toBeGreaterThan(0);
      await consumer.kill();
      const next = world.start();
      await world.publish({ isLast: true });
      await untilApplied(world);
      await expectLiveExact(world);
      expect(Math.min(...(await outboxLengthsOf(world)))).toBeGreaterThan(Math.min(...waiting));
      await own.servers.clickhouse.restart();
      await expectExact(world);
      expect(await next.stop()).toBe(0);
    });
  });

  test('away with a full outbox: the partition waits and loses nothing', async () => {
    const options = { environment: { VIGIE_OUTBOX_BYTES_MAX: '4000' } };
    await World.with(
      own,
      async (world) => {
        const consumer = world.start();
        await consumer.untilServing();
        await own.servers.clickhouse.kill();
        await world.publish();
        await untilApplied(world);
        const full = await positionsOf(world);
        await world.publish();
        await world.publish({ isLast: true });
        await eventually(async () => expect(await consumer.metric('vigie_waits_total')).toBeGreaterThan(3 * world.partitionCount), {
          deadlineMs: 30_000,
        });
        expect(await positionsOf(world), 'void: the partitions did not wait').toEqual(full);
        await own.servers.clickhouse.restart();
        await expectExact(world);
        expect(await consumer.stop()).toBe(0);
      },
      options,
    );
  });
});

describe('Kafka', () => {
  test('killed and back: the consumer goes on by itself', async () => {
    await World.with(own, async (world) => {
      const consumer = world.start();
      await world.publish();
      await untilApplied(world);
      await own.servers.kafka.kill();
      await own.servers.kafka.restart();
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(consumer.log, 'void: Kafka was not missed').toContain('ECONNREFUSED');
      expect(await consumer.stop()).toBe(0);
    });
  });
});

/** How many times the cursor was not where the consumer had left it. */
const refusalCountOf = ({ log }: ConsumerProcess): number => log.split('expected to move on from there').length - 1;

/** To a partition of nobody's. */
function applyOneIncrement({ redis, prefix, topic }: World) {
  return applyBatch(
    redis,
    { prefix, topic, partition: 99, generation: 1 },
    {
      expectedOffset: null,
      cursor: { nextOffset: 1, appendTimeMs: 0, completeThroughMs: 0, idsDroppedOffset: -1, idsDroppedAppendMs: -1 },
      definitionsHash: 'none',
      increments: [{ key: 'cells:none:none:all:d:0', expiresAtMs: 0, fields: ['0', '1'] }],
      ...{ outbox: null, ids: new Map(), droppedIdBuckets: [], timelines: new Map(), slices: { added: [], overflowed: [] } },
    },
  );
}

/** Retention up to the middle of what is stored. */
async function trimHalf(world: World): Promise<void> {
  await untilFlushed(world);
  await world.trimLog(new Map((await world.log()).map(({ low, high }, partition) => [partition, Math.floor((low + high) / 2)])));
}

const redisFiles = (): string => own.servers.redis.dataDir!;

async function stopAndCopyRedis(): Promise<string> {
  await own.servers.redis.stop();
  const copy = join(redisFiles(), '..', 'redis-older');
  await cp(redisFiles(), copy, { recursive: true });
  return copy;
}

async function setBackRedis(copy: string): Promise<void> {
  await own.servers.redis.stop();
  await rm(redisFiles(), { recursive: true });
  await cp(copy, redisFiles(), { recursive: true });
}
