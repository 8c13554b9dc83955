import { partitionKey, partitionOf } from '@vigie/events';
import * as fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { expect, test } from 'vitest';

test('kafkajs puts every key into the partition that decoding expects', () => {
  const partitioner = Partitioners.DefaultPartitioner();
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 100 }), (tenant, subject, partitionCount) => {
      const key = partitionKey(tenant, subject);
      const partitionMetadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 0,
        replicas: [],
        isr: [],
      }));
      const partition = partitioner({ topic: 't', partitionMetadata, message: { key, value: null } });
      expect(partitionOf(key, partitionCount)).toBe(partition);
      expect(partitionOf(Buffer.from(key), partitionCount)).toBe(partition);
    }),
    { numRuns: 5000 },
  );
});
