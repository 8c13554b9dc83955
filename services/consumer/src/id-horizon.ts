import { hash } from 'node:crypto';
import { type IdBucket, idBytes } from '@vigie/redis';

/** 16 bytes that stand for an event's identity: tenant + source + id. */
export function hashId(event: { tenant: string; source: string; id: string }): Buffer {
  // Control characters are refused in all three, so the joints are unmistakable.
  return hash('sha256', `${event.tenant}\0${event.source}\0${event.id}`, 'buffer').subarray(0, idBytes);
}

/** An open-addressing set of 16-byte hashes: 32 bytes an id at most, where a Set of strings takes over 100. */
class HashSet {
  #slots = new Uint32Array(4 * 1024);
  size = 0;

  has(id: Buffer): boolean {
    return this.#slots[this.#find(this.#slots, id) + 3] !== 0;
  }

  add(id: Buffer): void {
    if (this.size * 8 > this.#slots.length) this.#grow();
    const slot = this.#find(this.#slots, id);
    if (this.#slots[slot + 3] !== 0) return;
    write(this.#slots, slot, id);
    this.size++;
  }

  #find(slots: Uint32Array, id: Buffer): number {
    const [a, b, c, d] = words(id);
    const mask = slots.length / 4 - 1;
    for (let index = a & mask; ; index = (index + 1) & mask) {
      const slot = index * 4;
      if (slots[slot + 3] === 0) return slot;
      if (slots[slot] === a && slots[slot + 1] === b && slots[slot + 2] === c && slots[slot + 3] === d) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    const grown = new Uint32Array(old.length * 2);
    const id = Buffer.alloc(idBytes);
    for (let slot = 0; slot < old.length; slot += 4) {
      if (old[slot + 3] === 0) continue;
      for (let word = 0; word < 4; word++) id.writeUInt32LE(old[slot + word]!, word * 4);
      write(grown, this.#find(grown, id), id);
    }
    this.#slots = grown;
  }
}

function words(id: Buffer): [number, number, number, number] {
  // The last word doubles as "taken", so it must not be 0: one in 2^32 ids moves by one bit.
  return [id.readUInt32LE(0), id.readUInt32LE(4), id.readUInt32LE(8), id.readUInt32LE(12) || 1];
}

function write(slots: Uint32Array, slot: number, id: Buffer): void {
  slots.set(words(id), slot);
}

/** One stretch of append time: at most an hour, at most `idsPerBucketMax` ids. */
interface Bucket {
  readonly ids: HashSet;
  lastOffset: number;
  lastAppendMs: number;
}

const hourMs = 3_600_000;
const horizonMs = 24 * hourMs;
const idsPerBucketMax = 100_000;
const bucketsPerHour = 1_000;

/** What is no longer remembered: every id up to this offset, appended up to this moment. */
export interface Dropped {
  readonly offset: number;
  readonly appendMs: number;
}

/** Ids that one batch adds, by bucket. */
export type NewIds = Map<number, { hashes: Buffer[]; lastOffset: number; lastAppendMs: number }>;

/**
 * The ids of the accepted events of the last day, bounded.
 *
 * Holds    an id is remembered only after its batch is confirmed; past the cap the horizon is what is still in memory, and `dropped` says so
 */
export class IdHorizon {
  readonly #buckets = new Map<number, Bucket>();
  readonly #idCountMax: number;
  dropped: Dropped;

  constructor(idCountMax: number, dropped: Dropped) {
    this.#idCountMax = idCountMax;
    this.dropped = dropped;
  }

  static restore(stored: ReadonlyMap<number, IdBucket>, horizon: { idCountMax: number; dropped: Dropped }): IdHorizon {
    const restored = new IdHorizon(horizon.idCountMax, horizon.dropped);
    for (const [number, { hashes, lastOffset, lastAppendMs }] of [...stored].toSorted((a, b) => a[0] - b[0])) {
      const bytes = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
      const ids = new HashSet();
      for (let at = 0; at + idBytes <= bytes.length; at += idBytes) ids.add(bytes.subarray(at, at + idBytes));
      restored.#buckets.set(number, { ids, lastOffset, lastAppendMs });
    }
    return restored;
  }

  has(id: Buffer): boolean {
    for (const bucket of this.#buckets.values()) if (bucket.ids.has(id)) return true;
    return false;
  }

  /** The bucket that an id appended now goes into; a full one is followed by another of the same hour. */
  bucketFor(appendTimeMs: number): number {
    const first = Math.floor(appendTimeMs / hourMs) * bucketsPerHour;
    const newest = Math.max(first, ...this.#buckets.keys());
    const full = (this.#buckets.get(newest)?.ids.size ?? 0) >= idsPerBucketMax;
    return full && newest % bucketsPerHour < bucketsPerHour - 1 ? newest + 1 : newest;
  }

  add(added: NewIds): void {
    for (const [number, { hashes, lastOffset, lastAppendMs }] of added) {
      const bucket = this.#buckets.get(number) ?? { ids: new HashSet(), lastOffset, lastAppendMs };
      for (const id of hashes) bucket.ids.add(id);
      this.#buckets.set(number, { ...bucket, lastOffset, lastAppendMs });
    }
  }

  /** The buckets to forget at a moment: older than the horizon, or the oldest past the cap. The newest stays. */
  expiring(appendTimeMs: number): { buckets: number[]; dropped: Dropped } {
    let { dropped } = this;
    let count = 0;
    for (const bucket of this.#buckets.values()) count += bucket.ids.size;
    const buckets: number[] = [];
    for (const number of [...this.#buckets.keys()].toSorted((a, b) => a - b).slice(0, -1)) {
      const bucket = this.#buckets.get(number)!;
      if (bucket.lastAppendMs >= appendTimeMs - horizonMs && count <= this.#idCountMax) break;
      buckets.push(number);
      count -= bucket.ids.size;
      dropped = { offset: bucket.lastOffset, appendMs: bucket.lastAppendMs };
    }
    return { buckets, dropped };
  }

  drop(expired: { buckets: readonly number[]; dropped: Dropped }): void {
    for (const number of expired.buckets) this.#buckets.delete(number);
    this.dropped = expired.dropped;
  }
}
