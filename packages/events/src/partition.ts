/** What a record is keyed by: one customer's events share a partition and stay in order. */
export function partitionKey(tenant: string, subject: string): string {
  return `${tenant}:${subject}`;
}

const encoder = new TextEncoder();

/**
 * The partition that Java's and kafkajs's default partitioner puts a key in: murmur2(key) without its sign, modulo the count.
 *
 * Holds    librdkafka's own default is another one (CRC-32 "consistent_random"); producers on it must set `partitioner=murmur2_random`
 */
export function partitionOf(key: string | Uint8Array, partitionCount: number): number {
  return (murmur2(typeof key === 'string' ? encoder.encode(key) : key) & 0x7fffffff) % partitionCount;
}

const multiplier = 0x5bd1e995;

/** MurmurHash2, 32 bits, with Kafka's seed. */
function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = 0x9747b28c ^ length;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    let word = bytes[index]! | (bytes[index + 1]! << 8) | (bytes[index + 2]! << 16) | (bytes[index + 3]! << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = length - index;
  if (rest > 0) {
    if (rest > 2) hash ^= bytes[index + 2]! << 16;
    if (rest > 1) hash ^= bytes[index + 1]! << 8;
    hash = Math.imul(hash ^ bytes[index]!, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
