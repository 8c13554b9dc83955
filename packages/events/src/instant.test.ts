import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantMsMax, parseDay, parseInstant } from './instant.ts';

test('every instant that Date writes is read as the same instant', () => {
  // From the year 0 on; Date is the independent implementation here.
  fc.assert(
    fc.property(fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: instantMsMax }), (timeMs) => {
      expect(parseInstant(new Date(timeMs).toISOString())).toBe(timeMs);
    }),
    { numRuns: 5000 },
  );
});

test('every day from 1890 to 2110 exists once, and the day after the last of a month does not', () => {
  for (let day = Date.UTC(1890, 0, 1); day < Date.UTC(2110, 0, 1); day += 86_400_000) {
    const text = new Date(day).toISOString().slice(0, 10);
    expect(parseDay(text)).toBe(day);
  }
  for (let year = 1890; year < 2110; year++) {
    for (let month = 1; month <= 12; month++) {
      const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
      expect(parseDay(`${year}-${String(month).padStart(2, '0')}-${length + 1}`)).toBeNaN();
    }
  }
});

test('offsets, fractions and lower case are read as RFC 3339 says', () => {
  const at = Date.UTC(2026, 2, 4, 9, 15, 0);
  for (const [text, expected] of [
    ['2026-03-04T10:15:00+01:00', at],
    ['2026-03-04t09:15:00z', at],
    ['2026-03-04T09:15:00-00:00', at],
    ['2026-03-04T14:45:00+05:30', at],
    ['2026-03-03T10:15:00-23:00', at],
    ['2026-03-04T09:15:00.5Z', at + 500],
    ['2026-03-04T09:15:00.123999Z', at + 123],
    ['2026-03-04T09:15:00.00000000000000000001Z', at],
  ] as const) {
    expect([text, parseInstant(text)]).toEqual([text, expected]);
  }
});

test('nothing else is an instant', () => {
  for (const text of [
    '',
    'now',
    '2026-03-04T09:15:00',
    '2026-03-04T09:15:00Z ',
    ' 2026-03-04T09:15:00Z',
    '2026-03-04T09:15:00.Z',
    '2026-03-04T09:15:60Z',
    '2026-03-04T09:60:00Z',
    '2026-03-04T24:00:00Z',
    '2026-02-29T09:15:00Z',
    '1900-02-29T09:15:00Z',
    '2026-00-01T09:15:00Z',
    '2026-01-00T09:15:00Z',
    '2026-03-04T09:15:00+1:00',
    '2026-03-04T09:15:00+01:60',
    '2026-03-04T09:15:00+24:00',
    '2026-03-04T09:15:00+01:00x',
    '2026/03/04T09:15:00Z',
    '2026-03-04T09.15.00Z',
    '2026-3-4T09:15:00Z',
    '１２34-03-04T09:15:00Z',
  ]) {
    expect([text, parseInstant(text)]).toEqual([text, NaN]);
  }
});
