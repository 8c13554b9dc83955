import type { Unit } from '@vigie/kpis';
import { limitOf, type AlertRecord } from '../evaluate/alert-record.ts';
import { notificationId } from '../ids.ts';
import { fillTemplate, type TemplateName } from './template.ts';
import type { TransitionKind } from '../types.ts';

/** One transition for one channel, rendered: what the outbox keeps and every attempt sends unchanged. */
export interface Notification {
  readonly id: string;
  readonly channel: string;
  readonly kind: TransitionKind;
  readonly episode: string;
  readonly transition: string;
  readonly body: string;
  readonly text: string;
}

/**
 * Renders a transition for a channel.
 *
 * Shapes   body: JSON in the form of Standard Webhooks, { type: "alert.firing", timestamp, data }; text: one line for people
 * Holds    the same record gives the same bytes, and numbers are decimal text as published
 */
export function renderNotification(record: AlertRecord, channel: string): Notification {
  const { transition } = record;
  const text = textOf(record);
  return {
    id: notificationId(transition.id, transition.kind, channel),
    channel,
    kind: transition.kind,
    episode: transition.episode,
    transition: transition.id,
    body: JSON.stringify(bodyOf(record, text)),
    text,
  };
}

function bodyOf(record: AlertRecord, text: string): object {
  const { transition, rule, slice, evidence } = record;
  const level = limitOf(rule, transition.severity);
  return {
    type: `alert.${transition.kind}`,
    timestamp: instant(transition.windowEndMs),
    data: {
      transition: transition.id,
      episode: transition.episode,
      instance: transition.instance,
      sequence: transition.sequence,
      kind: transition.kind,
      reason: transition.reason,
      severity: transition.severity,
      previous_severity: transition.previousSeverity,
      started_at: instant(transition.episodeStartedMs),
      tenant: rule.tenant,
      rule: { uid: rule.uid, name: rule.name },
      labels: rule.labels,
      kpi: rule.kpi,
      slice,
      value: evidence?.value ?? null,
      value_reason: evidence?.reason ?? null,
      unit: evidence?.unit ?? null,
      currency: evidence?.unit === 'currency' ? evidence.currency : null,
      threshold: level === null ? null : { comparison: level.comparison, limit: level.limit, recovery: level.recovery },
      window:
        evidence === null
          ? null
          : {
              size: evidence.window.label,
              from: instant(evidence.window.from),
              to: instant(evidence.window.to),
              zone: evidence.window.zone,
            },
      sample: sampleOf(record),
      measures: evidence?.measures ?? null,
      numerator: evidence?.numerator ?? null,
      denominator: evidence?.denominator ?? null,
      complete_through: completeThrough(record),
      generation: evidence?.generation ?? null,
      backfilled: record.backfilled,
      summary: text,
      runbook: rule.runbook,
    },
  };
}

function sampleOf({ rule, evidence }: AlertRecord): object | null {
  if (rule.minSample === null || evidence === null) return null;
  return { measure: rule.minSample.measure, value: evidence.measures[rule.minSample.measure] ?? null, at_least: rule.minSample.atLeast };
}

function textOf(record: AlertRecord): string {
  const { transition, rule } = record;
  const head = transition.kind === 'resolved' ? 'RESOLVED' : `${transition.kind.toUpperCase()} ${transition.severity}`;
  if (transition.reason === 'rule_removed') return `[${head}] ${rule.name}${sliceText(record)}: the rule was removed or regrouped`;
  const values = templateValues(record);
  const summary = rule.summary === null ? null : fillTemplate(rule.summary, values);
  const late = record.backfilled ? ' (judged late)' : '';
  return `[${head}] ${summary === null ? builtInText(record, values) : `${summary}${sliceText(record)}`}${late}`;
}

function builtInText(record: AlertRecord, values: Readonly<Record<TemplateName, string>>): string {
  const sample = values.sample === '' ? '' : `, sample ${values.sample}`;
  return `${values.rule}${sliceText(record)} is ${values.value} (limit ${values.threshold}) over ${values.window} to ${values.to}${sample}`;
}

function sliceText({ slice }: AlertRecord): string {
  return slice === null ? '' : ` [${slice.dimension}=${slice.value}]`;
}

function templateValues(record: AlertRecord): Readonly<Record<TemplateName, string>> {
  const { transition, rule, slice, evidence } = record;
  const level = limitOf(rule, transition.severity);
  const shown = (number: string): string => (evidence === null ? number : withUnit(number, evidence));
  return {
    rule: rule.name,
    kpi: rule.kpi,
    tenant: rule.tenant,
    slice: slice?.value ?? 'all',
    severity: transition.severity,
    value: evidence === null ? 'unknown' : evidence.value === null ? `no value (${evidence.reason ?? 'unknown'})` : shown(evidence.value),
    threshold: level === null ? 'removed' : shown(level.limit),
    window: evidence?.window.label ?? rule.size,
    from: evidence === null ? 'unknown' : instant(evidence.window.from),
    to: instant(transition.windowEndMs),
    sample: rule.minSample === null ? '' : (evidence?.measures[rule.minSample.measure] ?? 'unknown'),
    complete_through: completeThrough(record) ?? 'unknown',
  };
}

function withUnit(number: string, { unit, currency }: { unit: Unit; currency: string }): string {
  if (unit === 'percent') return `${number}%`;
  return unit === 'currency' ? `${number} ${currency}` : number;
}

function completeThrough({ evidence }: AlertRecord): string | null {
  const ms = evidence?.completeThroughMs ?? null;
  return ms === null ? null : instant(ms);
}

/** Seconds are enough: windows end on minutes. */
function instant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
