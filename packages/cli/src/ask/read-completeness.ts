import { readApplied, readGeneration } from '@vigie/clickhouse';
import { readCursor, readMeta } from '@vigie/redis';
import type { Context } from '../context.ts';

/** Where ClickHouse stood in the moment before a query. */
export interface SqlCompleteness {
  readonly generation: number;
  readonly completeThroughMs: number | null;
}

/**
 * Says through which moment ClickHouse is complete. Redis knows where each partition stands; ClickHouse says how much of that has reached it.
 *
 * Holds    null where some partition's rows are still on their way, or where Redis cannot be asked: then nothing is promised
 */
export async function readSqlCompleteness(context: Context): Promise<SqlCompleteness> {
  const { topic } = context.place;
  const clickhouse = context.clickhouse();
  const generation = (await readGeneration(clickhouse, topic))?.generation ?? 0;
  const through = await readThrough(context, generation).catch(() => null);
  return { generation, completeThroughMs: through };
}

async function readThrough(context: Context, generation: number): Promise<number | null> {
  const meta = await readMeta(context.redis(), context.place);
  if (meta === null || meta.generation !== generation) return null;
  const refs = Array.from({ length: meta.partitionCount }, (_, partition) => ({ ...context.place, partition, generation }));
  // Cursors first: what they promise has then at most grown in ClickHouse.
  const cursors = await Promise.all(refs.map((ref) => readCursor(context.redis(), ref)));
  const applied = await readApplied(context.clickhouse(), { topic: context.place.topic, generation });
  let throughMs = Infinity;
  for (const [partition, cursor] of cursors.entries()) {
    if (cursor === null) return null;
    // An empty partition has nothing to send on, and says so by its position alone.
    if (cursor.outboxBytes > 0 && (applied.get(partition) ?? 0) < cursor.nextOffset) return null;
    throughMs = Math.min(throughMs, cursor.completeThroughMs);
  }
  return throughMs;
}
