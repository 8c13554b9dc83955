import type { Clickhouse } from './connect.ts';

/** Names one partition of a topic. */
export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** How far rows are known to be here, by partition: of one generation, or the greatest of any. */
export async function readApplied(
  clickhouse: Clickhouse,
  asked: { topic: string; generation: number | 'any' },
): Promise<Map<number, number>> {
  const rows = await query<{ partition: number; to_offset: string }>(clickhouse, {
    sql: `SELECT partition, toString(max(to_offset)) AS to_offset FROM ${clickhouse.database}.applied
          WHERE topic = {topic:String} ${asked.generation === 'any' ? '' : 'AND generation = {generation:UInt32}'} GROUP BY partition`,
    params: asked.generation === 'any' ? { topic: asked.topic } : { topic: asked.topic, generation: asked.generation },
  });
  return new Map(rows.map((row) => [row.partition, Number(row.to_offset)]));
}

/** An accepted event as it was stored. */
export interface StoredRecord {
  readonly offset: number;
  readonly appendTimeMs: number;
  readonly body: Uint8Array;
}

/** Accepted events of one partition in `[fromOffset, toOffset)`, of one tenant or of all, each once, in order. */
export async function readStoredRecords(
  clickhouse: Clickhouse,
  place: PartitionName,
  range: { fromOffset: number; toOffset: number; countMax: number; tenant?: string },
): Promise<StoredRecord[]> {
  const rows = await query<{ at_offset: string; append_ms: string; raw: string }>(clickhouse, {
    // Bodies travel as base64: accepted bytes are UTF-8, but nothing here should depend on it. An alias may not have a column's name: it would
    // stand in for the column in WHERE and ORDER BY.
    sql: `SELECT toString(offset) AS at_offset, toString(toUnixTimestamp64Milli(append_time)) AS append_ms, base64Encode(body) AS raw
          FROM ${clickhouse.database}.events
          WHERE topic = {topic:String} AND partition = {partition:UInt16} AND offset >= {from:UInt64} AND offset < {to:UInt64}
          ${range.tenant === undefined ? '' : 'AND tenant = {tenant:String}'} ORDER BY offset LIMIT 1 BY offset LIMIT {count:UInt32}`,
    params: {
      topic: place.topic,
      partition: place.partition,
      from: range.fromOffset,
      to: range.toOffset,
      count: range.countMax,
      tenant: range.tenant,
    },
  });
  return rows.map((row) => ({ offset: Number(row.at_offset), appendTimeMs: Number(row.append_ms), body: Buffer.from(row.raw, 'base64') }));
}

export interface IdLookup {
  readonly tenant: string;
  readonly type: string;
  readonly timeMs: number;
  readonly id: string;
  readonly source: string;
  readonly offset: number;
}

/** Parameters travel in the URL, and servers bound the length of each (128 KiB by default); ids may be any text, three to nine bytes a letter when encoded. */
const parameterBytesMax = 60_000;

function* partsOf(lookups: readonly IdLookup[]): Generator<readonly IdLookup[]> {
  let part: IdLookup[] = [];
  let bytes = 0;
  for (const lookup of lookups) {
    bytes += 40 + encodeURIComponent(lookup.id).length + encodeURIComponent(lookup.source).length;
    part.push(lookup);
    if (bytes < parameterBytesMax) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}

/**
 * Which of some events were accepted before, at a smaller offset of the same partition.
 *
 * Shapes   lookups -> the offsets (of the lookups) that are duplicates
 * Holds    an event that is read again finds itself, which does not make it a duplicate
 */
export async function findEarlierCopies(clickhouse: Clickhouse, place: PartitionName, lookups: readonly IdLookup[]): Promise<Set<number>> {
  const duplicates = new Set<number>();
  for (const part of partsOf(lookups)) {
    const rows = await query<{ index: number }>(clickhouse, {
      sql: `WITH wanted AS (
              SELECT arrayJoin(arrayZip(range(length({ids:Array(String)})), {tenants:Array(String)}, {types:Array(String)},
                {times:Array(Int64)}, {ids:Array(String)}, {sources:Array(String)}, {offsets:Array(UInt64)})) AS w
            ), found AS (
              SELECT tenant, type, time, id, source, min(offset) AS first_offset FROM ${clickhouse.database}.events
              WHERE topic = {topic:String} AND partition = {partition:UInt16}
                AND (tenant, type, time, id) IN (SELECT w.2, w.3, fromUnixTimestamp64Milli(w.4, 'UTC'), w.5 FROM wanted)
              GROUP BY tenant, type, time, id, source
            )
            SELECT w.1 AS index FROM wanted INNER JOIN found
            ON found.tenant = w.2 AND found.type = w.3 AND found.time = fromUnixTimestamp64Milli(w.4, 'UTC') AND found.id = w.5 AND found.source = w.6
            WHERE found.first_offset < w.7`,
      params: {
        ...place,
        tenants: part.map((one) => one.tenant),
        types: part.map((one) => one.type),
        times: part.map((one) => one.timeMs),
        ids: part.map((one) => one.id),
        sources: part.map((one) => one.source),
        offsets: part.map((one) => one.offset),
      },
    });
    for (const { index } of rows) duplicates.add(part[index]!.offset);
  }
  return duplicates;
}

/** Rows of a query with bound parameters, as JSON. */
export async function query<T>(clickhouse: Clickhouse, asked: { sql: string; params?: Record<string, unknown> }): Promise<T[]> {
  const result = await clickhouse.client.query({ query: asked.sql, query_params: asked.params ?? {}, format: 'JSONEachRow' });
  return result.json<T>();
}
