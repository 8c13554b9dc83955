import { setTimeout as pause } from 'node:timers/promises';
import { watchLog } from '@vigie/kafka';
import { readCursor, readMeta } from '@vigie/redis';
import { readApplied } from '@vigie/clickhouse';
import { CliError } from '../console/cli-error.ts';
import type { Context } from '../context.ts';

export interface WaitOptions {
  /** Gives up after so long without any progress. */
  readonly stallMs: number;
  /** Also until ClickHouse has the rows. */
  readonly untilStored: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Waits until everything that Kafka holds at this moment is in the live numbers, and in ClickHouse where that is asked for.
 *
 * Errors   CliError when nothing moves for stallMs: it names how far each side is
 */
export async function waitUntilCounted(context: Context, options: WaitOptions): Promise<void> {
  const log = await watchLog(context.kafka(), context.place.topic);
  const wanted = new Map([...(await log.read())].map(([partition, { high }]) => [partition, high]));
  await log.close();
  const startMs = performance.now();
  let best = -1;
  let movedMs = startMs;
  let first: number | null = null;
  for (;;) {
    const reached = await readReached(context, options.untilStored);
    let missing = 0;
    for (const [partition, high] of wanted) missing += Math.max(0, high - (reached?.get(partition) ?? 0));
    if (reached !== null && missing === 0) return;
    first ??= missing;
    const done = first - missing;
    if (done > best) {
      best = done;
      movedMs = performance.now();
      options.onProgress(done, first);
    }
    if (performance.now() - movedMs > options.stallMs) throw stalled({ missing, reached, options, context });
    await pause(100);
  }
}

/** The next offset of each partition; null before any consumer has run. */
async function readReached(context: Context, untilStored: boolean): Promise<Map<number, number> | null> {
  const meta = await readMeta(context.redis(), context.place);
  if (meta === null) return null;
  const { generation, partitionCount } = meta;
  const cursors = await Promise.all(
    Array.from({ length: partitionCount }, (_, partition) => readCursor(context.redis(), { ...context.place, partition, generation })),
  );
  const reached = new Map(cursors.map((cursor, partition) => [partition, cursor?.nextOffset ?? 0]));
  if (!untilStored) return reached;
  const applied = await readApplied(context.clickhouse(), { topic: context.place.topic, generation });
  return new Map([...reached].map(([partition, next]) => [partition, Math.min(next, applied.get(partition) ?? 0)]));
}

function stalled(found: { missing: number; reached: Map<number, number> | null; options: WaitOptions; context: Context }): CliError {
  const state = found.reached === null ? 'that no consumer has ever run' : `${found.missing} records still to be applied`;
  return new CliError(
    `expected the consumer to count what Kafka holds, found ${state} and no progress for ${found.options.stallMs / 1000} s on ${found.context.place.topic}. ` +
      'The events are safe in Kafka and will be counted when it runs: look at its log, or start vigie up',
  );
}
