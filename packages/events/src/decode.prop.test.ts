import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDeepStrictEqual } from 'node:util';
import { faultsOf } from './faults-of.ts';
import { decode, decodeStored, encode, eventTypes, examples, partitionKey, partitionOf } from './index.ts';

const appendTimeMs = Date.parse('2027-02-01T12:00:00.000Z');
const record = { topic: 'vigie.events.v1', partition: 3, partitionCount: 12, offset: 5, key: Buffer.from('default:cust-42'), appendTimeMs };
/** Far above what a decode of this size takes, far below a hang. */
const decodeMsMax = 1000;

/** Decodes in every way there is; what is wrong with the answers. */
function faultsOfDecoding(value: Uint8Array): string[] {
  const started = performance.now();
  const decoded = decode(value, record);
  const stored = decodeStored(value, appendTimeMs);
  const tookMs = performance.now() - started;
  const again = decode(value, record);
  return [
    ...faultsOf(decoded, value),
    ...faultsOf(stored, value),
    ...(tookMs < decodeMsMax ? [] : [`took ${tookMs} ms`]),
    ...(isDeepStrictEqual(again, decoded) ? [] : ['another answer for the same bytes']),
  ];
}

test('arbitrary bytes never throw and never hang', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (value) => {
      expect(faultsOfDecoding(value)).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

const anyExample = fc.constantFrom(...eventTypes).map((type) => fieldsOf(structuredClone(examples[type])));

test('valid events with a few bytes changed never throw and never hang', () => {
  const edit = fc.record({
    at: fc.nat(),
    cut: fc.nat({ max: 4 }),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('"', '\\', '{', '[', ':', '}', ',').map((text) => Buffer.from(text)),
    ),
  });
  fc.assert(
    fc.property(anyExample, fc.array(edit, { minLength: 1, maxLength: 6 }), (event, edits) => {
      let value = Buffer.from(JSON.stringify(event));
      for (const { at, cut, put } of edits) {
        const index = at % (value.length + 1);
        value = Buffer.concat([value.subarray(0, index), put, value.subarray(index + cut)]);
      }
      expect(faultsOfDecoding(value)).toEqual([]);
    }),
    { numRuns: 5000 },
  );
});

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? Object(value) : {};
}

const hostileValue = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      '',
      '\ud800',
      '\u0000',
      'x'.repeat(5000),
      1e14,
      -0,
      2 ** 53,
      -1,
      0.5,
      null,
      [],
      {},
      '9999-12-31T23:59:59Z',
      '1969-01-01T00:00:00Z',
    ),
  },
);

test('events with any JSON value in any place never throw and never hang', () => {
  const inData = fc.boolean();
  fc.assert(
    fc.property(
      anyExample,
      fc.array(fc.record({ inData, at: fc.nat(), value: hostileValue }), { minLength: 1, maxLength: 3 }),
      (event, changes) => {
        for (const change of changes) {
          const place = change.inData ? fieldsOf(event['data']) : event;
          const keys = [...Object.keys(place), 'dims', 'lines', 'effective_at'];
          place[keys[change.at % keys.length]!] = change.value;
        }
        const value = Buffer.from(JSON.stringify(event));
        expect(faultsOfDecoding(value)).toEqual([]);
      },
    ),
    { numRuns: 5000 },
  );
});

test('arbitrary JSON documents never throw and never hang', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 40, stringUnit: 'binary' }), (text) => {
      const value = Buffer.from(text);
      expect(faultsOfDecoding(value)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => /^\P{Cc}{1,200}$/u.test(text));
const amount = fc.integer({ min: 0, max: 10_000_000_000_000 });
const moment = fc.date({ min: new Date(0), max: new Date(appendTimeMs), noInvalidDate: true });

test('what encode writes, decode reads back, in the partition that the key belongs to', () => {
  const input = fc.record({
    tenant: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/),
    source: name,
    id: name,
    subject: name,
    time: moment,
    data: fc.record(
      {
        subscription_id: name,
        plan: name,
        mrr_minor: amount,
        effective_at: moment,
        channel: name,
        dims: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/), name, { maxKeys: 16 }),
      },
      { requiredKeys: ['subscription_id', 'plan', 'mrr_minor'] },
    ),
  });
  fc.assert(
    fc.property(input, fc.integer({ min: 1, max: 64 }), ({ data, ...event }, partitionCount) => {
      const { effective_at: effectiveAt, ...rest } = data;
      const wire = {
        ...rest,
        interval: 'month' as const,
        currency: 'EUR',
        ...(effectiveAt === undefined ? {} : { effective_at: effectiveAt.toISOString() }),
      };
      const { key, value } = encode({ ...event, type: 'subscription.started', data: wire });
      expect(key).toBe(partitionKey(event.tenant, event.subject));
      const partition = partitionOf(key, partitionCount);
      const decoded = decode(Buffer.from(value), { ...record, key: Buffer.from(key), partition, partitionCount });
      expect(decoded).toEqual({
        ok: true,
        event: {
          ...event,
          time: undefined,
          type: 'subscription.started',
          timeMs: event.time.getTime(),
          data: { ...wire, ...(effectiveAt === undefined ? {} : { effective_at: effectiveAt.getTime() }) },
        },
      });
    }),
    { numRuns: 1000 },
  );
});
