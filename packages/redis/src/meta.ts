import type { RedisClient } from './connect.ts';
import { metaKey } from './keys.ts';

/** What a reader needs to know before it reads: which generation serves, and of how many partitions. */
export interface Meta {
  readonly generation: number;
  readonly partitionCount: number;
  readonly definitionsHash: string;
}

/** Written by every consumer at its start, so that readers never need ClickHouse or Kafka. */
export async function writeMeta(client: RedisClient, place: { prefix: string; topic: string }, meta: Meta): Promise<void> {
  await client.hset(metaKey(place.prefix, place.topic), {
    generation: meta.generation,
    partition_count: meta.partitionCount,
    definitions: meta.definitionsHash,
  });
}

/** Null while no consumer has ever run against this Redis. */
export async function readMeta(client: RedisClient, place: { prefix: string; topic: string }): Promise<Meta | null> {
  const [generation, partitionCount, definitions] = await client.hmget(
    metaKey(place.prefix, place.topic),
    'generation',
    'partition_count',
    'definitions',
  );
  if (generation === null || generation === undefined) return null;
  return { generation: Number(generation), partitionCount: Number(partitionCount), definitionsHash: definitions ?? '' };
}
