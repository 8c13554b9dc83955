import type { Event, Rejection } from '@vigie/events';
import { BlockBuilder } from '@vigie/clickhouse';
import {
  CellRangeError,
  derive,
  encodeTimeline,
  type Fact,
  Fold,
  type SettingsBook,
  SliceRegistry,
  type Timeline,
  touchesTimeline,
} from '@vigie/kpis';
import { type DecodedRecord, StoredEventError } from './decode-batch.ts';
import type { DuplicateFilter } from './find-duplicates.ts';
import { type PartitionMemory, timelineCacheKey } from './partition-memory.ts';

/** A batch on its way to the apply: nothing of it is true yet. */
export interface Draft {
  readonly fold: Fold;
  readonly blocks: BlockBuilder;
  readonly slices: SliceRegistry;
  readonly sliceValues: Map<string, Set<string>>;
  /** Timelines after the batch, by tenant and subject. */
  readonly timelines: Map<string, { tenant: string; subject: string; timeline: Timeline }>;
  readonly counts: { accepted: number; duplicate: number; rejected: number };
  appendTimeMs: number;
  factCount: number;
}

/** A cost spread over ten years is 3,653 facts: a batch is bounded by what it means, too. */
const factsPerApplyMax = 200_000;

export interface DeriveOptions {
  readonly memory: PartitionMemory;
  readonly settings: SettingsBook;
  readonly duplicates: DuplicateFilter;
  /** The timelines of all subjects of the batch as they were before it; null: nothing remembered yet. */
  readonly before: ReadonlyMap<string, Timeline | null>;
  /** Records that were accepted before are not judged again. */
  readonly skipDuplicates: boolean;
}

/**
 * Steps 3 and 4: events to facts, per event and on an overlay of memory, and facts to cell increments.
 *
 * Holds    the overlay becomes memory only when the apply is confirmed; an event whose derivation throws is rejected and leaves no mark
 * Errors   CellRangeError: the batch's sums are too large to be exact, derive fewer events
 */
export function deriveBatch(records: readonly DecodedRecord[], options: DeriveOptions): Draft {
  const { memory, duplicates } = options;
  const sliceValues = new Map([...memory.sliceValues].map(([name, values]) => [name, new Set(values)]));
  const draft: Draft = {
    fold: new Fold(),
    blocks: new BlockBuilder(memory.ref.generation),
    slices: new SliceRegistry(sliceValues, memory.limits.sliceValueCountMax),
    sliceValues,
    timelines: new Map(),
    counts: { accepted: 0, duplicate: 0, rejected: 0 },
    appendTimeMs: memory.cursor?.appendTimeMs ?? 0,
    factCount: 0,
  };
  for (const record of records) {
    draft.appendTimeMs = record.appendTimeMs;
    if (!record.result.ok) reject(draft, { record, options, rejection: record.result.rejection });
    else if (options.skipDuplicates && duplicates.has(record.result.event, record.offset)) draft.counts.duplicate++;
    else accept(draft, { record, options, event: record.result.event });
  }
  return draft;
}

function accept(draft: Draft, input: { record: DecodedRecord; options: DeriveOptions; event: Event }): void {
  const { record, options, event } = input;
  const settings = options.settings.of(event.tenant);
  // Most events touch no timeline, and even naming one costs.
  const key = touchesTimeline(event) ? timelineCacheKey(event.tenant, event.subject) : '';
  const before = key === '' ? null : (draft.timelines.get(key)?.timeline ?? options.before.get(key) ?? null);
  let facts: readonly Fact[];
  try {
    const derived = derive(event, before, settings);
    facts = derived.facts;
    if (derived.timeline !== null && derived.timeline !== before) {
      draft.timelines.set(key, { tenant: event.tenant, subject: event.subject, timeline: derived.timeline });
    }
  } catch (error) {
    if (!options.skipDuplicates) throw new StoredEventError(`offset ${record.offset}: ${internalError(error).message}`);
    reject(draft, { record, options, rejection: internalError(error) });
    return;
  }
  const place = placeOf(record, options);
  draft.factCount += facts.length;
  if (draft.factCount > factsPerApplyMax && draft.counts.accepted > 0)
    throw new CellRangeError(`expected at most ${factsPerApplyMax} facts in one apply`);
  draft.blocks.addFacts(event.tenant, facts, place);
  draft.blocks.addEvent(event, record.body!, place);
  const source = {
    tenant: event.tenant,
    zone: settings.zone,
    appendTimeMs: record.appendTimeMs,
    admitsSlice: (dimension: Parameters<SliceRegistry['admit']>[1], value: string) => draft.slices.admit(event.tenant, dimension, value),
  };
  for (const fact of facts) draft.fold.add(fact, source);
  options.duplicates.mark(event, record);
  draft.counts.accepted++;
}

function reject(draft: Draft, input: { record: DecodedRecord; options: DeriveOptions; rejection: Rejection }): void {
  const { record, options, rejection } = input;
  draft.blocks.addDeadLetter(rejection, { key: record.key, body: record.body }, placeOf(record, options));
  draft.counts.rejected++;
}

const placeOf = (record: DecodedRecord, { memory: { ref } }: DeriveOptions) => ({
  topic: ref.topic,
  partition: ref.partition,
  offset: record.offset,
  appendTimeMs: record.appendTimeMs,
});

function internalError(error: unknown): Rejection {
  const found = error instanceof Error ? error.message : String(error);
  const expected = 'facts that can be counted exactly';
  return {
    reason: 'internal_error',
    field: 'data',
    expected,
    found: found.slice(0, 200),
    message: `deriving its facts failed: ${found.slice(0, 200)}`,
  };
}

/** The timelines that a batch changed, as Redis keeps them. */
export function encodedTimelines(draft: Draft): Map<string, Map<string, string>> {
  const byTenant = new Map<string, Map<string, string>>();
  for (const { tenant, subject, timeline } of draft.timelines.values()) {
    const bySubject = byTenant.get(tenant) ?? new Map<string, string>();
    byTenant.set(tenant, bySubject.set(subject, encodeTimeline(timeline)));
  }
  return byTenant;
}
