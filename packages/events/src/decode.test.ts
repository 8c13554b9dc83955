import { expect, test } from 'vitest';
import { badRecords, decode, decodeStored, eventTypes, examples, partitionKey, partitionOf, rejectionReasons } from './index.ts';

import { faultsOf } from './faults-of.ts';

const appendTimeMs = Date.parse('2027-02-01T12:00:00.000Z');
const partitionCount = 12;
const corpus = badRecords({ appendTimeMs, partitionCount });

function recordOf(place: { key: Uint8Array | null; partition: number }) {
  return { topic: 'vigie.events.v1', partitionCount, offset: 5, appendTimeMs, ...place };
}

test('the corpus holds at least 60 bad inputs, for every reason that decoding can give', () => {
  const bad = corpus.filter((record) => record.expected !== 'accepted');
  expect(bad.length).toBeGreaterThanOrEqual(60);
  const reasons = new Set(bad.map((record) => record.expected));
  // Counters overflow later, and internal errors are by definition not known.
  expect(new Set(rejectionReasons.filter((reason) => reason !== 'counter_overflow' && reason !== 'internal_error'))).toEqual(reasons);
  expect(new Set(corpus.map((record) => `${record.name} ${record.expected}`)).size).toBe(corpus.length);
});

test.each(corpus.map((record) => [record.name, record] as const))('%s gets the verdict it should', (_name, record) => {
  const decoded = decode(record.value, recordOf(record));
  const verdict = decoded.ok ? 'accepted' : decoded.rejection.reason;
  const field = decoded.ok || record.field === undefined ? undefined : decoded.rejection.field;
  expect({ verdict, field, faults: faultsOf(decoded, record.value) }).toEqual({
    verdict: record.expected,
    field: record.field,
    faults: [],
  });
});

test.each(eventTypes)('the example of %s is accepted, with its instants as epoch ms', (type) => {
  const example = examples[type];
  const key = Buffer.from(partitionKey('default', example.subject));
  const decoded = decode(Buffer.from(JSON.stringify(example)), recordOf({ key, partition: partitionOf(key, partitionCount) }));
  expect(decoded).toMatchObject({ ok: true });
  if (!decoded.ok) return;
  expect(decoded.event.timeMs).toBe(Date.parse(example.time));
  const wire: Record<string, unknown> = example.data;
  const data: Record<string, unknown> = decoded.event.data;
  for (const [field, value] of Object.entries(wire)) expect(data[field]).toBe(field.endsWith('_at') ? Date.parse(String(value)) : value);
  expect(Object.keys(data).toSorted()).toEqual(Object.keys(wire).toSorted());
});

test('unknown extra fields do not reach the event, negative zero arrives as zero, and prototypes stay as they are', () => {
  const text = JSON.stringify({ ...examples['order.placed'], data: { order_id: 'o', gross_minor: 1, currency: 'EUR', x: 1 } })
    .replace('"gross_minor":1', '"gross_minor":-0')
    .replace('"x":1', '"__proto__":{"polluted":1}');
  const decoded = decodeStored(Buffer.from(text), appendTimeMs);
  expect(decoded).toMatchObject({ ok: true, event: { data: { gross_minor: 0 } } });
  if (!decoded.ok) return;
  expect(Object.keys(decoded.event.data).toSorted()).toEqual(['currency', 'gross_minor', 'order_id']);
  expect(Object.getPrototypeOf(decoded.event.data)).toBe(Object.prototype);
  expect(Reflect.has(decoded.event.data, 'polluted')).toBe(false);
});

test('a stored event needs no key and no partition', () => {
  expect(decodeStored(Buffer.from(JSON.stringify(examples['lead.created'])), appendTimeMs)).toMatchObject({ ok: true });
});

test('bytes that are a view into a larger buffer are read from where the view starts', () => {
  const bytes = Buffer.from(`garbage${JSON.stringify(examples['lead.created'])}garbage`);
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset + 7, bytes.length - 14);
  expect(decodeStored(view, appendTimeMs)).toMatchObject({ ok: true });
});

test('a rejection says where, what was expected, what was found, and what to do', () => {
  const wrong = { ...examples['order.placed'], time: '2026-03-04T10:15:00' };
  const decoded = decodeStored(Buffer.from(JSON.stringify(wrong)), appendTimeMs);
  expect(decoded).toMatchObject({
    ok: false,
    rejection: {
      message:
        'time: expected an RFC 3339 instant with its offset, such as 2026-03-04T10:15:00.000+01:00, found "2026-03-04T10:15:00"; ' +
        'add Z or an offset such as +01:00: without one it is not an instant',
    },
  });
  const misspelt = decodeStored(Buffer.from(JSON.stringify({ ...examples['order.placed'], type: 'OrderPlaced' })), appendTimeMs);
  expect(misspelt).toMatchObject({ ok: false, rejection: { message: expect.stringContaining('did you mean order.placed?') as unknown } });
});
