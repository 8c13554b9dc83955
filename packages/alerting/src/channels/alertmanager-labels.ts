import { labelsOf } from '../announce/labels.ts';
import type { MessageAlert } from '../announce/types.ts';
import type { Severity } from '../types.ts';
import { alertLine, explainCommand, whyLines } from './alert-text.ts';
import { shownJudged, shownValue } from './shown-number.ts';

/**
 * An alert's labels as Alertmanager takes them: they are its identity there.
 *
 * Holds    names are [a-zA-Z_][a-zA-Z0-9_]*, values not empty; alertname is the uid, which a new name of the rule does not change
 */
export function alertmanagerLabels({ record }: MessageAlert, severity: Severity): Readonly<Record<string, string>> {
  const { name: _name, ...labels } = labelsOf(record.rule, record.slice, severity);
  const known = Object.entries(labels).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(known.map(([label, value]) => [labelName(label), value.toWellFormed()])), alertname: record.rule.uid };
}

export function labelName(label: string): string {
  return label.replaceAll(/[^a-zA-Z0-9_]/gu, '_').replace(/^(?=\d)/u, '_');
}

/** What may change while an alert fires. */
export function alertmanagerAnnotations(alert: MessageAlert): Readonly<Record<string, string>> {
  const { record } = alert;
  const { rule, evidence, limit } = record;
  const annotations = {
    title: rule.name,
    summary: alertLine(alert),
    description: whyLines(alert).join('\n'),
    value: shownValue(evidence),
    threshold: limit === null ? '' : shownJudged(limit.limit, record),
    explain: explainCommand(record) ?? '',
    runbook_url: rule.runbook ?? '',
  };
  return Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== ''));
}
