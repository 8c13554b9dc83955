import type { MessageAlert } from '../announce/types.ts';
import type { AlertRecord, Evidence } from '../evaluate/alert-record.ts';
import { alertLine, explainCommand } from './alert-text.ts';
import { changeOf, instant } from './shown-number.ts';

/**
 * One alert for machines; every key is in docs/alerting.md.
 *
 * Holds    numbers are decimal text as published, measures integers as text (minor units for money); all keys are always there
 */
export function alertJson(alert: MessageAlert): object {
  const { record, status, transitions, acknowledgedBy } = alert;
  const { transition, rule, slice, evidence, limit } = record;
  return {
    status,
    kind: transition.kind,
    severity: transition.severity,
    previous_severity: transition.previousSeverity,
    reason: transition.reason,
    transitions: transitions.map(({ id }) => id),
    episode: transition.episode,
    instance: transition.instance,
    sequence: transition.sequence,
    started_at: instant(transition.episodeStartedMs),
    tenant: rule.tenant,
    rule: { uid: rule.uid, name: rule.name },
    labels: rule.labels,
    kpi: rule.kpi,
    slice: slice === null ? null : { dimension: slice.dimension, value: slice.value },
    ...numbersOf(evidence),
    judged: record.judged,
    threshold: limit === null ? null : { comparison: limit.comparison, limit: limit.limit, recovery: limit.recovery },
    sample: sampleOf(record),
    change: rule.change === null ? null : { against: rule.change.against, as: rule.change.as },
    baseline: record.baseline === null ? null : numbersOf(record.baseline),
    moved: movedOf(record),
    drivers: record.explanation?.drivers ?? [],
    backfilled: record.backfilled,
    acknowledged_by: acknowledgedBy,
    summary: alertLine(alert),
    explain: explainCommand(record),
    runbook: rule.runbook,
  };
}

function numbersOf(evidence: Evidence | null): object {
  return {
    value: evidence?.value ?? null,
    value_reason: evidence?.reason ?? null,
    unit: evidence?.unit ?? null,
    currency: evidence?.unit === 'currency' ? evidence.currency : null,
    window: evidence === null ? null : windowOf(evidence),
    measures: evidence?.measures ?? null,
    numerator: evidence?.numerator ?? null,
    denominator: evidence?.denominator ?? null,
    complete_through: evidence === null || evidence.completeThroughMs === null ? null : instant(evidence.completeThroughMs),
    generation: evidence?.generation ?? null,
  };
}

function windowOf({ window }: Evidence): object {
  return { size: window.label, from: instant(window.from), to: instant(window.to), zone: window.zone };
}

function sampleOf({ rule, evidence }: AlertRecord): object | null {
  if (rule.minSample === null || evidence === null) return null;
  return { measure: rule.minSample.measure, value: evidence.measures[rule.minSample.measure] ?? null, at_least: rule.minSample.atLeast };
}

/** Since the window before the first breach. */
function movedOf({ evidence, explanation }: AlertRecord): object | null {
  const lastOk = explanation?.lastOk ?? null;
  if (lastOk === null || evidence === null) return null;
  const measures = Object.entries(evidence.measures).map(([id, after]) => [id, { before: lastOk.measures[id] ?? null, after }] as const);
  return {
    since: windowOf(lastOk),
    value: { before: lastOk.value, after: evidence.value, change: changeOf(lastOk.value, evidence.value) },
    measures: Object.fromEntries(measures),
  };
}
