import { alignDecimals } from '../decimal.ts';
import type { SeverityLimit } from '../types.ts';

/** A proportion as it was counted. */
export interface Proportion {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** How many it was counted over. */
  readonly sampleCount: bigint;
  /** Limits are then 100 times the proportion. */
  readonly isPercent: boolean;
}

/** z squared is an integer of this many parts: finer than any limit that a person writes. */
const partsOfSquare = 10n ** 12n;

/**
 * Does the Wilson bound on the safe side reach the limit too? The lower bound for `at_or_above`, the upper one for `at_or_below`.
 *
 * Units    confidence: 0..1 of the two-sided interval, 0.95 has z = 1.96
 * Holds    the bound is never computed: the lower bound is at or above a limit exactly when the score test refuses that limit,
 *          (p - limit)^2 n >= z^2 limit (1 - limit), which integers decide without any rounding;
 *          a number that is no proportion (outside of 0..1, or of nobody) has no bound, and reaches nothing
 */
export function boundReaches(
  { comparison, limit }: Pick<SeverityLimit, 'comparison' | 'limit'>,
  found: Proportion,
  confidence: number,
): boolean {
  const { numerator, denominator, sampleCount, isPercent } = found;
  if (denominator <= 0n || sampleCount <= 0n || numerator < 0n || numerator > denominator) return false;
  const { left: digits, places } = alignDecimals(limit, '0');
  const scale = 10n ** BigInt(places + (isPercent ? 2 : 0));
  // The edges of 0..1: every lower bound is at or above 0, every upper one at or below 1.
  if (comparison === 'at_or_above' ? digits <= 0n : digits >= scale) return true;
  const distance = numerator * scale - digits * denominator;
  if (comparison === 'at_or_above' ? distance <= 0n : distance >= 0n) return false;
  const tested = distance * distance * sampleCount * partsOfSquare;
  return tested >= squareOfZ(confidence) * digits * (scale - digits) * denominator * denominator;
}

function squareOfZ(confidence: number): bigint {
  return BigInt(Math.round(zOf(confidence) ** 2 * Number(partsOfSquare)));
}

/** A bound for the loops below; both end long before it. */
const iterationCountMax = 1_000;

/** The z within which a standard normal value lies with this probability; Newton from 0, which approaches it from below. */
function zOf(confidence: number): number {
  let z = 0;
  for (let i = 0; i < iterationCountMax; i++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const move = (confidence - centralMass(z, density)) / (2 * density);
    z += move;
    if (Math.abs(move) < 1e-14) break;
  }
  return z;
}

/** P(|Z| <= z) = 2 density (z + z^3/3 + z^5/(3 5) + ...). */
function centralMass(z: number, density: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; odd < iterationCountMax && term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 2 * density * sum;
}
