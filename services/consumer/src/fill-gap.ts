import { type Clickhouse, readApplied, readStoredRecords } from '@vigie/clickhouse';
import type { PartitionMemory } from './partition-memory.ts';
import { type Pipeline, processStored } from './pipeline.ts';

/** Neither Kafka nor ClickHouse has a stretch of the partition: only a person can decide what that means. */
export class DataGapError extends Error {
  override readonly name = 'DataGapError';
}

const recordsPerStep = 5_000;

export interface FillInput {
  readonly pipeline: Pipeline;
  readonly memory: PartitionMemory;
  readonly clickhouse: Clickhouse;
  /** The oldest offset that Kafka still has. */
  readonly logStart: number;
  readonly keepAlive: () => Promise<void>;
}

/**
 * Brings a partition from its position to where Kafka's log starts, from the events that ClickHouse keeps, through the same apply.
 *
 * Holds    Redis set back, Redis emptied and a position that retention has run past are this one loop; offsets of rejected and duplicate records are
 *          missing in `events`, which is harmless
 * Errors   DataGapError when ClickHouse does not reach Kafka's log start either
 */
export async function fillGap(input: FillInput): Promise<void> {
  const { pipeline, memory, clickhouse, logStart } = input;
  const { topic, partition } = memory.ref;
  const applied = (await readApplied(clickhouse, { topic, generation: 'any' })).get(partition) ?? null;
  const position = memory.cursor?.nextOffset ?? 0;
  // A partition that no generation ever applied anything of begins where its log begins: there is no history to miss.
  if (applied === null && memory.cursor === null) return;
  if ((applied ?? 0) < logStart) {
    throw new DataGapError(
      `partition ${partition}: expected offset ${position} in Kafka or in events, found that Kafka starts at ${logStart} and events end at ${applied ?? 0}; ` +
        `records between are gone: restore the tables events and applied from a backup, then restart the consumer`,
    );
  }
  for (let from = position; from < applied!;) {
    const records = await readStoredRecords(
      clickhouse,
      { topic, partition },
      { fromOffset: from, toOffset: applied!, countMax: recordsPerStep },
    );
    const last = records.length < recordsPerStep;
    const nextOffset = last ? applied! : records.at(-1)!.offset + 1;
    await processStored(pipeline, memory, { records, nextOffset, completeThroughMs: 0 });
    pipeline.fault('fill.step');
    await input.keepAlive();
    from = nextOffset;
  }
}
