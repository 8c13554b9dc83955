import { type Rule, type SeverityLimit, severities } from '@vigie/alerting';
import { kpiById } from '@vigie/kpis';
import type { Output } from '../../console/output.ts';
import { count } from '../../console/progress.ts';
import { renderTable } from '../../console/table.ts';
import { durationText, everyText, limitText } from '../words.ts';
import { area, dateAxis, rowOf, scaleOf, sparkline } from './chart.ts';
import type { BacktestReport, RuleBacktest, ToldCounts } from './run-backtest.ts';
import { columnOf, type TimelineColumns } from './timeline.ts';

const rowCount = 8;
/** Slices that get a picture of their own; the table names more, JSON all. */
const pictureCountMax = 3;
const sliceCountMax = 10;
/** Room for the numbers at the left of a chart. */
const gutter = 12;

type Colors = Output['colors'];

export const columnCountFor = (screenWidth: number): number => Math.max(20, Math.min(160, screenWidth - gutter - 2));

/** What a backtest found, rule by rule: what it would have done, a picture of it, whom it would have told. */
export function renderBacktest(report: BacktestReport, { colors }: Pick<Output, 'colors'>): string {
  const { range, rules } = report;
  const head = `${colors.bold('Backtest')} ${day(range.sinceMs)} to ${day(range.untilMs)}, ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}. Numbers are those known today, late events included.`;
  return [head, ...rules.map((rule) => renderRule(rule, report, colors)), ...sweepLines(report, colors), totalLine(report, colors)].join(
    '\n\n',
  );
}

function renderRule(backtest: RuleBacktest, report: BacktestReport, colors: Colors): string {
  const { rule, windowCount, zone } = backtest.history;
  const name = kpiById(rule.kpi)?.names.en ?? rule.kpi;
  const title = `${colors.bold(rule.name)} ${colors.dim(`(${rule.uid})`)}  ${name} over ${rule.size}, every ${everyText(rule.everyMs)}: ${count(windowCount)} windows`;
  if (windowCount === 0) return `${title}\n  no window of it ended in this time and is complete`;
  return [
    title,
    ...summaryLines(backtest, colors),
    '',
    ...pictureLines(backtest, report, colors),
    `${' '.repeat(gutter)}${colors.dim(dateAxis(report.range, zone))}`,
  ].join('\n');
}

function summaryLines({ history, report, notifications }: RuleBacktest, colors: Colors): string[] {
  const { whole, overflowCount } = report;
  const { rule } = history;
  const fired =
    whole.firingCount === 0
      ? colors.green('never fired')
      : `${colors.red(`fired ${times(whole.firingCount)}`)}, ${durationText(whole.firingMs)} in all (${count(Math.round(whole.firingMs / 60_000))} min)`;
  const longest = whole.longest;
  const lines = [
    `  ${fired}${longest === null ? '' : `, longest ${durationText(longest.toMs - longest.fromMs)} from ${minute(longest.fromMs)}${longest.isOpen ? ', still firing' : ''}${longest.slice === null ? '' : ` (${longest.slice})`}`}`,
  ];
  if (whole.flapCount > 0)
    lines.push(
      `  ${colors.yellow(`flapped ${times(whole.flapCount)}`)}: fired again within ${durationText(whole.flapWithinMs)} of being resolved. A wider recovery limit or keep_firing_for calms it.`,
    );
  if (whole.inconclusiveShare > 0)
    lines.push(
      `  inconclusive ${percent(whole.inconclusiveShare)} of ${count(whole.judgementCount)} judgements: ${reasonsText(whole.inconclusive)}`,
    );
  if (overflowCount > 0)
    lines.push(`  ${colors.yellow(`${count(overflowCount)} judgements left out`)}: more slices than max_instances (${rule.maxInstances})`);
  lines.push(`  would have told ${notificationsText(notifications)}`);
  return lines;
}

const reasonsText = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${reason} ${count(n)}`)
    .join(', ');

/** log 88 times (3 firing, 82 repeat, 3 resolved) */
function notificationsText(notifications: ToldCounts): string {
  const told = Object.entries(notifications).map(([channel, kinds]) => {
    const parts = Object.entries(kinds).map(([kind, n]) => `${count(n)} ${kind}`);
    return `${channel} ${times(toldCount(kinds))} (${parts.join(', ')})`;
  });
  return told.length === 0 ? 'nobody' : told.join(', ');
}

const toldCount = (kinds: ToldCounts[string] | undefined): number => Object.values(kinds ?? {}).reduce((sum, n) => sum + n, 0);

function pictureLines(backtest: RuleBacktest, report: BacktestReport, colors: Colors): string[] {
  const { history, timeline } = backtest;
  if (history.rule.groupBy === null)
    return timeline.flatMap((columns) => [...areaLines(columns, history.rule, colors), ...barLines(backtest, { report, columns, colors })]);
  const pictured = picturedSlices(backtest);
  const pictures = pictured.flatMap((columns) => {
    const scale = scaleOf(columns.worst, limitNumbers(history.rule));
    return [`${label(columns.slice ?? '')}${sparkline(columns.worst, scale)}`, ...barLines(backtest, { report, columns, colors })];
  });
  const names = pictured.map(({ slice }) => slice ?? '').join(', ');
  const shown =
    pictured.length < timeline.length ? [colors.dim(`  ${pictured.length} of ${count(timeline.length)} slices shown: ${names}`)] : [];
  return [...sliceTable(backtest, colors), '', ...shown, ...pictures];
}

/** Slices that get a picture: those that fired, the longest first, then those whose value came nearest to alarm. */
export function picturedSlices({
  history,
  report,
  timeline,
}: Pick<RuleBacktest, 'history' | 'report' | 'timeline'>): readonly TimelineColumns[] {
  const isHighBad = history.rule.limits.every(({ comparison }) => comparison === 'at_or_above');
  const firedMs = new Map(report.slices.map(({ slice, firingCount, firingMs }) => [slice, firingCount === 0 ? -1 : firingMs]));
  const ranked = timeline.map((columns) => {
    const values = columns.worst.filter((value) => value !== null);
    const extreme = Math.max(...values.map((value) => (isHighBad ? value : -value)));
    return { columns, extreme, firedMs: firedMs.get(columns.slice) ?? -1 };
  });
  return ranked
    .toSorted((a, b) => b.firedMs - a.firedMs || (a.extreme === b.extreme ? 0 : b.extreme - a.extreme))
    .slice(0, pictureCountMax)
    .map(({ columns }) => columns);
}

function sliceTable({ history, report }: RuleBacktest, colors: Colors): string[] {
  const shown = report.slices.slice(0, sliceCountMax);
  const rows = shown.map((slice) => [
    slice.slice ?? '',
    count(slice.firingCount),
    durationText(slice.firingMs),
    slice.longest === null ? '' : durationText(slice.longest.toMs - slice.longest.fromMs),
    count(slice.flapCount),
    percent(slice.inconclusiveShare),
  ]);
  const right = { align: 'right' as const };
  const columns = [
    { title: history.rule.groupBy ?? '' },
    { title: 'fired', ...right },
    { title: 'firing for', ...right },
    { title: 'longest', ...right },
    { title: 'flaps', ...right },
    { title: 'inconclusive', ...right },
  ];
  const more = report.slices.length - shown.length;
  const table = renderTable(columns, rows, colors.dim).replaceAll(/^/gm, '  ');
  return more > 0 ? [table, `  ... and ${more} more; --json lists all`] : [table];
}

/** The area of the values; limits are lines through it. */
function areaLines(columns: TimelineColumns, rule: Rule, colors: Colors): string[] {
  if (columns.worst.every((value) => value === null)) return [`${label('')}${colors.dim('no window has a value')}`];
  const scale = scaleOf(columns.worst, limitNumbers(rule));
  const lines = new Map<number, SeverityLimit>();
  for (const level of rule.limits) lines.set(rowOf(Number(level.limit), scale, rowCount), level);
  return area(columns.worst, scale, rowCount).map((cells, row) => {
    const level = lines.get(row);
    const edge = row === 0 ? numberText(scale.high) : row === rowCount - 1 ? numberText(scale.low) : '';
    const text = cells.map((cell) => (cell === ' ' && level !== undefined ? '╌' : cell)).join('');
    if (level === undefined) return `${colors.dim(label(edge))}${colors.cyan(text)}`;
    return `${colors.red(label(`${level.limit} ${level.severity.slice(0, 4)}`))}${text.replaceAll(/╌+/g, (run) => colors.red(run)).replaceAll(/[▁-█]+/g, (run) => colors.cyan(run))}`;
  });
}

/** One bar per severity that fired, and one for what could not be judged. */
function barLines(backtest: RuleBacktest, at: { report: BacktestReport; columns: TimelineColumns; colors: Colors }): string[] {
  const { report, columns, colors } = at;
  const { range } = report;
  const lines: string[] = [];
  for (const severity of severities.toReversed()) {
    const spans = backtest.report.spans.filter((span) => span.severity === severity && span.slice === columns.slice);
    if (spans.length === 0) continue;
    const cells = Array<string>(range.columnCount).fill(' ');
    for (const { fromMs, toMs } of spans) cells.fill('█', columnOf(range, fromMs), columnOf(range, toMs) + 1);
    const color = severity === 'critical' ? colors.red : severity === 'warning' ? colors.yellow : colors.blue;
    lines.push(`${label(severity)}${color(cells.join('').trimEnd())}`);
  }
  if (columns.isUnknown.includes(true)) {
    const cells = columns.isUnknown.map((isUnknown) => (isUnknown ? '░' : ' ')).join('');
    lines.push(colors.dim(`${label('no verdict')}${cells.trimEnd()}`));
  }
  return lines;
}

function sweepLines({ sweep, rules }: BacktestReport, colors: Colors): string[] {
  if (sweep === null) return [];
  const { uid, severity } = sweep.asked;
  const { rule } = rules.find(({ history }) => history.rule.uid === uid)!.history;
  const level = rule.limits.find((one) => one.severity === severity)!;
  const channels = [...new Set(sweep.steps.flatMap(({ notifications }) => Object.keys(notifications)))].toSorted();
  const right = { align: 'right' as const };
  const columns = ['limit', 'recovery', 'fired', 'firing for', 'minutes', 'longest', 'flaps', ...channels].map((title) => ({
    title,
    ...right,
  }));
  const rows = sweep.steps.map(({ limit, recovery, isCurrent, summary, notifications }) => {
    const cells = [
      ...[limit, recovery, count(summary.firingCount), durationText(summary.firingMs), count(Math.round(summary.firingMs / 60_000))],
      summary.longest === null ? '' : durationText(summary.longest.toMs - summary.longest.fromMs),
      ...[count(summary.flapCount), ...channels.map((channel) => count(toldCount(notifications[channel])))],
    ];
    return isCurrent ? [...cells.map((cell) => colors.bold(cell)), colors.bold('<- now')] : cells;
  });
  const head = `${colors.bold('Sweep')} of ${severity} in ${rule.name}, ${limitText(level, kpiById(rule.kpi)?.unit ?? 'count')} now, with this limit alone:`;
  return [`${head}\n${renderTable([...columns, { title: '' }], rows, colors.dim).replaceAll(/^/gm, '  ')}`];
}

function totalLine({ notifications, completeThroughMs, generation, rules }: BacktestReport, colors: Colors): string {
  const total =
    rules.length === 1 ? 'Nothing was sent.' : `All rules together would have told ${notificationsText(notifications)}. Nothing was sent.`;
  const through =
    completeThroughMs === null ? '' : ` ClickHouse was complete through ${minute(completeThroughMs)}, generation ${generation}.`;
  return `${total}${colors.dim(through)}`;
}

const limitNumbers = (rule: Rule): number[] => rule.limits.map(({ limit }) => Number(limit));
const label = (text: string): string => {
  const room = gutter - 1;
  return `${(text.length > room ? `${text.slice(0, room - 1)}…` : text).padStart(room)} `;
};
const numberText = (value: number): string => (Math.abs(value) >= 1000 ? count(Math.round(value)) : value.toFixed(2));
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${count(n)} times`);
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;
