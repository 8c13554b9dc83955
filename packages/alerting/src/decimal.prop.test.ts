import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals, decimalOfMinor } from './decimal.ts';

describe('compareDecimals', () => {
  test('orders as integers of the same scale do', () => {
    const number = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 0, max: 6 }), (a, b, places) => {
        const expected = a < b ? -1 : a > b ? 1 : 0;
        expect(compareDecimals(decimalOfMinor(a, places), decimalOfMinor(b, places))).toBe(expected);
      }),
    );
  });

  test.each([
    ['5.00', '5', 0],
    ['4.99', '5', -1],
    ['5', '4.99999999999999999999', 1],
    ['-0.5', '0.4', -1],
    ['-0.0', '0', 0],
    ['9007199254740993', '9007199254740992', 1],
  ])('%s against %s', (a, b, expected) => {
    expect(compareDecimals(a, b)).toBe(expected);
  });

  test('text that is no decimal is a programming error, told as one', () => {
    expect(() => compareDecimals('NaN', '1')).toThrow('Expected a decimal number such as 4.5, found "NaN"');
  });
});

test.each([
  [12345n, 2, '123.45'],
  [5n, 2, '0.05'],
  [-5n, 3, '-0.005'],
  [7n, 0, '7'],
])('%s minor units of %s places are %s', (minor, places, expected) => {
  expect(decimalOfMinor(minor, places)).toBe(expected);
});
