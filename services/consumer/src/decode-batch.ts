import type { StoredRecord } from '@vigie/clickhouse';
import { decode, decodeStored, type Decoded } from '@vigie/events';

/** A record as the steps after decoding see it. */
export interface DecodedRecord {
  readonly offset: number;
  /** The broker's time, made monotonic: every verdict about lateness uses it. */
  readonly appendTimeMs: number;
  readonly key: Uint8Array | null;
  readonly body: Uint8Array | null;
  readonly result: Decoded;
}

export interface RawRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/**
 * Step 1: bytes to events or rejections, with append times that never go back.
 *
 * Holds    one bad record never costs its neighbours
 */
export function decodeBatch(
  records: readonly RawRecord[],
  source: { topic: string; partition: number; partitionCount: number; appendTimeMs: number },
): DecodedRecord[] {
  const { topic, partition, partitionCount } = source;
  let { appendTimeMs } = source;
  return records.map(({ offset, timestampMs, key, value }) => {
    appendTimeMs = Math.max(appendTimeMs, timestampMs);
    const result = decode(value, { topic, partition, partitionCount, offset, key, appendTimeMs });
    return { offset, appendTimeMs, key, body: value, result };
  });
}

/** A stored event cannot be what it was: only a person can decide what that means. */
export class StoredEventError extends Error {
  override readonly name = 'StoredEventError';
}

/**
 * The same for accepted events read back from storage, which were routed and judged before.
 *
 * Errors   StoredEventError: an event that was accepted once and would be rejected now: the new numbers would quietly lack it
 */
export function decodeStoredBatch(records: readonly StoredRecord[]): DecodedRecord[] {
  return records.map(({ offset, appendTimeMs, body }) => {
    const result = decodeStored(body, appendTimeMs);
    if (result.ok) return { offset, appendTimeMs, key: null, body, result };
    throw new StoredEventError(
      `offset ${offset}: expected an event that was accepted to be accepted again, found: ${result.rejection.message}`,
    );
  });
}
