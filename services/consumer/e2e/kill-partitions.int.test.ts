/** A partition that moved away from a sleeper, and one whose log has run past it. */
import { eventually, type OwnServers, startOwnServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectExact, expectLiveExact, positionsOf, untilApplied, untilFlushed } from './expect-exact.ts';
import { World } from './world.ts';

let own: OwnServers;
beforeAll(async () => {
  own = await startOwnServers();
});
afterAll(() => own.dispose());

describe.concurrent('partitions', () => {
  test('a paused consumer that wakes after its partition moved has its batch refused', async () => {
    await World.with(own, async (world) => {
      const sleeper = world.start({ point: 'apply.before:3', action: 'pause' });
      const other = world.start();
      await Promise.all([sleeper.untilAssigned(2), other.untilAssigned(2)]);
      await world.publish();
      await untilApplied(world);
      await world.publish();
      await sleeper.untilPausedAt('apply.before');
      // The other takes over what the sleeper has in hand, and goes on beyond it.
      await other.untilAssigned(4);
      await world.publish();
      await untilApplied(world);
      const before = await positionsOf(world);
      sleeper.signal('SIGCONT');
      await eventually(() => expect(sleeper.log, 'void: the batch was not refused').toContain('expected to move on from there'), {
        deadlineMs: 30_000,
      });
      expect(await positionsOf(world)).toEqual(before);
      // It joins again, and both go on.
      await Promise.all([sleeper.untilAssigned(2), other.untilAssigned(2)]);
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await Promise.all([sleeper.stop(), other.stop()])).toEqual([0, 0]);
    });
  });

  test('what retention took from Kafka comes back from the stored events when Redis has lost it too', async () => {
    await World.with(own, async (world) => {
      await applyFirstRound(world);
      await world.publish();
      // Up to the middle of what is stored; the rest of it, and all of the second round, are still in Kafka.
      await world.trimLog(new Map((await positionsOf(world)).map((position, partition) => [partition, Math.floor(position! / 2)])));
      await world.wipeRedis();
      const consumer = world.start();
      await untilApplied(world);
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await consumer.stop()).toBe(0);
    });
  });

  test('a log that begins exactly where the stored events end is no gap', async () => {
    await World.with(own, async (world) => {
      await applyFirstRound(world);
      await world.trimLog(new Map((await world.log()).map(({ high }, partition) => [partition, high])));
      await world.wipeRedis();
      const consumer = world.start();
      await untilApplied(world);
      await expectLiveExact(world);
      await world.publish({ isLast: true });
      await expectExact(world);
      expect(await consumer.stop()).toBe(0);
    });
  });

  test('where neither Kafka nor ClickHouse has the records, the partition stops and says so, the others go on', async () => {
    await World.with(own, async (world) => {
      await applyFirstRound(world);
      const before = await positionsOf(world);
      await world.publish();
      const ends = (await world.log()).map(({ high }) => high);
      await world.trimLog(new Map([[1, before[1]! + 1]]));
      const consumer = world.start();
      await consumer.untilServing();
      await eventually(
        async () => expect(await positionsOf(world)).toEqual(ends.map((end, partition) => (partition === 1 ? before[1] : end))),
        { deadlineMs: 60_000 },
      );
      const { status, text } = await eventually(
        async () => {
          const answer = await consumer.readyz();
          expect(answer.status).toBe(503);
          return answer;
        },
        { deadlineMs: 30_000 },
      );
      expect({ status, text }).toEqual({
        status: 503,
        text: expect.stringContaining(`partition 1: expected offset ${before[1]}`) as string,
      });
      expect(consumer.exit).toBeNull();
      expect(await consumer.stop()).toBe(0);
    });
  });

  test('a gap that opens under a running consumer is seen, not only at the next assignment', async () => {
    await World.with(own, async (world) => {
      const consumer = world.start({ point: 'apply.before:6', action: 'pause' });
      await world.publish();
      await untilApplied(world);
      await world.publish();
      await consumer.untilPausedAt('apply.before');
      await world.publish();
      const ends = (await world.log()).map(({ high }) => high);
      await world.trimLog(new Map(ends.map((end, partition) => [partition, end])));
      consumer.signal('SIGCONT');
      // Nobody else has these records: a partition is at its end because they were in hand already, or it has stopped.
      const stuck = await eventually(
        async () => {
          const { status, text } = await consumer.readyz();
          expect(status).toBe(503);
          const numbers = new Set([...text.matchAll(/partition (\d+): expected offset/g)].map((match) => Number(match[1])));
          const positions = await positionsOf(world);
          expect(positions.map((position, partition) => numbers.has(partition) || position === ends[partition])).toEqual([
            true,
            true,
            true,
            true,
          ]);
          return numbers;
        },
        { deadlineMs: 30_000 },
      );
      expect(stuck.size, 'void: no gap opened').toBeGreaterThan(0);
      expect(consumer.logLines('kafka: partitions assigned'), 'void: it was seen at an assignment').toHaveLength(1);
    });
  });
});

/** The first round is in both stores, and the consumer has gone in good order. */
async function applyFirstRound(world: World): Promise<void> {
  const consumer = world.start();
  await world.publish();
  await untilApplied(world);
  await untilFlushed(world);
  expect(await consumer.stop()).toBe(0);
}
