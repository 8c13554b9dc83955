import { encode } from '@msgpack/msgpack';
import { type CellRead, type Dimension, panesPerGroup, registryName } from '@vigie/kpis';
import type { RedisClient } from './connect.ts';
import { cursorKey, type PartitionRef, partitionPrefix } from './keys.ts';
import { loadScript } from './script.ts';

const readScript = loadScript('read');

/** The sums of some cells of one partition, and where the partition stood in that moment. */
export interface PartitionReading {
  readonly nextOffset: number;
  readonly completeThroughMs: number;
  readonly appendTimeMs: number;
  readonly nowMs: number;
  /** How many values each asked dimension had. */
  readonly sliceValueCounts: readonly number[];
  readonly sums: readonly bigint[];
}

export interface PartitionQuestion {
  readonly tenant: string;
  readonly reads: readonly CellRead[];
  /** Dimensions whose values are counted in the same moment. */
  readonly dimensions: readonly Dimension[];
}

/**
 * Reads cells and cursor of one partition together; null while the partition has no cursor.
 *
 * Holds    every sum is of the same moment as the cursor; sums are exact integers of any size
 */
export async function readPartition(client: RedisClient, ref: PartitionRef, question: PartitionQuestion): Promise<PartitionReading | null> {
  const { tenant } = question;
  const prefix = partitionPrefix(ref);
  const reads = encode(question.reads.map((read) => wireRead(tenant, read)));
  const setNames = encode(question.dimensions.map((dimension) => registryName(tenant, dimension)));
  const reply = (await readScript.run(client, [cursorKey(ref)], [prefix, reads, setNames])) as string[];
  if (reply.length === 0) return null;
  const [nextOffset, completeThroughMs, appendTimeMs, nowMs] = reply.slice(0, 4).map(Number);
  return {
    nextOffset: nextOffset!,
    completeThroughMs: completeThroughMs!,
    appendTimeMs: appendTimeMs!,
    nowMs: nowMs!,
    sliceValueCounts: reply[4] === '' ? [] : reply[4]!.split(',').map(Number),
    sums: reply.slice(5).map((parts, index) => signed(question.reads[index]!.sign, parts)),
  };
}

function signed(sign: 1 | -1, parts: string): bigint {
  let sum = 0n;
  for (const part of parts.split(',')) sum += BigInt(part);
  return sign === 1 ? sum : -sum;
}

function wireRead(tenant: string, read: CellRead): unknown[] {
  const series = `${tenant}:${read.series}:${read.slice}`;
  if (read.kind === 'panes') {
    const hi = read.hi === Infinity ? -1 : read.hi;
    return ['panes', `cells:${series}:${read.size}:`, [read.lo, hi, panesPerGroup[read.size]]];
  }
  const { sinceMinuteFrom, atMinuteTo, sinceDayFrom, sinceDayTo, atGroupTo } = read;
  return ['pairs', series, [sinceMinuteFrom, atMinuteTo, sinceDayFrom, sinceDayTo, atGroupTo]];
}

/** Values of a dimension kept live in one partition. */
export async function readDimensionValues(
  client: RedisClient,
  ref: PartitionRef,
  asked: { tenant: string; dimension: Dimension },
): Promise<string[]> {
  return client.smembers(`${partitionPrefix(ref)}${registryName(asked.tenant, asked.dimension)}`);
}
