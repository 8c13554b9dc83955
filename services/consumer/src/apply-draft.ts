import { applyBatch, type Cursor, type PartitionBatch, type RedisClient } from '@vigie/redis';
import { encodedTimelines, type Draft } from './derive-facts.ts';
import type { DuplicateFilter } from './find-duplicates.ts';
import { type PartitionMemory, timelineCacheKey } from './partition-memory.ts';

/** Someone else moved the partition, or it is not known what was applied: forget everything and read it again. */
export class PositionLostError extends Error {
  override readonly name = 'PositionLostError';
}

/** A counter would leave the range of 64-bit integers: the events have to go one at a time. */
export class CounterOverflowError extends Error {
  override readonly name = 'CounterOverflowError';
}

export interface ApplyInput {
  readonly draft: Draft;
  readonly duplicates: DuplicateFilter;
  readonly nextOffset: number;
  readonly completeThroughMs: number;
  readonly definitionsHash: string;
}

/**
 * Step 5: one atomic call; memory follows only when it is confirmed.
 *
 * Errors   PositionLostError when refused or in doubt (reload and go on), CounterOverflowError when nothing was written because a counter is full
 */
export async function applyDraft(client: RedisClient, memory: PartitionMemory, input: ApplyInput): Promise<void> {
  const { draft, duplicates } = input;
  const expired = memory.ids.expiring(draft.appendTimeMs);
  const cursor = {
    nextOffset: input.nextOffset,
    appendTimeMs: draft.appendTimeMs,
    completeThroughMs: Math.max(memory.cursor?.completeThroughMs ?? 0, input.completeThroughMs),
    idsDroppedOffset: expired.dropped.offset,
    idsDroppedAppendMs: expired.dropped.appendMs,
  };
  const batch: PartitionBatch = {
    expectedOffset: memory.cursor?.nextOffset ?? null,
    cursor,
    definitionsHash: input.definitionsHash,
    increments: draft.fold.increments(),
    outbox: { ...draft.blocks.finish(), complete_through_ms: Buffer.from(String(cursor.completeThroughMs)) },
    ids: new Map([...duplicates.newIds].map(([bucket, ids]) => [bucket, { ...ids, hashes: Buffer.concat(ids.hashes) }])),
    droppedIdBuckets: expired.buckets,
    timelines: encodedTimelines(draft),
    slices: draft.slices,
  };
  memory.cursor = { ...cursor, ...(await send(client, memory, batch)) };
  memory.ids.add(duplicates.newIds);
  memory.ids.drop(expired);
  for (const { tenant, subject, timeline } of draft.timelines.values()) memory.timelines.set(timelineCacheKey(tenant, subject), timeline);
  for (const [name, values] of draft.sliceValues) memory.sliceValues.set(name, values);
}

/** Moves an idle partition on: nothing new, but complete through a later moment. */
export async function applyNothing(
  client: RedisClient,
  memory: PartitionMemory,
  input: { nextOffset: number; completeThroughMs: number; definitionsHash: string },
): Promise<void> {
  const cursor: Omit<Cursor, 'outboxBytes'> = {
    nextOffset: input.nextOffset,
    appendTimeMs: memory.cursor?.appendTimeMs ?? 0,
    completeThroughMs: Math.max(memory.cursor?.completeThroughMs ?? 0, input.completeThroughMs),
    idsDroppedOffset: memory.ids.dropped.offset,
    idsDroppedAppendMs: memory.ids.dropped.appendMs,
  };
  const confirmed = await send(client, memory, {
    expectedOffset: memory.cursor?.nextOffset ?? null,
    cursor,
    definitionsHash: input.definitionsHash,
    increments: [],
    outbox: null,
    ids: new Map(),
    droppedIdBuckets: [],
    timelines: new Map(),
    slices: { added: [], overflowed: [] },
  });
  memory.cursor = { ...cursor, ...confirmed };
}

async function send(
  client: RedisClient,
  memory: PartitionMemory,
  batch: PartitionBatch,
): Promise<Pick<Cursor, 'outboxBytes' | 'completeThroughMs'>> {
  const where = `partition ${memory.ref.partition} at ${batch.expectedOffset ?? 'its start'}`;
  try {
    const result = await applyBatch(client, memory.ref, batch);
    if (result.status === 'ok') return { outboxBytes: result.outboxBytes, completeThroughMs: result.completeThroughMs };
    if (result.status === 'overflow') throw new CounterOverflowError(`${where}: ${result.cell}`);
    throw new PositionLostError(
      `${where}: expected to move on from there, found the cursor at ${result.foundOffset ?? 'nothing'}; reading it again`,
    );
  } catch (error) {
    if (error instanceof PositionLostError || error instanceof CounterOverflowError) throw error;
    // The call may have been applied or not: only the cursor knows.
    throw new PositionLostError(`${where}: no answer to the apply; reading the cursor again`, { cause: error });
  }
}
