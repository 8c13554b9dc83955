/** Every kill point of the consumer, by SIGKILL, alone and beside another: nothing lost, nothing twice. */
import { eventually, type OwnServers, startOwnServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsumerProcess } from './consumer-process.ts';
import { expectExact, factsDigest, isFlushed, untilApplied, untilFlushed } from './expect-exact.ts';
import { World } from './world.ts';

let own: OwnServers;
/** The facts that the three rounds make when nothing goes wrong. */
let reference: string;

beforeAll(async () => {
  own = await startOwnServers();
  await World.with(own, async (world) => {
    const consumer = world.start();
    await world.publish();
    await world.publish();
    await world.publish({ isLast: true });
    await expectExact(world);
    reference = await factsDigest(world);
    expect(await consumer.stop()).toBe(0);
  });
});
afterAll(() => own.dispose());

/** Which passing hits the second round in its midst: alone a consumer has all four partitions, beside another two. */
const points = [
  { point: 'apply.before', alone: 6, beside: 3 },
  { point: 'apply.after', alone: 5, beside: 3 },
  { point: 'flush.before', alone: 2, beside: 2 },
  { point: 'flush.facts_sent', alone: 2, beside: 2 },
  { point: 'flush.dead_letters_sent', alone: 2, beside: 2 },
  { point: 'flush.events_sent', alone: 2, beside: 2 },
  { point: 'flush.applied_sent', alone: 2, beside: 2 },
  { point: 'flush.trimmed', alone: 2, beside: 2 },
];

describe.concurrent('a consumer killed in its work', () => {
  test.each(points)('at $point, alone: started again it counts everything once', async ({ point, alone }) => {
    await World.with(own, async (world) => {
      const victim = world.start({ point: `${point}:${alone}` });
      await victim.untilServing();
      await publishUntilKilled(world, victim);
      const killedAtMs = await victim.untilKilledAt(point);
      await recover(world, { what: `${point}, alone`, killedAtMs, survivor: world.start() });
    });
  });

  test.each(points)('at $point, beside another: the other goes on, and everything is counted once', async ({ point, beside }) => {
    await World.with(own, async (world) => {
      const [victim, other] = await startTwo(world, `${point}:${beside}`);
      await publishUntilKilled(world, victim);
      const killedAtMs = await victim.untilKilledAt(point);
      await recover(world, { what: `${point}, beside another`, killedAtMs, survivor: other });
    });
  });
});

describe.concurrent('a consumer killed while it takes over or gives up', () => {
  test('during assignment, alone', async () => {
    await World.with(own, async (world) => {
      await applyFirstRound(world);
      await world.publish();
      const killedAtMs = await world.start({ point: 'assign.loaded:2' }).untilKilledAt('assign.loaded');
      await recover(world, { what: 'assign.loaded, alone', killedAtMs, survivor: world.start() });
    });
  });

  test('during assignment, beside another', async () => {
    await World.with(own, async (world) => {
      const other = world.start();
      await world.publish();
      await untilApplied(world);
      const victim = world.start({ point: 'assign.loaded:2' });
      await world.publish();
      const killedAtMs = await victim.untilKilledAt('assign.loaded');
      await recover(world, { what: 'assign.loaded, beside another', killedAtMs, survivor: other });
    });
  });

  test('during gap fill, alone', async () => {
    await World.with(own, async (world) => {
      await applyFirstRound(world);
      await trimHalfOf(world);
      await world.wipeRedis();
      await world.publish();
      const killedAtMs = await world.start({ point: 'fill.step:2' }).untilKilledAt('fill.step');
      await recover(world, { what: 'fill.step, alone', killedAtMs, survivor: world.start() });
    });
  });

  test('during gap fill, beside another', async () => {
    await World.with(own, async (world) => {
      const [victim, other] = await startTwo(world, 'fill.step:1');
      await world.publish();
      await untilApplied(world);
      await untilFlushed(world);
      await trimHalfOf(world);
      await world.wipeRedis();
      const killedAtMs = await victim.untilKilledAt('fill.step');
      await world.publish();
      await recover(world, { what: 'fill.step, beside another', killedAtMs, survivor: other });
    });
  });

  test('during drain, alone', async () => {
    await World.with(own, async (world) => {
      const victim = world.start({ point: 'drain' });
      await victim.untilServing();
      const killedAtMs = await killInDrain(world, victim);
      await recover(world, { what: 'drain, alone', killedAtMs, survivor: world.start() });
    });
  });

  test('during drain, beside another', async () => {
    await World.with(own, async (world) => {
      const [victim, other] = await startTwo(world, 'drain');
      const killedAtMs = await killInDrain(world, victim);
      await recover(world, { what: 'drain, beside another', killedAtMs, survivor: other });
    });
  });
});

/** Two consumers, two partitions each; the first dies at the point. */
async function startTwo(world: World, point: string): Promise<[ConsumerProcess, ConsumerProcess]> {
  const victim = world.start({ point });
  const other = world.start();
  await Promise.all([victim.untilAssigned(2), other.untilAssigned(2)]);
  return [victim, other];
}

/** Two rounds; where the passing comes round sooner than planned, the second one is published to a dead consumer. */
async function publishUntilKilled(world: World, victim: ConsumerProcess): Promise<void> {
  await world.publish();
  await eventually(async () => victim.exit !== null || (await isFlushed(world)), { deadlineMs: 60_000 });
  await world.publish();
}

/** The first round is in both stores, and the consumer has gone in good order. */
async function applyFirstRound(world: World): Promise<void> {
  const consumer = world.start();
  await world.publish();
  await untilApplied(world);
  await untilFlushed(world);
  expect(await consumer.stop()).toBe(0);
}

async function trimHalfOf(world: World): Promise<void> {
  await world.trimLog(new Map((await world.log()).map(({ high }, partition) => [partition, Math.floor(high / 2)])));
}

/** The first round is flushed, the second applied only when the consumer is told to go. */
async function killInDrain(world: World, victim: ConsumerProcess): Promise<number> {
  await world.publish();
  await untilApplied(world);
  await untilFlushed(world);
  await world.publish();
  await untilApplied(world);
  victim.signal('SIGTERM');
  return victim.untilKilledAt('drain');
}

/** The last round after the kill; then everything is compared, and whoever goes on ends in good order. */
async function recover(world: World, after: { what: string; killedAtMs: number; survivor: ConsumerProcess }): Promise<void> {
  await world.publish({ isLast: true });
  const appliedAtMs = await untilApplied(world);
  await untilFlushed(world);
  const [applied, flushed] = [appliedAtMs, Date.now()].map((ms) => ((ms - after.killedAtMs) / 1000).toFixed(1));
  process.stderr.write(`kill: ${after.what}: applied ${applied} s and flushed ${flushed} s after the kill\n`);
  await expectExact(world);
  expect(await factsDigest(world)).toBe(reference);
  expect(await after.survivor.stop()).toBe(0);
}
