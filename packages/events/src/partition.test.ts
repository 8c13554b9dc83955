import { expect, test } from 'vitest';
import { partitionKey, partitionOf } from './partition.ts';

// From UtilsTest.testMurmur2 of Apache Kafka.
const javaVectors = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
] as const;

test.each(javaVectors)("the key %s lies where Java's client puts it", (key, hash) => {
  for (const partitionCount of [1, 2, 12, 37, 0x7fffffff]) {
    expect(partitionOf(key, partitionCount)).toBe((hash & 0x7fffffff) % partitionCount);
    expect(partitionOf(Buffer.from(key), partitionCount)).toBe((hash & 0x7fffffff) % partitionCount);
  }
});

test('the key names the tenant and the subject', () => {
  expect(partitionKey('default', 'cust-42')).toBe('default:cust-42');
});
