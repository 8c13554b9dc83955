import type { Timeline } from '@vigie/kpis';
import { type Cursor, type PartitionRef, readCursor, readIds, readSliceValues, type RedisClient } from '@vigie/redis';
import { IdHorizon } from './id-horizon.ts';

/** Bounds of what one partition keeps in memory; what falls out is read again. */
export interface MemoryLimits {
  readonly idCountMax: number;
  readonly timelineCountMax: number;
  readonly sliceValueCountMax: number;
}

/** What a consumer remembers of a partition between batches: a copy of what Redis confirmed, never ahead of it. */
export interface PartitionMemory {
  readonly ref: PartitionRef;
  readonly limits: MemoryLimits;
  /** Null: nothing was ever applied in this generation. */
  cursor: Cursor | null;
  readonly ids: IdHorizon;
  readonly timelines: TimelineCache;
  readonly sliceValues: Map<string, Set<string>>;
}

/** Reads a partition's memory from Redis: on assignment, and after every doubt. */
export async function loadMemory(client: RedisClient, ref: PartitionRef, limits: MemoryLimits): Promise<PartitionMemory> {
  // The cursor is read first: whatever moves meanwhile makes the next apply be refused, and the memory is loaded again.
  const cursor = await readCursor(client, ref);
  const [ids, sliceValues] = await Promise.all([readIds(client, ref), readSliceValues(client, ref)]);
  const dropped = { offset: cursor?.idsDroppedOffset ?? -1, appendMs: cursor?.idsDroppedAppendMs ?? -1 };
  return {
    ref,
    limits,
    cursor,
    ids: IdHorizon.restore(ids, { idCountMax: limits.idCountMax, dropped }),
    timelines: new TimelineCache(limits.timelineCountMax),
    sliceValues,
  };
}

/** Timelines by tenant and subject, the least recently written first to go. `null`: known to be absent. */
export class TimelineCache {
  readonly #byKey = new Map<string, Timeline | null>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get(key: string): Timeline | null | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, timeline: Timeline | null): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, timeline);
    if (this.#byKey.size <= this.#countMax) return;
    for (const oldest of this.#byKey.keys()) {
      this.#byKey.delete(oldest);
      return;
    }
  }
}

export const timelineCacheKey = (tenant: string, subject: string): string => `${tenant}:${subject}`;
