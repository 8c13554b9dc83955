import type { RuleHealth } from '../types.ts';

/** A rule that has failed for this long is not in a passing trouble: somebody must look. */
export const brokenAfterMs = 10 * 60_000;

/** How the latest attempt to judge a rule went. */
interface Attempt {
  readonly atMs: number;
  /** Why it could not be judged; null when it could. */
  readonly failure: string | null;
  /** What has had no answer for as long as the rule waits for one; null when nothing has. */
  readonly missing: string | null;
}

/**
 * The health of a rule after an attempt to judge it.
 *
 * Units    atMs: epoch ms, a window's end or the caller's clock; failing for `brokenAfterMs` of it makes ERROR into BROKEN
 * Holds    `sinceMs` is when the trouble began and stays while it lasts; one window that was judged ends ERROR and BROKEN
 */
export function nextHealth(previous: RuleHealth, { atMs, failure, missing }: Attempt): RuleHealth {
  if (failure !== null) {
    const sinceMs = previous.state === 'ERROR' || previous.state === 'BROKEN' ? previous.sinceMs : atMs;
    const isBroken = previous.state === 'BROKEN' || atMs - sinceMs >= brokenAfterMs;
    return { state: isBroken ? 'BROKEN' : 'ERROR', sinceMs, reason: failure };
  }
  if (missing === null) return { state: 'HEALTHY' };
  return { state: 'NO_DATA', sinceMs: previous.state === 'NO_DATA' ? previous.sinceMs : atMs, reason: missing };
}

/**
 * The health of a rule whose numbers could not be read; its instances stay as they are.
 *
 * Units    nowMs: the caller's clock, epoch ms
 */
export function failedHealth(previous: RuleHealth, { nowMs, reason }: { nowMs: number; reason: string }): RuleHealth {
  return nextHealth(previous, { atMs: nowMs, failure: reason, missing: null });
}
