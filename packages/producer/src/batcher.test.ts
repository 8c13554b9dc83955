import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Batcher, type BatcherOptions } from './batcher.ts';
import { ProducerClosedError, ProducerFullError } from './errors.ts';

function recording(options: Partial<BatcherOptions<string>> = {}) {
  const batches: string[][] = [];
  const batcher = new Batcher<string>({
    lingerMs: 0,
    batchCountMax: 100,
    batchBytesMax: 1000,
    pendingCountMax: 1000,
    bytesOf: (message) => message.length,
    send: async (messages) => {
      batches.push([...messages]);
    },
    ...options,
  });
  return { batcher, batches };
}

test('messages that come together go out together', async () => {
  const { batcher, batches } = recording();
  await Promise.all(['a', 'b', 'c'].map((message) => batcher.add(message)));
  expect(batches).toEqual([['a', 'b', 'c']]);
});

test('a full batch goes out without lingering, by count and by bytes', async () => {
  const { batcher, batches } = recording({ lingerMs: 3_600_000, batchCountMax: 2, batchBytesMax: 5 });
  await Promise.all(['a', 'b'].map((message) => batcher.add(message)));
  await Promise.all(
    ['cccc', 'dddd'].map((message, index) => (index === 1 ? batcher.add(message).then(() => undefined) : batcher.add(message))),
  );
  await batcher.add('longer than five');
  expect(batches).toEqual([['a', 'b'], ['cccc'], ['dddd'], ['longer than five']]);
});

test('flush does not linger, and close takes nothing more', async () => {
  const { batcher, batches } = recording({ lingerMs: 3_600_000 });
  const added = batcher.add('a');
  await batcher.flush();
  await added;
  const last = batcher.add('b');
  await batcher.close();
  await last;
  await expect(batcher.add('c')).rejects.toThrow(ProducerClosedError);
  expect(batches).toEqual([['a'], ['b']]);
  expect(batcher.pendingCount).toBe(0);
});

test('past its bound it refuses by name, and ready waits for room', async () => {
  const gate = Promise.withResolvers<void>();
  const { batcher } = recording({ pendingCountMax: 4, send: () => gate.promise });
  const added = ['a', 'b', 'c', 'd'].map((message) => batcher.add(message));
  await expect(batcher.add('e')).rejects.toThrow(ProducerFullError);
  await expect(batcher.add('e')).rejects.toThrow(/pendingCountMax/);
  let isReady = false;
  const ready = batcher.ready().then(() => (isReady = true));
  await Promise.resolve();
  expect(isReady).toBe(false);
  gate.resolve();
  await Promise.all([...added, ready]);
  await batcher.add('e');
});

test('a failed batch fails its own messages, and flush still comes back', async () => {
  const { batcher } = recording({
    batchCountMax: 2,
    send: (messages) => (messages.includes('bad') ? Promise.reject(new Error('no broker')) : Promise.resolve()),
  });
  const outcomes = Promise.allSettled(['a', 'bad', 'c', 'd'].map((message) => batcher.add(message)));
  await batcher.flush();
  expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
});

test('everything goes out once, in order, in batches within their bounds, one at a time', async () => {
  const messages = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 60 });
  const limits = fc.record({
    batchCountMax: fc.integer({ min: 1, max: 7 }),
    batchBytesMax: fc.integer({ min: 1, max: 30 }),
    pauses: fc.infiniteStream(fc.boolean()),
  });
  await fc.assert(
    fc.asyncProperty(messages, limits, async (given, { batchCountMax, batchBytesMax, pauses }) => {
      const sent: string[] = [];
      const faults: string[] = [];
      let underWay = 0;
      const { batcher } = recording({
        batchCountMax,
        batchBytesMax,
        send: async (batch) => {
          if (underWay++ > 0) faults.push('two batches at once');
          if (batch.length > batchCountMax) faults.push(`${batch.length} messages`);
          if (batch.length > 1 && batch.join('').length > batchBytesMax) faults.push(`${batch.join('').length} bytes`);
          await Promise.resolve();
          sent.push(...batch);
          underWay--;
        },
      });
      const added: Promise<void>[] = [];
      for (const message of given) {
        added.push(batcher.add(message));
        if (pauses.next().value) await Promise.resolve();
      }
      await batcher.close();
      await Promise.all(added);
      expect({ sent, faults, pending: batcher.pendingCount }).toEqual({ sent: given, faults: [], pending: 0 });
    }),
    { numRuns: 300 },
  );
});
