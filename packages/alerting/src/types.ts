/** The nouns of rules and their evaluation; what they mean is in docs/alerting.md. */
import type { KpiAnswer, Unit } from '@vigie/kpis';
import type { Inhibition, Lane, MuteTiming, Route } from './announce/types.ts';

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

/** What a rule watches: a KPI of the company, or a signal of Vigie's own pipeline. */
export type RuleKind = 'kpi' | 'pipeline';

/** Vigie's own signals, judged like KPIs; what each one says is in docs/alerting.md. */
export const pipelineSignals = [
  'completeness_lag',
  'stuck_partition',
  'dead_letter_share',
  'silent_event_type',
  'source_error',
  'rule_broken',
  'delivery_dead',
] as const;
export type PipelineSignal = (typeof pipelineSignals)[number];

/**
 * What a missing answer means. `hold`: nothing changes; `ok`: as if it were clear; `zero`: as if the value were 0; `breach`: as if the limit of
 * `severity` were reached, after so many windows in a row; `notify`: the rule's health says so, after so many windows in a row.
 */
export type NoDataPolicy =
  | { readonly then: 'hold' | 'ok' | 'zero' }
  | { readonly then: 'breach'; readonly severity: Severity; readonly afterWindows: number }
  | { readonly then: 'notify'; readonly afterWindows: number };

export const changeBases = ['previous', 'same_weekday_last_week', 'same_period_last_year'] as const;
/** The rule's limits are then limits of the change since an earlier window, not of the value. */
export interface ChangeSpec {
  readonly against: (typeof changeBases)[number];
  /** percent: of the earlier value; absolute: in the KPI's unit (percentage points for percent). */
  readonly as: 'percent' | 'absolute';
  /** The earlier value must be at least this (its magnitude, decimal in the KPI's unit), else the verdict is inconclusive. */
  readonly minBase: string | null;
}

/** Limits of their own for one slice of the rule's dimension. */
export interface LimitOverride {
  readonly match: Readonly<Record<string, string>>;
  readonly limits: readonly SeverityLimit[];
}

/** A rule as evaluated: defaults filled in, durations in ms. */
export interface Rule {
  /** Stable: state survives a change of everything else. */
  readonly uid: string;
  readonly name: string;
  readonly tenant: string;
  readonly kind: RuleKind;
  /** The id of a KPI, or a pipeline signal. */
  readonly kpi: string;
  /** Length of the rolling window as people write it: 30d. */
  readonly size: string;
  readonly everyMs: number;
  /** How long after a window's end the numbers must be complete before it is judged. */
  readonly settleMs: number;
  /** From mild to grave; all in one direction. */
  readonly limits: readonly SeverityLimit[];
  /** The first that matches a slice wins; a severity that it does not name has no limit there. */
  readonly overrides: readonly LimitOverride[];
  readonly forMs: number;
  /** Fires when n of the last m windows breach, whatever lies between; null: `forMs` decides. */
  readonly nOfM: { readonly n: number; readonly m: number } | null;
  readonly keepFiringForMs: number;
  readonly minSample: { readonly measure: string; readonly atLeast: string } | null;
  /** 0..1: the Wilson bound on the safe side must reach the limit too; the sample is that of `minSample`. */
  readonly confidence: number | null;
  readonly groupBy: string | null;
  /** Slices that are not watched at all, such as cost that belongs to no channel. Absent: all are. */
  readonly except?: readonly string[];
  /** Slices that are watched; known ones come first, the rest is counted and not watched. */
  readonly maxInstances: number;
  /** A zero denominator over a numerator this large is a breach: money was spent and nobody was won. Decimal, in the numerator's unit (major for money). */
  readonly onZeroDenominator: { readonly numeratorAtLeast: string; readonly severity: Severity } | null;
  readonly noData: NoDataPolicy;
  readonly change: ChangeSpec | null;
  /** Where the limits come from, if they are those of an industry; for texts only. */
  readonly benchmark: { readonly industry: string; readonly typical: string; readonly source: string } | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string | null;
  readonly runbook: string | null;
  /** Changes with the meaning of the rule, not with its uid. */
  readonly definitionHash: string;
}

/** Where a secret is read from; its text is never in a rules file. */
export type SecretSource = { readonly env: string } | { readonly file: string };

interface ChannelBase {
  readonly name: string;
  /** Hosts that may be private, and for webhooks plain http. */
  readonly allowPrivateHosts: readonly string[];
  /** Gets the word of notifications that this one lost for good; null: the log alone says so. */
  readonly fallback: string | null;
}
export type WebhookChannel = ChannelBase & {
  readonly type: 'webhook';
  readonly url: SecretSource | { readonly text: string };
  /** Two during a rotation: both sign. Not used by `format: alertmanager`, which has no signature, when empty. */
  readonly secrets: readonly SecretSource[];
  readonly format: 'standard' | 'alertmanager';
};
/** The URL of a chat channel is a secret itself. */
export type ChatChannel = ChannelBase & { readonly type: 'slack' | 'teams' | 'discord'; readonly url: SecretSource };
export type PagerDutyChannel = ChannelBase & { readonly type: 'pagerduty'; readonly routingKey: SecretSource; readonly url: string };
export type AlertmanagerChannel = ChannelBase & {
  readonly type: 'alertmanager';
  /** Base URL; alerts go to /api/v2/alerts. */
  readonly url: string;
  /** Firing alerts are sent again this often; their endsAt lies three times as far ahead. */
  readonly resendMs: number;
};
export type EmailChannel = ChannelBase & {
  readonly type: 'email';
  readonly host: string;
  readonly port: number;
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly user: string | null;
  readonly password: SecretSource | null;
  readonly from: string;
  readonly to: readonly string[];
};
export type KafkaChannel = ChannelBase & { readonly type: 'kafka'; readonly topic: string };
export type LogChannel = ChannelBase & { readonly type: 'log' };
export type Channel = LogChannel | WebhookChannel | ChatChannel | PagerDutyChannel | AlertmanagerChannel | EmailChannel | KafkaChannel;
export type ChannelType = Channel['type'];

export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly route: Route;
  readonly muteTimings: readonly MuteTiming[];
  readonly inhibitions: readonly Inhibition[];
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
  'not_confident',
  'small_base',
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
  /** End of the first breaching window that led to it: the window before that was the last one without a breach. */
  readonly sinceMs: number;
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
      /** Of the last m windows, oldest first, which breached; only where the rule says n of m. */
      readonly recent: readonly boolean[];
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
  /** Windows in a row without any answer for it; 0 while there is one. */
  readonly missingCount: number;
  /** Lanes that got transitions of its episode: they get its later ones too, whatever the routes say by then. Kept by the monitor, not by `step`. */
  readonly lanes?: readonly Lane[];
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
  /** End of the first breaching window of the episode. */
  readonly episodeSinceMs: number;
  readonly sequence: number;
  readonly severity: Severity;
  readonly previousSeverity: Severity | null;
  readonly windowEndMs: number;
  /** Why, where it was not the value: rule_removed. */
  readonly reason: 'rule_removed' | null;
}

/**
 * How the judging of one rule is going; another axis than its instances' conditions, which an unhealthy rule never changes.
 * BROKEN: it has failed for so long that somebody must look.
 */
export type RuleHealth =
  { readonly state: 'HEALTHY' } | { readonly state: 'NO_DATA' | 'ERROR' | 'BROKEN'; readonly sinceMs: number; readonly reason: string };

/** One number to judge: a KPI's answer, or a pipeline signal made to look like one. */
export interface Reading extends Omit<KpiAnswer, 'slice' | 'unit'> {
  readonly unit: Unit | 'seconds';
  readonly slice: { readonly dimension: string; readonly value: string } | null;
}
