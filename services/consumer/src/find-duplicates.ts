import { type Event, timeAheadMsMax } from '@vigie/events';
import type { IdLookup } from '@vigie/clickhouse';
import type { DecodedRecord } from './decode-batch.ts';
import { hashId, type IdHorizon, type NewIds } from './id-horizon.ts';

export interface Lookups {
  /** Offsets of those that were accepted before, at a smaller offset. Waits until the store holds every id that memory has dropped. */
  find(lookups: readonly IdLookup[], droppedOffset: number): Promise<ReadonlySet<number>>;
}

/**
 * Step 2: who is a duplicate? By id from memory; by look-up where a first copy may be older than what memory holds.
 *
 * Holds    an event is looked up only when its first copy can have been dropped: a `time` may lead its append time by 15 minutes
 */
export class DuplicateFilter {
  readonly #horizon: IdHorizon;
  readonly #known: ReadonlySet<number>;
  readonly #inBatch = new Set<string>();
  readonly newIds: NewIds = new Map();
  #hashed: { readonly event: Event; readonly id: Buffer } | null = null;
  #hour = -1;
  #bucket = -1;

  constructor(horizon: IdHorizon, known: ReadonlySet<number>) {
    this.#horizon = horizon;
    this.#known = known;
  }

  /** Whether the event was accepted before. */
  has(event: Event, offset: number): boolean {
    if (this.#known.has(offset)) return true;
    const id = this.#idOf(event);
    return this.#inBatch.has(id.toString('latin1')) || this.#horizon.has(id);
  }

  /** Remembers an accepted event; rejected ones leave no mark, so that a corrected copy is the first. */
  mark(event: Event, place: { offset: number; appendTimeMs: number }): void {
    const id = this.#idOf(event);
    this.#inBatch.add(id.toString('latin1'));
    const bucket = this.#bucketFor(place.appendTimeMs);
    const ids = this.newIds.get(bucket) ?? { hashes: [], lastOffset: 0, lastAppendMs: 0 };
    ids.hashes.push(id);
    this.newIds.set(bucket, { hashes: ids.hashes, lastOffset: place.offset, lastAppendMs: place.appendTimeMs });
  }

  /** Asked about and marked, one event needs one hash: it is the dearest step of this filter. */
  #idOf(event: Event): Buffer {
    if (this.#hashed?.event !== event) this.#hashed = { event, id: hashId(event) };
    return this.#hashed.id;
  }

  #bucketFor(appendTimeMs: number): number {
    const hour = Math.floor(appendTimeMs / 3_600_000);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#bucket = this.#horizon.bucketFor(appendTimeMs);
    }
    return this.#bucket;
  }
}

/** The accepted-looking events of a batch whose first copy memory may have dropped. */
export function lookupsOf(records: readonly DecodedRecord[], horizon: IdHorizon): IdLookup[] {
  const { appendMs } = horizon.dropped;
  if (appendMs < 0) return [];
  const lookups: IdLookup[] = [];
  for (const { result, offset } of records) {
    if (!result.ok || result.event.timeMs - timeAheadMsMax > appendMs) continue;
    const { tenant, type, timeMs, id, source } = result.event;
    lookups.push({ tenant, type, timeMs, id, source, offset });
  }
  return lookups;
}
