/** Names one partition of one generation: everything that one script may touch together. */
export interface PartitionRef {
  readonly prefix: string;
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
}

/** The braces are Redis Cluster's hash tag: all keys of a partition and generation lie on one node. */
export const partitionPrefix = (ref: PartitionRef): string => `${ref.prefix}:{${ref.topic}:${ref.partition}:${ref.generation}}:`;

export const cursorKey = (ref: PartitionRef): string => `${partitionPrefix(ref)}cursor`;
export const outboxKey = (ref: PartitionRef): string => `${partitionPrefix(ref)}outbox`;
export const timelinesKey = (tenant: string): string => `timeline:${tenant}`;
export const metaKey = (prefix: string, topic: string): string => `${prefix}:{${topic}}:meta`;
