import type { StoredRecord } from '@vigie/clickhouse';
import { CellRangeError, type SettingsBook } from '@vigie/kpis';
import type { RedisClient } from '@vigie/redis';
import type { FaultPoint } from '@vigie/runtime';
import { applyDraft, CounterOverflowError } from './apply-draft.ts';
import { decodeBatch, type DecodedRecord, decodeStoredBatch, type RawRecord, StoredEventError } from './decode-batch.ts';
import { deriveBatch, type Draft } from './derive-facts.ts';
import { DuplicateFilter, type Lookups, lookupsOf } from './find-duplicates.ts';
import { loadTimelines } from './load-timelines.ts';
import type { PartitionMemory } from './partition-memory.ts';
import { rejectOverflow } from './reject-overflow.ts';

export interface Pipeline {
  readonly redis: RedisClient;
  readonly lookups: Lookups;
  readonly settings: SettingsBook;
  readonly definitionsHash: string;
  readonly partitionCount: number;
  readonly fault: FaultPoint;
  readonly onApplied: (draft: Draft, memory: PartitionMemory) => void;
}

/** Records in offset order, and where the partition stands after them. */
export interface Stretch<Record> {
  readonly records: readonly Record[];
  /** The position after the stretch: past control records too. */
  readonly nextOffset: number;
  /** 0: these records prove nothing. */
  readonly completeThroughMs: number;
}

/** The way of records from Kafka: the seven steps, of which flush (6) and commit (7) catch up in flush-outbox.ts. */
export async function processRecords(pipeline: Pipeline, memory: PartitionMemory, stretch: Stretch<RawRecord>): Promise<void> {
  const { topic, partition } = memory.ref;
  const source = { topic, partition, partitionCount: pipeline.partitionCount, appendTimeMs: memory.cursor?.appendTimeMs ?? 0 };
  const decoded = decodeBatch(stretch.records, source); //                                                1 decode
  const lookups = lookupsOf(decoded, memory.ids); //                                                      2 skip
  const known = await pipeline.lookups.find(lookups, memory.ids.dropped.offset);
  await deriveAndApply(pipeline, memory, { ...stretch, records: decoded, known, skipDuplicates: true });
}

/** The way of accepted events read back from storage: the same steps, but nobody judges them again. */
export async function processStored(pipeline: Pipeline, memory: PartitionMemory, stretch: Stretch<StoredRecord>): Promise<void> {
  const records = decodeStoredBatch(stretch.records); // none of them may be rejected now
  await deriveAndApply(pipeline, memory, { ...stretch, records, known: new Set(), skipDuplicates: false });
}

interface Work extends Stretch<DecodedRecord> {
  readonly known: ReadonlySet<number>;
  readonly skipDuplicates: boolean;
}

async function deriveAndApply(pipeline: Pipeline, memory: PartitionMemory, work: Work): Promise<void> {
  const { records, skipDuplicates, nextOffset, completeThroughMs } = work;
  const { settings, definitionsHash } = pipeline;
  const before = await loadTimelines(pipeline.redis, memory, records);
  const duplicates = new DuplicateFilter(memory.ids, work.known);
  try {
    const draft = deriveBatch(records, { memory, settings, duplicates, before, skipDuplicates }); //      3 derive, 4 fold
    pipeline.fault('apply.before');
    await applyDraft(pipeline.redis, memory, { draft, duplicates, nextOffset, completeThroughMs, definitionsHash }); // 5 apply
    pipeline.fault('apply.after');
    pipeline.onApplied(draft, memory);
  } catch (error) {
    if (!(error instanceof CellRangeError || error instanceof CounterOverflowError)) throw error;
    // A counter is full. Nothing was written: find the event that fills it by going by halves, down to single events.
    if (records.length === 1 && !skipDuplicates) throw new StoredEventError(`offset ${records[0]!.offset}: ${error.message}`);
    if (records.length === 1) return deriveAndApply(pipeline, memory, { ...work, records: [rejectOverflow(records[0]!, error)] });
    const middle = Math.ceil(records.length / 2);
    const firstHalf = { records: records.slice(0, middle), nextOffset: records[middle]!.offset, completeThroughMs: 0 };
    await deriveAndApply(pipeline, memory, { ...work, ...firstHalf });
    await deriveAndApply(pipeline, memory, { ...work, records: records.slice(middle) });
  }
}
