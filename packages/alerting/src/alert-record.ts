import type { KpiAnswer, NullReason, Slice, Unit } from '@vigie/kpis';
import type { Rule, Severity, Transition } from './types.ts';

/** What the numbers were when a transition was decided; plain JSON (bigints as decimal text), so that it is kept as it is sent. */
export interface Evidence {
  readonly value: string | null;
  readonly reason: NullReason | null;
  readonly unit: Unit;
  readonly currency: string;
  readonly window: { readonly from: number; readonly to: number; readonly label: string; readonly zone: string };
  readonly measures: Readonly<Record<string, string>>;
  readonly numerator: string;
  readonly denominator: string;
  readonly completeThroughMs: number | null;
  readonly generation: number;
}

/** One transition as it is stored and announced. */
export interface AlertRecord {
  readonly transition: Transition;
  readonly rule: Rule;
  readonly slice: Slice | null;
  /** null when a rule was removed: nothing was measured. */
  readonly evidence: Evidence | null;
  /** The window was judged late, after an interruption of the monitor or its numbers. */
  readonly backfilled: boolean;
}

export function evidenceOf(answer: KpiAnswer): Evidence {
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

/** The limit of a severity in a rule; null when the rule has lost that severity since. */
export function limitOf(rule: Rule, severity: Severity) {
  return rule.limits.find((level) => level.severity === severity) ?? null;
}
