/** A rebuild killed before, at and after its switch: readers see one generation whole, and the next attempt ends it. */
import { readGeneration } from '@vigie/clickhouse';
import { readMeta } from '@vigie/redis';
import { type OwnServers, startOwnServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectExact, expectLiveExact } from './expect-exact.ts';
import { World } from './world.ts';

let own: OwnServers;
beforeAll(async () => {
  own = await startOwnServers();
});
afterAll(() => own.dispose());

const generationOf = async (world: World): Promise<number | undefined> => (await readGeneration(world.clickhouse, world.topic))?.generation;

async function publishAndStop(world: World): Promise<void> {
  const consumer = world.start();
  await world.publish();
  await world.publish({ isLast: true });
  await expectExact(world);
  expect(await consumer.stop()).toBe(0);
}

test.each([
  { point: 'fill.step', passing: 2, switched: false, served: 2 },
  { point: 'rebuild.before_switch', passing: 1, switched: false, served: 2 },
  { point: 'rebuild.after_switch', passing: 1, switched: true, served: 3 },
])('killed at $point: nothing is half true, and the next rebuild ends it', async ({ point, passing, switched, served }) => {
  await World.with(own, async (world) => {
    await publishAndStop(world);
    await world.rebuild({ point: `${point}:${passing}` }).untilKilledAt(point);
    expect(await generationOf(world)).toBe(switched ? 2 : 1);
    // Live readers still stand on the generation that Redis names, whole.
    await expectLiveExact(world);
    expect(await world.rebuild().ended()).toBe(0);
    expect((await readMeta(world.redis, world))?.generation).toBe(served);
    world.start();
    await expectExact(world);
  });
});

test('a consumer that runs is a reason not to rebuild', async () => {
  await World.with(own, async (world) => {
    const consumer = world.start();
    await world.publish({ isLast: true });
    await expectExact(world);
    const rebuild = world.rebuild();
    expect(await rebuild.ended()).toBe(1);
    expect(rebuild.log).toContain('expected no consumer to run during a rebuild, found 1');
    expect(await consumer.stop()).toBe(0);
  });
});
