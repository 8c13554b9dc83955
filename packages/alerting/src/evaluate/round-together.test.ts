import { expect, test } from 'vitest';
import { roundTogether } from './round-together.ts';

test.each([
  ['the largest remainders go up', [14n, 16n, 10n], 10n, 4n, [1n, 2n, 1n]],
  ['negative ones as well: -1.6 and 0.6 make -1', [-16n, 6n], 10n, -1n, [-2n, 1n]],
  ['where all are equal, the first', [5n, 5n], 10n, 1n, [1n, 0n]],
  ['whole ones that are one short of the sum: the greatest bears it', [0n, -30n, 20n], 10n, 0n, [0n, -2n, 2n]],
  ['whole ones that are one past it', [0n, 30n, 20n], 10n, 4n, [0n, 2n, 2n]],
])('%s', (_, numerators, ...[denominator, total, expected]) => {
  expect(roundTogether(numerators, denominator, total)).toEqual(expected);
});
