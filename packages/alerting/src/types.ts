/** The nouns of alerting; what they mean is in docs/alerting.md. */
import type { Dimension } from '@vigie/kpis';

/** From mild to grave: a later one outranks an earlier one. */
export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** One level of a rule. `limit` and `recovery` are decimals in the KPI's unit; limits are inclusive, recovery is strict. */
export interface SeverityLimit {
  readonly severity: Severity;
  readonly comparison: 'at_or_above' | 'at_or_below';
  readonly limit: string;
  readonly recovery: string;
}

/** A rule as evaluated: defaults filled in, durations in ms. */
export interface Rule {
  /** Stable: state survives a change of everything else. */
  readonly uid: string;
  readonly name: string;
  readonly tenant: string;
  readonly kpi: string;
  /** Length of the rolling window as people write it: 30d. */
  readonly size: string;
  readonly everyMs: number;
  /** How long after a window's end the numbers must be complete before it is judged. */
  readonly settleMs: number;
  /** From mild to grave; all in one direction. */
  readonly limits: readonly SeverityLimit[];
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly minSample: { readonly measure: string; readonly atLeast: string } | null;
  readonly groupBy: Dimension | null;
  /** A zero denominator over a numerator this large is a breach: money was spent and nobody was won. Decimal, in the numerator's unit (major for money). */
  readonly onZeroDenominator: { readonly numeratorAtLeast: string; readonly severity: Severity } | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string | null;
  readonly runbook: string | null;
  /** Changes with the meaning of the rule, not with its uid. */
  readonly definitionHash: string;
}

export type Channel =
  | { readonly name: string; readonly type: 'log' }
  | {
      readonly name: string;
      readonly type: 'webhook';
      readonly url: string;
      /** Two during a rotation: both sign. */
      readonly secrets: readonly SecretSource[];
      readonly allowPrivateHosts: readonly string[];
    };
export type SecretSource = { readonly env: string } | { readonly file: string };

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly routes: { readonly default: { readonly channels: readonly string[] } };
  readonly channels: readonly Channel[];
}

export const inconclusiveReasons = [
  'late_data',
  'small_sample',
  'zero_denominator',
  'no_acquisition',
  'rebuilding',
  'too_many_values',
  'not_live',
] as const;
export type InconclusiveReason = (typeof inconclusiveReasons)[number];

/** What one evaluation found. `band`: past the recovery limit of a severity and not at its limit. */
export type Verdict =
  | { readonly kind: 'breach'; readonly severity: Severity }
  | { readonly kind: 'band'; readonly severity: Severity }
  | { readonly kind: 'clear' }
  | { readonly kind: 'inconclusive'; readonly reason: InconclusiveReason }
  | { readonly kind: 'no_data' }
  | { readonly kind: 'error'; readonly reason: string };

export interface Episode {
  readonly id: string;
  /** End of the window in which it began to fire. */
  readonly startedMs: number;
  /** How many transitions it has had; the next one takes this number. */
  readonly transitionCount: number;
}

/**
 * Where an instance stands.
 *
 * Units    sinceMs: a window's end; elapsedMs: event time that counted towards `for` or `keep_firing_for`; heldMs: event time without a verdict
 */
export type Condition =
  | { readonly state: 'OK' }
  | {
      readonly state: 'PENDING';
      readonly severity: Severity;
      readonly sinceMs: number;
      readonly elapsedMs: number;
      readonly heldMs: number;
    }
  | { readonly state: 'FIRING'; readonly severity: Severity; readonly episode: Episode }
  | {
      readonly state: 'RECOVERING';
      readonly severity: Severity;
      readonly episode: Episode;
      readonly sinceMs: number;
      readonly elapsedMs: number;
    };

/** One rule for one slice: what the state machine runs on. */
export interface Instance {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly condition: Condition;
  /** End of the last window that was judged; null before the first. */
  readonly evaluatedToMs: number | null;
}

export const transitionKinds = ['firing', 'escalated', 'deescalated', 'resolved'] as const;
export type TransitionKind = (typeof transitionKinds)[number];

/** One change that is announced: one record, one id, whatever happens to the process that found it. */
export interface Transition {
  readonly id: string;
  readonly kind: TransitionKind;
  readonly instance: string;
  readonly episode: string;
  readonly episodeStartedMs: number;
  readonly sequence: number;
  readonly severity: Severity;
  readonly previousSeverity: Severity | null;
  readonly windowEndMs: number;
  /** Why, where it was not the value: rule_removed. */
  readonly reason: 'rule_removed' | null;
}
