import type { Rule } from '@vigie/alerting';

/** Missed windows that are made up for, per rule; older ones are left out, and that is told. */
export const catchUpWindowCountMax = 100;

export interface WindowPlan {
  /** Ends of the windows to judge, oldest first. */
  readonly ends: readonly number[];
  readonly skippedCount: number;
}

/**
 * Which windows of a rule could be judged now, by the clock alone.
 *
 * Units    epoch ms; windows end on multiples of the rule's period
 * Holds    none is planned twice, none out of order; a rule that was never judged begins with the newest window;
 *          a pipeline signal is of the moment, so its missed windows cannot be made up for
 */
export function planWindows(rule: Pick<Rule, 'everyMs' | 'settleMs' | 'kind'>, evaluatedToMs: number | null, nowMs: number): WindowPlan {
  const { everyMs } = rule;
  const newest = Math.floor((nowMs - rule.settleMs) / everyMs) * everyMs;
  const first = evaluatedToMs === null ? newest : (Math.floor(evaluatedToMs / everyMs) + 1) * everyMs;
  const count = Math.max(0, (newest - first) / everyMs + 1);
  const skippedCount = Math.max(0, count - (rule.kind === 'pipeline' ? 1 : catchUpWindowCountMax));
  const ends = Array.from({ length: count - skippedCount }, (_, index) => first + (skippedCount + index) * everyMs);
  return { ends, skippedCount };
}
