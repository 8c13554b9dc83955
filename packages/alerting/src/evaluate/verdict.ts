import { currencyExponentOf, type KpiAnswer } from '@vigie/kpis';
import { compareDecimals, decimalOfMinor } from '../decimal.ts';
import {
  inconclusiveReasons,
  severityRank,
  type Condition,
  type InconclusiveReason,
  type Rule,
  type SeverityLimit,
  type Verdict,
} from '../types.ts';

export type VerdictRule = Pick<Rule, 'limits' | 'minSample' | 'onZeroDenominator' | 'settleMs'>;

/**
 * Judges one answer by a rule. The condition before it decides whether the band between recovery and limit counts.
 *
 * Shapes   answer: null when the KPI has no value for this slice any more
 * Holds    the published value is what is compared, so that the number people see and the verdict never disagree;
 *          a firing severity stays until the value is past its own recovery limit
 */
export function verdictOf(rule: VerdictRule, answer: KpiAnswer | null, previous: Condition): Verdict {
  if (answer === null) return { kind: 'no_data' };
  if (!isComplete(answer, rule.settleMs))
    return { kind: 'inconclusive', reason: answer.reason === 'rebuilding' ? 'rebuilding' : 'late_data' };
  if (answer.reason === 'unavailable') return { kind: 'error', reason: 'unavailable' };
  // Before the sample: without any denominator the sample is too small by nature, and this is the case that the rule names.
  if (isZeroDenominator(answer) && rule.onZeroDenominator !== null && numeratorReaches(answer, rule.onZeroDenominator.numeratorAtLeast)) {
    return { kind: 'breach', severity: rule.onZeroDenominator.severity };
  }
  if (answer.value === null) return { kind: 'inconclusive', reason: inconclusiveReasonOf(answer) };
  if (isSmallSample(rule, answer)) return { kind: 'inconclusive', reason: 'small_sample' };
  return verdictOfValue(rule.limits, answer.value, previous);
}

/** Complete through the window's end and the settling time after it: nothing that was accepted so far can change the number. */
export function isComplete(answer: KpiAnswer, settleMs: number): boolean {
  return answer.completeThroughMs !== null && answer.completeThroughMs >= answer.window.to + settleMs;
}

/** No waiting will make this window answerable: it is judged inconclusive, so that the next one gets its turn. */
export function isUnanswerable(answer: KpiAnswer): boolean {
  return answer.reason === 'not_live' || answer.reason === 'too_many_values';
}

/** The level at which the value is, when the levels already firing hold on until their own recovery limit. */
function verdictOfValue(limits: readonly SeverityLimit[], value: string, previous: Condition): Verdict {
  const firingRank = previous.state === 'FIRING' || previous.state === 'RECOVERING' ? severityRank(previous.severity) : -1;
  const gravestFirst = limits.toReversed();
  for (const level of gravestFirst) {
    if (reaches(value, level)) return { kind: 'breach', severity: level.severity };
    if (severityRank(level.severity) <= firingRank && !hasRecovered(value, level)) return { kind: 'band', severity: level.severity };
  }
  if (firingRank >= 0) return { kind: 'clear' };
  // Not firing: the band decides nothing, but says why nobody was told.
  const held = gravestFirst.find((level) => !hasRecovered(value, level));
  return held === undefined ? { kind: 'clear' } : { kind: 'band', severity: held.severity };
}

function reaches(value: string, { comparison, limit }: SeverityLimit): boolean {
  const order = compareDecimals(value, limit);
  return comparison === 'at_or_above' ? order >= 0 : order <= 0;
}

function hasRecovered(value: string, { comparison, recovery }: SeverityLimit): boolean {
  const order = compareDecimals(value, recovery);
  return comparison === 'at_or_above' ? order < 0 : order > 0;
}

function isZeroDenominator(answer: KpiAnswer): boolean {
  return answer.value === null && (answer.reason === 'zero_denominator' || answer.reason === 'no_acquisition');
}

function numeratorReaches(answer: KpiAnswer, atLeast: string): boolean {
  const places = answer.unit === 'currency' ? currencyExponentOf(answer.currency) : 0;
  return compareDecimals(decimalOfMinor(answer.numerator, places), atLeast) >= 0;
}

function isSmallSample(rule: VerdictRule, answer: KpiAnswer): boolean {
  if (rule.minSample === null) return false;
  const count = answer.measures[rule.minSample.measure];
  return count === undefined || compareDecimals(count.toString(), rule.minSample.atLeast) < 0;
}

function inconclusiveReasonOf(answer: KpiAnswer): InconclusiveReason {
  return inconclusiveReasons.find((reason) => reason === answer.reason) ?? 'late_data';
}
