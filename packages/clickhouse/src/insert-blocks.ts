import { Readable } from 'node:stream';
import type { BlockTable } from './blocks.ts';
import type { Clickhouse } from './connect.ts';
import { clickhouseTime } from './time.ts';

const columns: Readonly<Record<BlockTable, string>> = {
  facts:
    'generation, tenant, fact, currency, at, since, value, channel, campaign, segment, country, plan, product, entity, topic, partition, offset, ordinal',
  dead_letters: 'topic, partition, offset, append_time, reason, field, expected, found, message, key, body',
  events: 'tenant, source, id, type, subject, time, append_time, topic, partition, offset, body',
};

/**
 * Posts joined blocks as one insert.
 *
 * Holds    rows have an identity, so sending again after a lost reply is harmless
 * Errors   network and server errors are thrown; the caller sends the same blocks again
 */
export async function insertBlocks(clickhouse: Clickhouse, table: BlockTable, frames: readonly Uint8Array[]): Promise<void> {
  if (frames.length === 0) return;
  await clickhouse.client
    .exec({
      query: `INSERT INTO ${clickhouse.database}.${table} (${columns[table]}) FORMAT RowBinary`,
      values: Readable.from(frames.map((frame) => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength))),
      http_headers: { 'Content-Encoding': 'zstd' },
      // One synchronous insert: deduplication is the tables' own, by identity; a batch of old events may touch many years.
      clickhouse_settings: { async_insert: 0, insert_deduplicate: 0, max_partitions_per_insert_block: '0' },
    })
    .then(({ stream }) => drain(stream));
}

async function drain(stream: Readable): Promise<void> {
  for await (const _ of stream);
}

export interface AppliedRow {
  readonly generation: number;
  readonly topic: string;
  readonly partition: number;
  readonly toOffset: number;
  readonly completeThroughMs: number;
}

/** Says how far each partition's rows are all here; written after the rows themselves. */
export async function insertApplied(clickhouse: Clickhouse, rows: readonly AppliedRow[]): Promise<void> {
  if (rows.length === 0) return;
  await clickhouse.client.insert({
    table: `${clickhouse.database}.applied`,
    format: 'JSONEachRow',
    columns: ['generation', 'topic', 'partition', 'to_offset', 'complete_through'],
    values: rows.map((row) => ({
      generation: row.generation,
      topic: row.topic,
      partition: row.partition,
      to_offset: String(row.toOffset),
      complete_through: clickhouseTime(row.completeThroughMs),
    })),
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
  });
}
