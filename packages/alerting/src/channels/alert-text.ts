import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { MessageAlert } from '../announce/types.ts';
import { cutText, plainText } from './plain-text.ts';
import { changeOf, changeWithUnit, instant, shownJudged, shownMeasure, shownValue } from './shown-number.ts';
import { fillTemplate, type TemplateName } from './template.ts';

/** A slice's value comes with the data and may be of any length. */
const sliceShownMax = 120;
const lineLengthMax = 1_200;
/** Of each dimension, so many of the slices that moved the value most. */
const driversShownMax = 3;

/** [FIRING critical] Acquisition cost [channel=paid_search]. */
export function alertTitle(alert: MessageAlert): string {
  return `${headOf(alert)} ${plainText(alert.record.rule.name)}${sliceText(alert.record)}`;
}

/**
 * One alert in one line: the rule's own summary, or the built-in text where there is none or it names something unknown.
 *
 * Holds    one line, whatever the data hold; a broken summary never costs the alert
 */
export function alertLine(alert: MessageAlert): string {
  const { record } = alert;
  if (record.transition.reason === 'rule_removed') return `${alertTitle(alert)}: the rule was removed or regrouped`;
  const values = templateValues(record);
  const summary = record.rule.summary === null ? null : fillTemplate(record.rule.summary, values);
  const late = record.backfilled ? ' (judged late)' : '';
  const said =
    summary === null
      ? `${plainText(record.rule.name)}${sliceText(record)} ${builtInText(record, values)}`
      : `${plainText(summary)}${sliceText(record)}`;
  return `${headOf(alert)} ${cutText(said, lineLengthMax)}${late}`;
}

/** Why it is told, one thing per line: numbers behind the value, how they moved, what moved them, and how to look further. */
export function whyLines(alert: MessageAlert): readonly string[] {
  const { record, acknowledgedBy } = alert;
  const explain = explainCommand(record);
  return [
    basisLine(record),
    movedLine(record),
    ...driverLines(record),
    acknowledgedBy === null ? null : `acknowledged by ${plainText(acknowledgedBy)}`,
    explain === null ? null : `explain: ${explain}`,
  ].filter((line) => line !== null);
}

/** What shows the numbers of the window in full; null where no KPI was measured. */
export function explainCommand({ rule, evidence }: AlertRecord): string | null {
  if (rule.kind !== 'kpi' || evidence === null) return null;
  const by = rule.groupBy === null ? '' : ` --by ${rule.groupBy}`;
  return `vigie kpi explain ${rule.kpi} --window ${instant(evidence.window.from)}..${instant(evidence.window.to)}${by} --tenant ${rule.tenant}`;
}

function headOf({ status, record, transitions }: MessageAlert): string {
  if (status === 'resolved') return '[RESOLVED]';
  const { kind, severity } = record.transition;
  const isKnown = transitions.length === 0 || transitions.some((transition) => transition.kind === 'firing');
  return `[${isKnown ? 'FIRING' : kind.toUpperCase()} ${severity}]`;
}

function sliceText({ slice }: AlertRecord): string {
  return slice === null ? '' : ` [${slice.dimension}=${shownSlice(slice.value)}]`;
}

function shownSlice(value: string): string {
  return cutText(plainText(value), sliceShownMax);
}

function builtInText(record: AlertRecord, values: Readonly<Record<TemplateName, string>>): string {
  const { rule, judged, baseline, evidence } = record;
  // A signal is of a moment: it has no window to speak of.
  const over = rule.kind === 'pipeline' ? `at ${values.to}` : `over ${values.window} to ${values.to}`;
  const is = evidence !== null && evidence.value === null ? 'has' : 'is';
  if (rule.change === null) return `${is} ${values.value} (limit ${values.threshold}) ${over}`;
  const moved = judged === null ? 'has no comparable change' : `moved by ${shownJudged(judged, record)} to ${values.value}`;
  const against = rule.change.against.replaceAll('_', ' ');
  return `${moved} (limit ${values.threshold} against ${against}, ${shownValue(baseline)}) ${over}`;
}

function basisLine({ rule, evidence }: AlertRecord): string | null {
  if (evidence === null) return null;
  const { minSample } = rule;
  const sample =
    minSample === null
      ? []
      : [`sample ${evidence.measures[minSample.measure] ?? 'unknown'} ${minSample.measure} (at least ${minSample.atLeast})`];
  const complete = evidence.completeThroughMs === null ? 'completeness unknown' : `complete through ${instant(evidence.completeThroughMs)}`;
  const benchmark =
    rule.benchmark === null ? [] : [`typical in ${plainText(rule.benchmark.industry)}: ${plainText(rule.benchmark.typical)}`];
  return [...sample, complete, ...benchmark].join(', ');
}

function movedLine({ rule, evidence, explanation }: AlertRecord): string | null {
  const lastOk = explanation?.lastOk ?? null;
  if (lastOk === null || evidence === null) return null;
  const change = changeOf(lastOk.value, evidence.value);
  const shownChange = change === null ? '' : ` (${changeWithUnit(change, evidence)})`;
  const measures = Object.entries(evidence.measures).flatMap(([id, after]) => {
    const before = lastOk.measures[id];
    if (before === undefined || before === after) return [];
    const shown = (amount: string) => shownMeasure(id, amount, { kpi: rule.kpi, currency: evidence.currency });
    return [`; ${id} ${shown(before)} → ${shown(after)}`];
  });
  return `since the window before it began (to ${instant(lastOk.window.to)}): ${shownValue(lastOk)} → ${shownValue(evidence)}${shownChange}${measures.join('')}`;
}

function driverLines({ evidence, explanation }: AlertRecord): readonly string[] {
  if (explanation === null || evidence === null) return [];
  return explanation.drivers.flatMap(({ dimension, change, rows }) => {
    const shown = rows
      .filter(({ contribution }) => /[1-9]/.test(contribution))
      .slice(0, driversShownMax)
      .map(({ slice, contribution }) => `${shownSlice(slice)} ${changeWithUnit(contribution, evidence)}`);
    return shown.length === 0 ? [] : [`of ${changeWithUnit(change, evidence)} by ${dimension}: ${shown.join(', ')}`];
  });
}

function templateValues(record: AlertRecord): Readonly<Record<TemplateName, string>> {
  const { transition, rule, slice, evidence, limit } = record;
  const completeThroughMs = evidence?.completeThroughMs ?? null;
  return {
    rule: rule.name,
    kpi: rule.kpi,
    tenant: rule.tenant,
    slice: slice === null ? 'all' : shownSlice(slice.value),
    severity: transition.severity,
    value: shownValue(evidence),
    threshold: limit === null ? 'removed' : shownJudged(limit.limit, record),
    window: evidence?.window.label ?? rule.size,
    from: evidence === null ? 'unknown' : instant(evidence.window.from),
    to: instant(transition.windowEndMs),
    sample: rule.minSample === null ? '' : (evidence?.measures[rule.minSample.measure] ?? 'unknown'),
    complete_through: completeThroughMs === null ? 'unknown' : instant(completeThroughMs),
  };
}
