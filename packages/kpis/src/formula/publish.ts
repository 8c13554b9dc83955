/** From an exact fraction to the published decimal string. */
import type { Unit } from '../types.ts';

/**
 * How a unit is shown: the fraction times `factor` is rounded half away from zero to an integer, which is then written with
 * `decimals` decimals, of which trailing zeros past `decimalsMin` are left out.
 */
export interface Precision {
  readonly factor: bigint;
  readonly decimals: number;
  readonly decimalsMin: number;
}

/**
 * Units    percent: 100 x the fraction, 2 decimals; currency: minor units in, major units out; ratio: 2 to 4 decimals; count: none
 */
export function precisionOf(unit: Unit, currencyExponent: number): Precision {
  if (unit === 'percent') return { factor: 10_000n, decimals: 2, decimalsMin: 2 };
  if (unit === 'ratio') return { factor: 10_000n, decimals: 4, decimalsMin: 2 };
  if (unit === 'currency') return { factor: 1n, decimals: currencyExponent, decimalsMin: currencyExponent };
  return { factor: 1n, decimals: 0, decimalsMin: 0 };
}

/** The quotient rounded half away from zero; denominator > 0. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const magnitude = (2n * abs(numerator) + denominator) / (2n * denominator);
  return numerator < 0n ? -magnitude : magnitude;
}

/** sqrt(numerator / denominator) x factor, rounded half away from zero exactly; numerator >= 0, denominator > 0. */
export function sqrtRounded(numerator: bigint, denominator: bigint, factor: bigint): bigint {
  // round(x) = floor((floor(2x) + 1) / 2), and floor(2x) is an integer square root.
  return (integerSqrt((4n * factor * factor * numerator) / denominator) + 1n) / 2n;
}

/** Writes `value / 10^decimals`; a value that rounded to zero has no sign. */
export function toDecimalString(value: bigint, precision: Precision): string {
  const digits = abs(value)
    .toString()
    .padStart(precision.decimals + 1, '0');
  const whole = digits.slice(0, digits.length - precision.decimals);
  let fraction = digits.slice(digits.length - precision.decimals);
  while (fraction.length > precision.decimalsMin && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Newton's method from above: stops at floor(sqrt(value)). */
function integerSqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}
