import type { NullReason } from '@vigie/kpis';
import type { Reading, Rule, Severity, SeverityLimit, Transition } from '../types.ts';
import type { DriverTable } from './drivers.ts';

/** What the numbers were when a transition was decided; plain JSON (bigints as decimal text), so that it is kept as it is sent. */
export interface Evidence {
  readonly value: string | null;
  readonly reason: NullReason | null;
  readonly unit: Reading['unit'];
  readonly currency: string;
  readonly window: { readonly from: number; readonly to: number; readonly label: string; readonly zone: string };
  readonly measures: Readonly<Record<string, string>>;
  readonly numerator: string;
  readonly denominator: string;
  readonly completeThroughMs: number | null;
  readonly generation: number;
}

/** Why the number is what it is: how it moved since the last window that was in order, and which slices moved it. */
export interface Explanation {
  /** The numbers of the last window without a breach; null when that window cannot be read any more. */
  readonly lastOk: Evidence | null;
  /** One table per dimension that the KPI can be sliced by; each one's contributions add up to the whole change. */
  readonly drivers: readonly DriverTable[];
}

/** One transition as it is stored and announced. */
export interface AlertRecord {
  readonly transition: Transition;
  readonly rule: Rule;
  readonly slice: Reading['slice'];
  /** null when a rule was removed: nothing was measured. */
  readonly evidence: Evidence | null;
  /** The limit of the transition's severity that holds for this slice; null when the rule has lost it. */
  readonly limit: SeverityLimit | null;
  /** What was compared with the limits: the value, or its change; null where there was none. Decimal. */
  readonly judged: string | null;
  /** For rules on a change: the earlier window. */
  readonly baseline: Evidence | null;
  readonly explanation: Explanation | null;
  /** The window was judged late, after an interruption of the monitor or its numbers. */
  readonly backfilled: boolean;
}

export function evidenceOf(answer: Reading): Evidence {
  const { from, to, label, zone } = answer.window;
  return {
    value: answer.value,
    reason: answer.reason,
    unit: answer.unit,
    currency: answer.currency,
    window: { from, to, label, zone },
    measures: Object.fromEntries(Object.entries(answer.measures).map(([id, value]) => [id, value.toString()])),
    numerator: answer.numerator.toString(),
    denominator: answer.denominator.toString(),
    completeThroughMs: answer.completeThroughMs,
    generation: answer.generation,
  };
}

/** The limits that hold for a slice: those of the first override that matches it, else the rule's own. */
export function limitsFor(rule: Pick<Rule, 'limits' | 'overrides'>, labels: Readonly<Record<string, string>>): readonly SeverityLimit[] {
  const override = rule.overrides.find(({ match }) => Object.entries(match).every(([label, value]) => labels[label] === value));
  return override?.limits ?? rule.limits;
}

export function limitOf(limits: readonly SeverityLimit[], severity: Severity): SeverityLimit | null {
  return limits.find((level) => level.severity === severity) ?? null;
}
