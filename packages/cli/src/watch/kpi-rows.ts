import {
  type AlertRecord,
  changeOf,
  changeWithUnit,
  type Condition,
  type Evidence,
  evidenceOf,
  instanceId,
  limitsFor,
  type Rule,
  type SeverityLimit,
  severityRank,
  shownJudged,
  shownValue,
  type Verdict,
  verdictOf,
} from '@vigie/alerting';
import type { KpiAnswer } from '@vigie/kpis';
import type { Tone } from './spans.ts';

/** The numbers of one rule as they are now, and as they were at the ends of its last windows. */
export interface RuleNumbers {
  readonly rule: Rule;
  readonly now: readonly KpiAnswer[];
  /** Of a rule on a change: the earlier window. */
  readonly baselines: readonly KpiAnswer[];
  /** Oldest first; null where a window was not read, or cannot be. */
  readonly past: readonly { readonly endMs: number; readonly answers: readonly KpiAnswer[] | null }[];
}

/** One line of the screen: a rule, or one slice of it. */
export interface KpiRow {
  readonly rule: Rule;
  readonly slice: AlertRecord['slice'];
  /** 6.31% */
  readonly value: string;
  /** +0.42 pp, since the oldest window that is shown; of a rule on a change, the value that it led to. */
  readonly change: string;
  readonly changeMs: number;
  /** What is compared with the limits: the value, or its change. */
  readonly judged: number | null;
  readonly limits: readonly SeverityLimit[];
  readonly spark: readonly (number | null)[];
  /** critical, warning, ok, or why nothing can be said. */
  readonly verdict: string;
  readonly tone: Tone;
  /** What has a line before what, where there is no room for all: greater first. */
  readonly rank: number;
}

/** Slices of one rule that have a line while those of other rules wait for theirs. */
const firstSlicesMax = 4;
/** Slices of one rule that have a line at all, but for those that fire. */
const slicesMax = 40;

/** Rows of a rule: itself, or its slices, the worst first; and how many more there are. */
export function kpiRows(
  numbers: RuleNumbers,
  conditionOf: (instance: string) => Condition,
): { rows: readonly KpiRow[]; moreCount: number } {
  const { rule, now } = numbers;
  const answers = rule.groupBy === null ? now.slice(0, 1) : now.filter(({ slice }) => slice !== null);
  const all = answers.map((answer) => rowOf(numbers, answer, conditionOf));
  // A question about slices without an answer has one without a slice, which says why.
  if (all.length === 0 && now[0] !== undefined) return { rows: [rowOf(numbers, now[0], conditionOf)], moreCount: 0 };
  const worst = rule.groupBy === null ? all : all.toSorted((a, b) => b.rank - a.rank || rankOf(b) - rankOf(a) || nearness(b) - nearness(a));
  const kept = worst.filter(({ rank }, index) => rank > calmRank || index < slicesMax);
  const rows = kept.map((row, index) => (row.rank > calmRank || index < firstSlicesMax ? row : { ...row, rank: calmRank - 1 }));
  return { rows, moreCount: worst.length - kept.length };
}

const calmRank = 0;

/** The rows that there is room for: what fires or is past a limit before what is not, graver first; otherwise in the order of the rules. */
export function firstRows(rows: readonly KpiRow[], count: number): readonly KpiRow[] {
  return rows.toSorted((a, b) => b.rank - a.rank).slice(0, count);
}

const tones: readonly Tone[] = ['dim', 'good', 'mild', 'warn', 'bad'];
const rankOf = ({ tone }: KpiRow): number => tones.indexOf(tone);

/** How far of the way to its first limit. */
function nearness({ judged, limits: [first] }: KpiRow): number {
  if (judged === null || first === undefined) return -Infinity;
  const ratio = judged / Number(first.limit);
  return first.comparison === 'at_or_above' ? ratio : -ratio;
}

function rowOf({ rule, baselines, past }: RuleNumbers, answer: KpiAnswer, conditionOf: (instance: string) => Condition): KpiRow {
  const { slice, value } = answer;
  const labels = slice === null ? {} : { [slice.dimension]: slice.value };
  const same = (other: KpiAnswer): boolean => (other.slice?.value ?? null) === (slice?.value ?? null);
  const baseline = baselines.find(same) ?? null;
  const instance = { labels, condition: conditionOf(instanceId(rule.tenant, rule.uid, labels)), missingCount: 0 };
  // The screen shows the number of this moment; that it is not complete yet is said once, above.
  const { verdict, judged } = verdictOf(rule, {
    reading: settled(answer, rule),
    baseline: baseline === null ? null : settled(baseline, rule),
    instance,
  });
  const values = past.map(({ answers }) => answers?.find(same)?.value ?? null);
  const oldest = values.findIndex((one) => one !== null);
  const change = oldest === -1 ? null : changeOf(values[oldest]!, value);
  const evidence = evidenceOf(answer);
  const isFiring = isBandOpen(instance.condition);
  const words = verdictWords(isFiring || verdict.kind !== 'band' ? verdict : { kind: 'clear' });
  return {
    rule,
    slice,
    ...shownNumbers(rule, { evidence, judged, moved: change }),
    changeMs: oldest === -1 ? 0 : answer.window.to - past[oldest]!.endMs,
    judged: judged !== null ? Number(judged) : rule.change === null && value !== null ? Number(value) : null,
    limits: limitsFor(rule, labels),
    spark: [...values, value].map((one) => (one === null ? null : Number(one))),
    ...words,
    rank: isFiring || verdict.kind === 'breach' ? Math.max(tones.indexOf('mild'), tones.indexOf(words.tone)) : calmRank,
  };
}

/** What is judged, and what it is to be seen with: a value with how it moved; the change of a rule on a change with the value it led to. */
function shownNumbers(
  rule: Rule,
  { evidence, judged, moved }: { evidence: Evidence; judged: string | null; moved: string | null },
): Pick<KpiRow, 'value' | 'change'> {
  if (rule.change !== null && judged !== null)
    return { value: shownJudged(judged, { rule, evidence }), change: `to ${shownValue(evidence)}` };
  const change = moved === null ? '' : changeWithUnit(moved, evidence);
  return { value: evidence.value === null ? 'no value' : shownValue(evidence), change };
}

function settled(answer: KpiAnswer, { settleMs }: Rule): KpiAnswer {
  return answer.completeThroughMs === null ? answer : { ...answer, completeThroughMs: answer.window.to + settleMs };
}

/** Between recovery and limit an alert that fires goes on, and none begins. */
function isBandOpen({ state }: Condition): boolean {
  return state === 'FIRING' || state === 'RECOVERING';
}

function verdictWords(verdict: Verdict): { verdict: string; tone: Tone } {
  switch (verdict.kind) {
    case 'breach':
      return { verdict: verdict.severity, tone: (['mild', 'warn', 'bad'] as const)[severityRank(verdict.severity)]! };
    case 'band':
      return { verdict: 'in the band', tone: 'warn' };
    case 'clear':
      return { verdict: 'ok', tone: 'good' };
    case 'no_data':
      return { verdict: 'no data', tone: 'dim' };
    case 'error':
      return { verdict: 'no answer', tone: 'dim' };
    case 'inconclusive':
      return { verdict: verdict.reason.replaceAll('_', ' '), tone: 'dim' };
  }
}
