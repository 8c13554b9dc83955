import { Encoder } from '@msgpack/msgpack';
import { type HashIncrement, overflowMark, registryName, type SliceRegistry } from '@vigie/kpis';
import type { RedisClient } from './connect.ts';
import { cursorKey, outboxKey, type PartitionRef, partitionPrefix, timelinesKey } from './keys.ts';
import { loadScript } from './script.ts';

const applyScript = loadScript('apply');
const trimScript = loadScript('trim');

/** Kept, so that its buffer grows once and not at every batch; `encode` hands out copies. */
const encoder = new Encoder({ initialBufferSize: 1024 * 1024 });

/** Bytes of an event's hashed id, in Redis and in memory. */
export const idBytes = 16;

/** Where a partition stands. */
export interface Cursor {
  readonly nextOffset: number;
  readonly appendTimeMs: number;
  readonly completeThroughMs: number;
  /** Greatest offset whose id is no longer remembered; -1: all ids since the first offset are. */
  readonly idsDroppedOffset: number;
  /** Append time of that id; -1: none was dropped. */
  readonly idsDroppedAppendMs: number;
  readonly outboxBytes: number;
}

/** Everything that one batch changes. */
export interface PartitionBatch {
  /** The position that the batch was derived from; null: no cursor was there. */
  readonly expectedOffset: number | null;
  readonly cursor: Omit<Cursor, 'outboxBytes'>;
  readonly definitionsHash: string;
  readonly increments: readonly HashIncrement[];
  /** Ready-made blocks for ClickHouse by table; null where nothing goes out (an idle partition moves on). */
  readonly outbox: Readonly<Record<string, Uint8Array>> | null;
  /** New hashed ids by bucket of append time, `idBytes` each, with the greatest offset among them. */
  readonly ids: ReadonlyMap<number, IdBucket>;
  readonly droppedIdBuckets: readonly number[];
  /** `tenant` -> subject -> encoded timeline. */
  readonly timelines: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly slices: Pick<SliceRegistry, 'added' | 'overflowed'>;
}

export type ApplyResult =
  | { readonly status: 'ok'; readonly outboxBytes: number; readonly completeThroughMs: number }
  | { readonly status: 'refused'; readonly foundOffset: number | null }
  | { readonly status: 'overflow'; readonly cell: string };

/**
 * Applies a batch by compare-and-set on the cursor.
 *
 * Holds    all of it becomes true, or nothing does; a batch derived from another position is refused, whoever sends it
 * Errors   a lost connection leaves it unknown whether the batch was applied: read the cursor again
 */
export async function applyBatch(client: RedisClient, ref: PartitionRef, batch: PartitionBatch): Promise<ApplyResult> {
  const expected = batch.expectedOffset === null ? '' : String(batch.expectedOffset);
  const blobs: Uint8Array[] = [];
  const wire = encoder.encode(wireBatch(ref, batch, blobs));
  const reply = (await applyScript.run(client, [cursorKey(ref)], [partitionPrefix(ref), expected, wire, ...blobs])) as (string | number)[];
  switch (reply[0]) {
    case 'ok':
      return { status: 'ok', outboxBytes: Number(reply[1]), completeThroughMs: Number(reply[2]) };
    case 'refused':
      return { status: 'refused', foundOffset: reply[1] === '' ? null : Number(reply[1]) };
    default:
      return { status: 'overflow', cell: `${reply[1]} ${reply[2]}: ${reply[3]}` };
  }
}

/** Binary travels beside the message: each blob is named by its place among the script's arguments. */
const firstBlobIndex = 4;

function wireBatch(ref: PartitionRef, batch: PartitionBatch, blobs: Uint8Array[]): unknown[] {
  const { cursor } = batch;
  const place = (blob: Uint8Array): number => firstBlobIndex + blobs.push(blob) - 1;
  const fields = {
    append_time_ms: cursor.appendTimeMs,
    ids_dropped_offset: cursor.idsDroppedOffset,
    ids_dropped_append_ms: cursor.idsDroppedAppendMs,
    generation: ref.generation,
  };
  return [
    [
      String(cursor.nextOffset),
      maxDayOf(batch.increments),
      batch.definitionsHash,
      cursor.completeThroughMs,
      ...Object.entries(fields).flatMap(([name, value]) => [name, String(value)]),
    ],
    batch.increments.map(({ key, expiresAtMs, fields: cells, listedIn }) => [
      key,
      expiresAtMs,
      cells,
      listedIn?.key ?? '',
      listedIn?.member ?? '',
    ]),
    batch.outbox === null ? [] : Object.entries(batch.outbox).flatMap(([name, blob]) => [name, place(blob)]),
    [...batch.ids].map(([bucket, { hashes, lastOffset, lastAppendMs }]) => [
      String(bucket),
      place(hashes),
      `${lastOffset}|${lastAppendMs}`,
    ]),
    batch.droppedIdBuckets.map(String),
    [...batch.timelines].map(([tenant, bySubject]) => [timelinesKey(tenant), [...bySubject].flat()]),
    sliceSets(batch.slices),
  ];
}

function maxDayOf(increments: readonly HashIncrement[]): number {
  return increments.reduce((max, { lastDay = 0 }) => Math.max(max, lastDay), 0);
}

function sliceSets({ added, overflowed }: PartitionBatch['slices']): [string, string[]][] {
  const sets = new Map<string, string[]>();
  const add = (name: string, value: string): void => void sets.set(name, [...(sets.get(name) ?? []), value]);
  for (const { tenant, dimension, value } of added) add(registryName(tenant, dimension), value);
  for (const { tenant, dimension } of overflowed) add(registryName(tenant, dimension), overflowMark);
  return [...sets];
}

/** The cursor, or null for a partition that nothing was applied to. */
export async function readCursor(client: RedisClient, ref: PartitionRef): Promise<Cursor | null> {
  const names = [
    'next_offset',
    'append_time_ms',
    'complete_through_ms',
    'ids_dropped_offset',
    'ids_dropped_append_ms',
    'outbox_bytes',
  ] as const;
  const [next, append, complete, dropped, droppedAppend, bytes] = await client.hmget(cursorKey(ref), ...names);
  if (next === null || next === undefined) return null;
  return {
    nextOffset: Number(next),
    appendTimeMs: Number(append),
    completeThroughMs: Number(complete),
    idsDroppedOffset: Number(dropped ?? -1),
    idsDroppedAppendMs: Number(droppedAppend ?? -1),
    outboxBytes: Number(bytes ?? 0),
  };
}

/** The hash of the definitions that a partition's cells were made with; null where there are none. */
export async function readStoredHash(client: RedisClient, ref: PartitionRef): Promise<string | null> {
  return client.hget(cursorKey(ref), 'definitions');
}

/** Frees everything that one generation of a partition holds. */
export async function dropGeneration(client: RedisClient, ref: PartitionRef): Promise<void> {
  const pattern = `${partitionPrefix(ref).replaceAll(/[[\]?\\*^]/g, (char) => `\\${char}`)}*`;
  let next = '0';
  do {
    const [cursor, keys] = await client.scan(next, 'MATCH', pattern, 'COUNT', 1000);
    if (keys.length > 0) await client.unlink(...keys);
    next = cursor;
  } while (next !== '0');
}

/** Hashed ids of one stretch of append time. */
export interface IdBucket {
  readonly hashes: Uint8Array;
  readonly lastOffset: number;
  readonly lastAppendMs: number;
}

/** Hashed ids still remembered, by bucket of append time. */
export async function readIds(client: RedisClient, ref: PartitionRef): Promise<Map<number, IdBucket>> {
  const prefix = partitionPrefix(ref);
  const ids = new Map<number, IdBucket>();
  for (const [bucket, last] of Object.entries(await client.hgetall(`${prefix}seen`))) {
    const hashes = await client.getBuffer(`${prefix}seen:${bucket}`);
    const [lastOffset, lastAppendMs] = last.split('|').map(Number);
    if (hashes !== null) ids.set(Number(bucket), { hashes, lastOffset: lastOffset!, lastAppendMs: lastAppendMs! });
  }
  return ids;
}

/** Values kept live, by registry name; an overflowed dimension holds the overflow mark. */
export async function readSliceValues(client: RedisClient, ref: PartitionRef): Promise<Map<string, Set<string>>> {
  const prefix = partitionPrefix(ref);
  const values = new Map<string, Set<string>>();
  for (const name of await client.smembers(`${prefix}values`)) values.set(name, new Set(await client.smembers(prefix + name)));
  return values;
}

/** Encoded timelines of some subjects of one tenant; null where nothing is remembered. */
export async function readTimelines(
  client: RedisClient,
  ref: PartitionRef,
  asked: { tenant: string; subjects: readonly string[] },
): Promise<(string | null)[]> {
  return asked.subjects.length === 0 ? [] : client.hmget(`${partitionPrefix(ref)}${timelinesKey(asked.tenant)}`, ...asked.subjects);
}

export interface OutboxEntry {
  readonly nextOffset: number;
  readonly blocks: ReadonlyMap<string, Buffer>;
  readonly bytes: number;
}

/** The oldest entries that ClickHouse has not acknowledged, after `afterOffset`. */
export async function readOutbox(
  client: RedisClient,
  ref: PartitionRef,
  range: { afterOffset: number; countMax: number },
): Promise<OutboxEntry[]> {
  const rows = (await client.callBuffer('XRANGE', outboxKey(ref), `(${range.afterOffset}-0`, '+', 'COUNT', range.countMax)) as [
    Buffer,
    Buffer[],
  ][];
  return rows.map(([id, fields]) => {
    const blocks = new Map<string, Buffer>();
    let bytes = 0;
    for (let index = 0; index < fields.length; index += 2) {
      blocks.set(fields[index]!.toString(), fields[index + 1]!);
      bytes += fields[index + 1]!.length;
    }
    return { nextOffset: Number.parseInt(id.toString(), 10), blocks, bytes };
  });
}

/** The cursor of a partition whose outbox is empty: everything below it is in ClickHouse. Null while something is still to go out. */
export async function readFlushedCursor(
  client: RedisClient,
  ref: PartitionRef,
): Promise<Pick<Cursor, 'nextOffset' | 'completeThroughMs'> | null> {
  const replies = await client.multi().hmget(cursorKey(ref), 'next_offset', 'complete_through_ms').xlen(outboxKey(ref)).exec();
  const [next, complete] = (replies?.[0]?.[1] ?? []) as (string | null)[];
  if (next === null || next === undefined || replies?.[1]?.[1] !== 0) return null;
  return { nextOffset: Number(next), completeThroughMs: Number(complete) };
}

/** Forgets entries up to an acknowledged offset. */
export async function trimOutbox(
  client: RedisClient,
  ref: PartitionRef,
  acknowledged: { offset: number; entryCount: number; bytes: number },
): Promise<void> {
  await trimScript.run(client, [outboxKey(ref), cursorKey(ref)], [acknowledged.offset, acknowledged.entryCount, acknowledged.bytes]);
}
