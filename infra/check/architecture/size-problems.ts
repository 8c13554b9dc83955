import type { Size } from './sizes.ts';

/** Sizes past their limit that were there before the limit was: what was measured, and how much. */
export type Baseline = Record<string, number>;

/**
 * What is too large and not in the baseline, and what is in the baseline without need.
 *
 * Holds    the baseline can only shrink: an entry for what is within its limit again, or smaller than the entry says, is a problem as well
 */
export function sizeProblems(sizes: Size[], baseline: Baseline): string[] {
  const tooLarge = sizes.filter(({ found, limit }) => found > limit);
  const largest = new Map<string, Size>();
  for (const size of tooLarge) if (size.found > (largest.get(size.what)?.found ?? 0)) largest.set(size.what, size);
  const grown = [...largest.values()]
    .filter(({ what, found }) => found > (baseline[what] ?? 0))
    .map(({ what, found, limit, line }) => {
      const allowed = Math.max(limit, baseline[what] ?? 0);
      return `${what}: expected at most ${allowed}, found ${found} (line ${line}); split it, or group parameters in an options object`;
    });
  const stale = Object.entries(baseline)
    .filter(([what, allowed]) => (largest.get(what)?.found ?? 0) < allowed)
    .map(([what, allowed]) => {
      const now = largest.get(what)?.found;
      const todo = now === undefined ? 'remove the entry' : `lower it to ${now}`;
      return `infra/check/baseline.json: expected only entries that are needed, found "${what}": ${allowed}; ${todo}`;
    });
  return [...grown, ...stale];
}
