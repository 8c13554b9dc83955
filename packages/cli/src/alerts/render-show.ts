import {
  type AlertRecord,
  changeOf,
  changeWithUnit,
  type DriverTable,
  explainCommand,
  plainText,
  shownMeasure,
  shownValue,
  withUnit,
} from '@vigie/alerting';
import type { Output } from '../console/output.ts';
import { renderTable } from '../console/table.ts';
import { recordLine } from './record-line.ts';
import { judgedText, limitText, measuredOf, zonedText } from './words.ts';

type Colors = Output['colors'];

/** The latest instant that a date can be; what is complete by nature says a later one. */
const lastInstantMs = 8_640_000_000_000_000;

/** What one transition says: the numbers, how they moved, what moved them, and how to look further. */
export function recordText(record: AlertRecord, at: { zone: string; currency: string }, colors: Colors): string {
  const facts = factsOf(record, at).map(([name, text]) => `  ${colors.dim(name.padEnd(12))} ${text}`);
  const drivers = (record.explanation?.drivers ?? []).map((table) => driverText(table, record, colors));
  return [facts.join('\n'), ...movedText(record, at, colors), ...drivers].join('\n\n');
}

function factsOf(record: AlertRecord, { zone, currency }: { zone: string; currency: string }): [string, string][] {
  const { rule, evidence, limit, baseline } = record;
  const measured = measuredOf(rule, currency);
  const facts: [string, string][] = [['value', judgedText(record)]];
  if (limit !== null) facts.push(['limit', `${limitText(limit, record, measured)} (${limit.severity})`]);
  if (baseline !== null)
    facts.push(['compared', `${shownValue(baseline)} in the window to ${zonedText(baseline.window.to, baseline.window.zone)}`]);
  if (evidence !== null) {
    facts.push([
      'window',
      `${evidence.window.label || rule.size}, ${zonedText(evidence.window.from, zone)} to ${zonedText(evidence.window.to, zone)}`,
    ]);
    if (rule.minSample !== null) {
      const sample = evidence.measures[rule.minSample.measure] ?? 'unknown';
      facts.push(['sample', `${sample} ${rule.minSample.measure} (the rule asks for ${rule.minSample.atLeast} at least)`]);
    }
    facts.push(['complete', completeText(evidence.completeThroughMs, zone)]);
  }
  if (rule.benchmark !== null)
    facts.push(['benchmark', `typical in ${plainText(rule.benchmark.industry)}: ${plainText(rule.benchmark.typical)}`]);
  if (record.backfilled) facts.push(['judged', 'late, after an interruption of the monitor or of its numbers']);
  const explain = explainCommand(record);
  if (explain !== null) facts.push(['explain', explain]);
  if (rule.runbook !== null) facts.push(['runbook', plainText(rule.runbook)]);
  return facts;
}

function completeText(throughMs: number | null, zone: string): string {
  if (throughMs === null) return 'not known';
  return throughMs > lastInstantMs ? "Vigie's own signal, of that moment" : `through ${zonedText(throughMs, zone)}`;
}

function movedText(record: AlertRecord, { zone }: { zone: string }, colors: Colors): string[] {
  const { evidence, explanation, rule } = record;
  const lastOk = explanation?.lastOk ?? null;
  if (lastOk === null || evidence === null) return [];
  const shown = (id: string, amount: string | undefined): string =>
    amount === undefined ? '?' : shownMeasure(id, amount, { kpi: rule.kpi, currency: evidence.currency });
  const difference = (id: string, after: string): string => {
    const before = lastOk.measures[id];
    if (before === undefined) return '';
    const moved = BigInt(after) - BigInt(before);
    return `${moved > 0n ? '+' : ''}${shown(id, String(moved))}`;
  };
  const change = changeOf(lastOk.value, evidence.value);
  const rows = [
    [rule.kpi, shownValue(lastOk), shownValue(evidence), change === null ? '' : changeWithUnit(change, evidence)],
    ...Object.entries(evidence.measures).map(([id, after]) => [
      id,
      shown(id, lastOk.measures[id]),
      shown(id, after),
      difference(id, after),
    ]),
  ];
  const columns = [{ title: '' }, ...['before', 'now', 'change'].map((title) => ({ title, align: 'right' as const }))];
  const title = `How it moved since the window before it began, which ended ${zonedText(lastOk.window.to, zone)}:`;
  return [`${colors.bold(title)}\n${indented(renderTable(columns, rows, colors.dim))}`];
}

/** Contributions add up to the change, to the last digit. */
function driverText({ dimension, before, after, change, rows }: DriverTable, { evidence }: AlertRecord, colors: Colors): string {
  const measured = evidence ?? { unit: 'count' as const, currency: '' };
  const value = (decimal: string | null): string => (decimal === null ? 'no value' : withUnit(decimal, measured));
  const cells = rows.map((row) => [plainText(row.slice), value(row.before), value(row.after), changeWithUnit(row.contribution, measured)]);
  const columns = [{ title: dimension }, ...['before', 'now', 'contribution'].map((title) => ({ title, align: 'right' as const }))];
  const whole = ['the whole', value(before), value(after), changeWithUnit(change, measured)].map((text) => colors.bold(text));
  return `${colors.bold(`What moved it, by ${dimension}:`)}\n${indented(renderTable(columns, [...cells, whole], colors.dim))}`;
}

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

/** The transitions of one instance, the newest last. */
export function transitionsText(records: readonly AlertRecord[], at: { nowMs: number; zone: string }, colors: Colors): string {
  const lines = records.toReversed().map((record) => `  ${recordLine(record, at, colors)}`);
  return `${colors.bold('What happened:')}\n${lines.join('\n')}`;
}
