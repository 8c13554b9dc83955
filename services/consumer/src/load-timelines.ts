import { decodeTimeline, type Timeline, touchesTimeline } from '@vigie/kpis';
import { readTimelines, type RedisClient } from '@vigie/redis';
import type { DecodedRecord } from './decode-batch.ts';
import { type PartitionMemory, timelineCacheKey } from './partition-memory.ts';

/**
 * Reads the timelines of every subject that a batch touches: from memory, else from Redis in one round trip per tenant.
 *
 * Holds    complete for the batch, whatever the cache forgets meanwhile
 */
export async function loadTimelines(
  client: RedisClient,
  memory: PartitionMemory,
  records: readonly DecodedRecord[],
): Promise<Map<string, Timeline | null>> {
  const found = new Map<string, Timeline | null>();
  const missing = new Map<string, Set<string>>();
  for (const { result } of records) {
    if (!result.ok || !touchesTimeline(result.event)) continue;
    const { tenant, subject } = result.event;
    const key = timelineCacheKey(tenant, subject);
    if (found.has(key)) continue;
    const known = memory.timelines.get(key);
    if (known === undefined) missing.set(tenant, (missing.get(tenant) ?? new Set()).add(subject));
    else found.set(key, known);
  }
  for (const [tenant, wanted] of missing) {
    const subjects = [...wanted];
    const stored = await readTimelines(client, memory.ref, { tenant, subjects });
    for (const [index, text] of stored.entries()) {
      found.set(timelineCacheKey(tenant, subjects[index]!), text === null ? null : decodeTimeline(text));
    }
  }
  return found;
}
