/**
 * Rounds fractions of one denominator to integers that add up to a given sum: each to a neighbour of its own, the largest remainders up.
 *
 * Shapes   numerators, denominator > 0 -> as many integers
 * Holds    they add up to `total`, whenever that is a rounding of the exact sum; the same fractions give the same integers
 */
export function roundTogether(numerators: readonly bigint[], denominator: bigint, total: bigint): readonly bigint[] {
  const shares = numerators.map((numerator, index) => {
    const remainder = ((numerator % denominator) + denominator) % denominator;
    return { index, remainder, magnitude: numerator < 0n ? -numerator : numerator };
  });
  const rounded = numerators.map((numerator, index) => (numerator - shares[index]!.remainder) / denominator);
  const missing = total - rounded.reduce((sum, value) => sum + value, 0n);
  // Nothing is left to take away unless all are whole; then, as where all remainders are used up, the greatest one bears the unit best.
  const direction = missing < 0n ? -1n : 1n;
  const order = shares.toSorted((a, b) => compare(b.remainder, a.remainder) || compare(b.magnitude, a.magnitude) || a.index - b.index);
  for (let i = 0; i < Number(missing * direction); i++) rounded[order[i % order.length]!.index]! += direction;
  return rounded;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
