import { type Clickhouse, readApplied, readGeneration, readGreatestGeneration, writeGeneration } from '@vigie/clickhouse';
import { dropGeneration, type PartitionRef, readCursor, readStoredHash, type RedisClient, writeMeta } from '@vigie/redis';
import type { Logger } from '@vigie/runtime';
import type { Definitions } from './choose-generation.ts';
import { fillGap } from './fill-gap.ts';
import type { Flusher } from './flush-outbox.ts';
import { loadMemory, type MemoryLimits } from './partition-memory.ts';
import type { Pipeline } from './pipeline.ts';

/** Numbers are skipped when a rebuild was begun with other definitions and never finished: what it left is looked for this far back. */
const oldGenerationsMax = 10;

/** A rebuild cannot be done now, and nothing was switched. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
}

export interface RebuildInput {
  readonly redis: RedisClient;
  readonly clickhouse: Clickhouse;
  readonly place: { readonly prefix: string; readonly topic: string };
  readonly definitions: Definitions;
  readonly pipeline: Pipeline;
  readonly limits: MemoryLimits;
  readonly logger: Logger;
  /** A flusher over the partitions of one generation. */
  readonly flusherOf: (refs: readonly PartitionRef[]) => Flusher;
  readonly signal: AbortSignal;
}

/**
 * Builds the facts of the next generation from the stored events, beside the one that serves, and switches when all of it is there.
 *
 * Holds    consumers are stopped; until the switch, which is one row written once, readers see the old generation whole; a rebuild that was killed is taken up
 *          where it stood; an accepted event that would be rejected now stops it before the switch
 * Errors   RebuildError (retriable: after what it names is mended)
 */
export async function rebuildGeneration(input: RebuildInput): Promise<{ generation: number; previous: number }> {
  const { clickhouse, redis, place, definitions, pipeline, logger, signal } = input;
  const current = await readGeneration(clickhouse, place.topic);
  if (current === null)
    throw new RebuildError(`${place.topic}: expected a generation to rebuild, found none: the first start of a consumer makes it`);
  // What the old generation has not sent yet would be missing in the events that the new one is made from.
  await input.flusherOf(refsOf(input, current.generation)).drain(signal);
  const generation = await nextGeneration(input, current.generation);
  const refs = refsOf(input, generation);
  const flusher = input.flusherOf(refs);
  for (const ref of refs) {
    const memory = await loadMemory(redis, ref, input.limits);
    await fillGap({ pipeline, memory, clickhouse, logStart: 0, keepAlive: () => flusher.drain(signal) });
    if (signal.aborted)
      throw new RebuildError('expected to finish, found that I was asked to stop: run vigie rebuild again, it goes on where it stood');
    logger.info({ partition: ref.partition, generation, position: memory.cursor?.nextOffset ?? 0 }, 'rebuild: partition done');
  }
  await flusher.drain(signal);
  await requireReached(input, { from: current.generation, to: generation });
  pipeline.fault('rebuild.before_switch');
  await writeGeneration(clickhouse, place.topic, { generation, definitionsHash: definitions.hash, settings: definitions.settings });
  pipeline.fault('rebuild.after_switch');
  await writeMeta(redis, place, { generation, partitionCount: pipeline.partitionCount, definitionsHash: definitions.hash });
  // The one that served until now stays readable; those before it go.
  for (let old = current.generation - 1; old > 0 && old >= current.generation - oldGenerationsMax; old--) {
    for (const ref of refsOf(input, old)) await dropGeneration(redis, ref);
  }
  return { generation, previous: current.generation };
}

const refsOf = ({ place, pipeline }: RebuildInput, generation: number): PartitionRef[] =>
  Array.from({ length: pipeline.partitionCount }, (_, partition) => ({ ...place, partition, generation }));

/** The first number that nothing else was ever built under; one begun with the same definitions is taken up. */
async function nextGeneration(input: RebuildInput, current: number): Promise<number> {
  const started = await readGreatestGeneration(input.clickhouse, input.place.topic);
  for (let generation = current + 1; ; generation++) {
    const hashes = await Promise.all(refsOf(input, generation).map((ref) => readStoredHash(input.redis, ref)));
    const known = hashes.filter((hash) => hash !== null);
    const isOurs = known.length > 0 && known.every((hash) => hash === input.definitions.hash);
    if (isOurs || (known.length === 0 && generation > started)) return generation;
  }
}

async function requireReached(input: RebuildInput, generations: { from: number; to: number }): Promise<void> {
  const { clickhouse, place, redis } = input;
  const applied = await readApplied(clickhouse, { topic: place.topic, generation: generations.to });
  for (const ref of refsOf(input, generations.from)) {
    const old = await readCursor(redis, ref);
    const next = await readCursor(redis, { ...ref, generation: generations.to });
    const expected = old?.nextOffset ?? 0;
    const found = Math.min(next?.nextOffset ?? 0, applied.get(ref.partition) ?? 0);
    if (found >= expected) continue;
    throw new RebuildError(
      `partition ${ref.partition}: expected the new generation to have reached offset ${expected}, found ${found}; is a consumer still running? Stop it and run vigie rebuild again`,
    );
  }
}
