import { describe, expect, test } from 'vitest';
import { momentMs, offsetText } from './moments.ts';
import { readSeries } from './series.ts';

describe('a series', () => {
  test.each([
    ['4', ['4']],
    ['4.20 x3, 6', ['4.20', '4.20', '4.20', '6']],
    ['no_data x2, late, -1', ['no_data', 'no_data', 'late', '-1']],
    ['3 +0.5 x4', ['3.0', '3.5', '4.0', '4.5']],
    ['1 -0.50 x4', ['1.00', '0.50', '0.00', '-0.50']],
    ['firing warning x2, ok', ['firing warning', 'firing warning', 'ok']],
  ])('%s', (text, expected) => {
    expect(readSeries(text)).toEqual(expected);
  });

  test('may be a list, of numbers too', () => {
    expect(readSeries([3, '4 x2', 'late'])).toEqual(['3', '4', '4', 'late']);
  });

  test('says what is wrong with it', () => {
    expect(readSeries('3,,4')).toEqual({ wrong: 'expected a value between commas, found nothing' });
    expect(readSeries('3 x9000')).toEqual({ wrong: 'expected at most 2000 windows, found more' });
  });
});

test('times after the start are read and written the same way', () => {
  expect(momentMs('1h30m', 1_000)).toBe(5_401_000);
  expect(momentMs('2026-03-02T09:00+01:00', 0)).toBe(Date.UTC(2026, 2, 2, 8));
  expect([0, 30_000, 5_430_000, 90_000_000].map(offsetText)).toEqual(['0s', '30s', '1h30m30s', '1d1h']);
});
