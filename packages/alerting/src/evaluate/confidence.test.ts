import { describe, expect, test } from 'vitest';
import { boundReaches } from './confidence.ts';

const counted = (lost: number, of: number) => ({
  numerator: BigInt(lost),
  denominator: BigInt(of),
  sampleCount: BigInt(of),
  isPercent: true,
});
const above = (limit: string) => ({ comparison: 'at_or_above' as const, limit });
const below = (limit: string) => ({ comparison: 'at_or_below' as const, limit });

/** Lost, of how many, confidence, lower and upper bound in percent, as published; the last place is rounded. */
const published: readonly [number, number, number, string, string][] = [
  // Newcombe 1998, Statistics in Medicine 17, table I, method 3.
  [81, 263, 0.95, '25.53', '36.62'],
  [15, 148, 0.95, '6.24', '16.05'],
  [1, 29, 0.95, '0.61', '17.18'],
  // statsmodels 0.14, proportion_confint(method='wilson').
  [3, 30, 0.95, '3.459989', '25.621083'],
  [10, 10, 0.95, '72.246720', '100'],
  [0, 10, 0.95, '0', '27.753280'],
  [56, 70, 0.95, '69.183356', '87.695261'],
  [5, 100, 0.9, '2.454736', '9.916109'],
  [5, 100, 0.99, '1.684832', '13.915030'],
  [500, 10_000, 0.95, '4.589848', '5.444712'],
  [1, 2, 0.8, '16.425172', '83.574828'],
];

/** The text with a unit added to its last digit, or taken away. */
function beside(text: string, units: number): string {
  const places = text.split('.')[1]?.length ?? 0;
  return (Number(text) + units / 10 ** places).toFixed(places);
}

describe('boundReaches', () => {
  test.each(published)(
    '%i of %i at %d: the published bounds are the limits at which it turns',
    (lost, of, ...[confidence, lower, upper]) => {
      const found = counted(lost, of);
      if (lower !== '0') {
        expect(boundReaches(above(beside(lower, -1)), found, confidence)).toBe(true);
        expect(boundReaches(above(beside(lower, 1)), found, confidence)).toBe(false);
      }
      if (upper !== '100') {
        expect(boundReaches(below(beside(upper, 1)), found, confidence)).toBe(true);
        expect(boundReaches(below(beside(upper, -1)), found, confidence)).toBe(false);
      }
    },
  );

  test('3 lost of 30 are 10 %, and not surely 5 %; 300 of 3000 are', () => {
    expect(boundReaches(above('5'), counted(3, 30), 0.95)).toBe(false);
    expect(boundReaches(above('5'), counted(300, 3000), 0.95)).toBe(true);
  });

  test('at the edges of what a proportion can be, a bound reaches them only where it cannot do otherwise', () => {
    expect(boundReaches(above('0'), counted(0, 10), 0.95)).toBe(true);
    expect(boundReaches(above('100'), counted(10, 10), 0.95)).toBe(false);
    expect(boundReaches(below('100'), counted(10, 10), 0.95)).toBe(true);
    expect(boundReaches(below('0'), counted(0, 10), 0.95)).toBe(false);
  });

  test('the value itself as limit is never reached with confidence, however many were counted', () => {
    expect(boundReaches(above('5'), counted(5_000_000, 100_000_000), 0.5)).toBe(false);
    expect(boundReaches(below('5'), counted(5_000_000, 100_000_000), 0.5)).toBe(false);
  });

  test('worked by hand: 3/4 is surely above 1/2 from (1/4)^2 n >= z^2 / 4 on, so from n = 4 z^2', () => {
    const share = (sampleCount: bigint) => ({ numerator: 3n, denominator: 4n, sampleCount, isPercent: false });
    // 4 x 1.95996^2 = 15.37 and 4 x 2.57583^2 = 26.54.
    expect([15n, 16n].map((n) => boundReaches(above('0.5'), share(n), 0.95))).toEqual([false, true]);
    expect([26n, 27n].map((n) => boundReaches(above('0.5'), share(n), 0.99))).toEqual([false, true]);
  });

  test('what is no proportion, or counted over nobody, has no bound and reaches nothing', () => {
    for (const found of [counted(-1, 10), counted(11, 10), counted(0, 0), { ...counted(5, 10), sampleCount: 0n }]) {
      expect([boundReaches(above('0'), found, 0.95), boundReaches(below('100'), found, 0.95)]).toEqual([false, false]);
    }
  });
});
