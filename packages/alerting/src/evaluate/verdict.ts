import { currencyExponentOf } from '@vigie/kpis';
import { compareDecimals, decimalOfMinor } from '../decimal.ts';
import {
  inconclusiveReasons,
  severityRank,
  type Condition,
  type InconclusiveReason,
  type Instance,
  type Reading,
  type Rule,
  type SeverityLimit,
  type Verdict,
} from '../types.ts';
import { limitsFor } from './alert-record.ts';
import { changeOf } from './change.ts';
import { boundReaches } from './confidence.ts';

export type VerdictRule = Pick<
  Rule,
  'limits' | 'overrides' | 'minSample' | 'confidence' | 'onZeroDenominator' | 'noData' | 'change' | 'settleMs'
>;

/** What one instance is judged by. */
export interface Sample {
  /** null: the question was answered, and this slice was not among the answers. */
  readonly reading: Reading | null;
  /** The earlier reading of a rule on a change; null where there is none. */
  readonly baseline: Reading | null;
  /** As it was before; `missingCount` counts this window already. */
  readonly instance: Pick<Instance, 'labels' | 'condition' | 'missingCount'>;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** What was compared with the limits: the value or its change; null where nothing was. Decimal. */
  readonly judged: string | null;
}

/**
 * Judges one instance by a rule. The condition before it decides whether the band between recovery and limit counts.
 *
 * Holds    the published value is what is compared, so that the number people see and the verdict never disagree;
 *          a firing severity stays until the value is past its own recovery limit;
 *          a number that says too little is inconclusive: neither a breach nor clear
 */
export function verdictOf(rule: VerdictRule, sample: Sample): Judgement {
  const { reading } = sample;
  if (reading === null) return judgeAbsence(rule, sample);
  const unanswered = unansweredVerdict(reading, rule.settleMs);
  if (unanswered !== null) return undecided(unanswered);
  // Before the sample: without any denominator the sample is too small by nature, and this is the case that the rule names.
  const { onZeroDenominator } = rule;
  if (reading.value === null && onZeroDenominator !== null && numeratorReaches(reading, onZeroDenominator.numeratorAtLeast)) {
    return undecided({ kind: 'breach', severity: onZeroDenominator.severity });
  }
  if (reading.value === null) return undecided(inconclusive(inconclusiveReasonOf(reading)));
  if (isSmallSample(rule, reading)) return undecided(inconclusive('small_sample'));
  return judgeValue(rule, reading.value, { ...sample, isConfident: confidenceIn(rule, reading) });
}

/** Complete through the window's end and the settling time after it: nothing that was accepted so far can change the number. */
export function isComplete(reading: Reading, settleMs: number): boolean {
  return reading.completeThroughMs !== null && reading.completeThroughMs >= reading.window.to + settleMs;
}

/** No waiting will make this window answerable: it is judged inconclusive, so that the next one gets its turn. */
export function isUnanswerable(reading: Reading): boolean {
  return reading.reason === 'not_live' || reading.reason === 'too_many_values';
}

/** What a reading is judged as when its source could not answer; null when it did. */
export function unansweredVerdict(reading: Reading, settleMs: number): Verdict | null {
  if (isUnanswerable(reading) || reading.reason === 'rebuilding') return inconclusive(inconclusiveReasonOf(reading));
  if (!isComplete(reading, settleMs)) return inconclusive('late_data');
  return reading.reason === 'unavailable' ? { kind: 'error', reason: 'unavailable' } : null;
}

function judgeAbsence(rule: VerdictRule, sample: Sample): Judgement {
  const { noData } = rule;
  switch (noData.then) {
    case 'hold':
    case 'notify':
      return undecided({ kind: 'no_data' });
    case 'ok':
      return undecided({ kind: 'clear' });
    case 'breach':
      return undecided(
        sample.instance.missingCount >= noData.afterWindows ? { kind: 'breach', severity: noData.severity } : { kind: 'no_data' },
      );
    case 'zero':
      // No sample and no bound are asked of a 0 that stands for nothing.
      return judgeValue(rule, '0', { ...sample, isConfident: () => true });
  }
}

type Confidence = (level: SeverityLimit) => boolean;

function judgeValue(rule: VerdictRule, value: string, sample: Sample & { isConfident: Confidence }): Judgement {
  const { instance, isConfident } = sample;
  const limits = limitsFor(rule, instance.labels);
  const byLimits = (judged: string) => ({
    verdict: verdictByLimits(limits, judged, { previous: instance.condition, isConfident }),
    judged,
  });
  if (rule.change === null) return byLimits(value);
  const { baseline } = sample;
  const unanswered = baseline === null ? null : unansweredVerdict(baseline, rule.settleMs);
  if (unanswered !== null) return undecided(unanswered);
  // An earlier sample that is too small says as little as a present one.
  if (baseline === null || baseline.value === null || isSmallSample(rule, baseline)) return undecided(inconclusive('small_base'));
  const change = changeOf(rule.change, baseline.value, value);
  return change === null ? undecided(inconclusive('small_base')) : byLimits(change);
}

/** The level at which the value is, when the levels already firing hold on until their own recovery limit. */
function verdictByLimits(
  limits: readonly SeverityLimit[],
  judged: string,
  { previous, isConfident }: { previous: Condition; isConfident: Confidence },
): Verdict {
  const firingRank = previous.state === 'FIRING' || previous.state === 'RECOVERING' ? severityRank(previous.severity) : -1;
  const gravestFirst = limits.toReversed();
  let isUnsure = false;
  for (const level of gravestFirst) {
    const isReached = reaches(judged, level);
    if (isReached && isConfident(level)) return { kind: 'breach', severity: level.severity };
    if (severityRank(level.severity) <= firingRank && !hasRecovered(judged, level)) return { kind: 'band', severity: level.severity };
    isUnsure ||= isReached;
  }
  if (isUnsure) return inconclusive('not_confident');
  if (firingRank >= 0) return { kind: 'clear' };
  // Not firing: the band decides nothing, but says why nobody was told.
  const held = gravestFirst.find((level) => !hasRecovered(judged, level));
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

/** A change is no proportion: it has no bound to ask for. */
function confidenceIn({ confidence, minSample, change }: VerdictRule, reading: Reading): Confidence {
  if (confidence === null || change !== null) return () => true;
  const { numerator, denominator, measures, unit } = reading;
  const sampleCount = minSample === null ? denominator : (measures[minSample.measure] ?? 0n);
  const proportion = { numerator, denominator, sampleCount, isPercent: unit === 'percent' };
  return (level) => boundReaches(level, proportion, confidence);
}

function numeratorReaches(reading: Reading, atLeast: string): boolean {
  if (reading.reason !== 'zero_denominator' && reading.reason !== 'no_acquisition') return false;
  const places = reading.unit === 'currency' ? currencyExponentOf(reading.currency) : 0;
  return compareDecimals(decimalOfMinor(reading.numerator, places), atLeast) >= 0;
}

function isSmallSample({ minSample }: VerdictRule, reading: Reading): boolean {
  if (minSample === null) return false;
  const count = reading.measures[minSample.measure];
  return count === undefined || compareDecimals(count.toString(), minSample.atLeast) < 0;
}

const inconclusive = (reason: InconclusiveReason): Verdict => ({ kind: 'inconclusive', reason });
const undecided = (verdict: Verdict): Judgement => ({ verdict, judged: null });

function inconclusiveReasonOf(reading: Reading): InconclusiveReason {
  return inconclusiveReasons.find((reason) => reason === reading.reason) ?? 'late_data';
}
