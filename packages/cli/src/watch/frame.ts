import { plainText } from '@vigie/alerting';
import type { SettingsBook } from '@vigie/kpis';
import type { Alert } from '../alerts/alerts-of.ts';
import type { Board } from '../alerts/board.ts';
import { countsText } from '../alerts/render-list.ts';
import { judgedText, limitText, measuredOf, momentText, plural, sliceText } from '../alerts/words.ts';
import { scaleOf, sparkline } from '../rules/backtest/chart.ts';
import { durationText } from '../rules/words.ts';
import { gauge } from './gauge.ts';
import { firstRows, type KpiRow } from './kpi-rows.ts';
import { cutLine, fit, type Line, type Span, span, type Tone } from './spans.ts';
import { filtered, selectedOf, type UiState } from './ui-state.ts';

/** Everything that is true at one moment. */
export interface WatchModel {
  /** When it was read. */
  readonly readMs: number;
  readonly zone: string;
  readonly settings: SettingsBook;
  /** null: not known yet. */
  readonly completeThroughMs: number | null;
  readonly kpis: readonly KpiRow[];
  /** Slices and rules without a line. */
  readonly moreKpiCount: number;
  readonly board: Board;
  readonly alerts: readonly Alert[];
  readonly shortOf: (id: string) => string;
}

export interface Screen {
  readonly width: number;
  /** Lines that there is room for; Infinity where it is printed. */
  readonly height: number;
}

/** What is wrong with the reading itself. */
export interface Trouble {
  readonly sinceMs: number;
  readonly text: string;
}

export interface FrameInput {
  readonly model: WatchModel;
  readonly ui: UiState;
  readonly trouble: Trouble | null;
  readonly nowMs: number;
  readonly screen: Screen;
}

/**
 * The whole screen.
 *
 * Holds    never more lines than there is room for, none wider than the screen; the chosen alert is among those shown
 */
export function frame(input: FrameInput): readonly Line[] {
  const { model, ui, screen } = input;
  const head = [statusLine(input), ...troubleLines(input)];
  const foot = footLines(ui, screen.width);
  const room = screen.height - head.length - foot.length;
  // What alerts leave empty is for KPIs too.
  const alertCount = Math.max(1, filtered(model.alerts, ui.filter).length) + 1;
  const kpiRoom = Math.max(1, Math.min(model.kpis.length + 1, Math.max(Math.floor((room - 1) * 0.6), room - 1 - alertCount)));
  const kpis = kpiLines(model, { width: screen.width, rowCount: Number.isFinite(room) ? kpiRoom : Infinity });
  const alerts = alertLines(input, room - kpis.length - 1);
  const lines = [...head, ...kpis, [span('')], ...alerts];
  const kept = lines.slice(0, Math.max(1, screen.height - foot.length));
  return [...kept, ...foot].slice(0, screen.height).map((line) => cutLine(line, screen.width));
}

function statusLine({ model, nowMs, screen }: FrameInput): Line {
  const clock = (ms: number): string => clockText(ms, model.zone);
  const { completeThroughMs } = model;
  const health =
    completeThroughMs === null
      ? span('numbers are not complete yet', 'warn')
      : lagSpan(Math.max(0, nowMs - completeThroughMs), screen.width < narrowWidth ? '' : `complete through ${clock(completeThroughMs)}, `);
  return [span('Vigie ', 'bold'), span(`${clock(nowMs)} ${model.zone}  `), health];
}

const clockText = (ms: number, zone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' }).format(ms);

/** Below this there is no room for whole sentences. */
const narrowWidth = 96;

const lateMs = 60_000;
function lagSpan(lagMs: number, through: string): Span {
  const text = lagMs < 10_000 ? `${(lagMs / 1_000).toFixed(1)} s` : durationText(lagMs);
  return span(`numbers ${through}${text} behind`, lagMs > lateMs ? 'bad' : 'good');
}

function troubleLines({ trouble, model, nowMs }: FrameInput): readonly Line[] {
  const lines: Line[] = [];
  if (trouble !== null) {
    lines.push([
      span(
        `no answer for ${durationText(Math.max(1_000, nowMs - trouble.sinceMs))}, this is as of ${clockText(model.readMs, model.zone)}: ${trouble.text}`,
        'bad',
      ),
    ]);
  }
  for (const {
    uid,
    state: { health },
  } of model.board.rules) {
    if (health.state === 'HEALTHY' || lines.length >= 3) continue;
    lines.push([span(`rule ${uid} is ${health.state}: ${plainText(health.reason)}`, health.state === 'NO_DATA' ? 'warn' : 'bad')]);
  }
  return lines;
}

/** Columns go from the right where the screen is narrow: name, value and verdict stay. */
function columnsOf(width: number, nameLength: number): { name: number; value: number; change: number; spark: number; gauge: number } {
  // What is left of the width is the name's; the end is kept for the verdict. Pictures shrink before a name is cut, then the change goes.
  if (width - 100 >= nameLength || width >= 160) return { name: width - 100, value: 16, change: 20, spark: 16, gauge: 16 };
  if (width >= 120 && width - 86 >= nameLength) return { name: width - 86, value: 16, change: 18, spark: 8, gauge: 12 };
  if (width >= 96 && width - 72 < nameLength) return { name: width - 62, value: 16, change: 0, spark: 8, gauge: 12 };
  if (width >= 96) return { name: width - 72, value: 16, change: 0, spark: 14, gauge: 16 };
  if (width >= 72) return { name: width - 48, value: 14, change: 0, spark: 12, gauge: 0 };
  return { name: Math.max(10, width - 34), value: 14, change: 0, spark: 0, gauge: 0 };
}

function kpiLines(model: WatchModel, { width, rowCount }: { width: number; rowCount: number }): readonly Line[] {
  const shownCount = model.kpis.length + 1 > rowCount ? Math.max(0, rowCount - 1) : model.kpis.length;
  const shown = firstRows(model.kpis, shownCount);
  const columns = columnsOf(width, Math.max(0, ...shown.map((row) => nameOf(row).join('').length)));
  const left = model.kpis.length - shownCount + model.moreKpiCount;
  const legend = columns.gauge > 0 ? '   ● now  ░ recovers  │ warning  ┃ critical' : '';
  const more = left > 0 ? `, ${left} more` : '';
  const title: Line = [span('KPIs that rules watch', 'bold'), span(`${more}${legend}`, 'dim')];
  if (model.kpis.length === 0) return [title, [span('  no rule watches a KPI', 'dim')]];
  return [title, ...shown.map((row) => kpiLine(row, columns))];
}

function kpiLine(row: KpiRow, columns: ReturnType<typeof columnsOf>): Line {
  const [ruleName, sliceName] = nameOf(row);
  const name = fitName(ruleName, sliceName, columns.name);
  const cells: Line[] = [
    [span(`  ${name} `)],
    [span(`${fit(row.rule.size, 4, 'right')} `, 'dim')],
    [span(fit(row.value, columns.value, 'right'), row.tone)],
  ];
  if (columns.change > 0)
    cells.push([
      span(
        `  ${fit(row.change === '' || row.rule.change !== null ? row.change : `${row.change} in ${durationText(row.changeMs)}`, columns.change)}`,
        'dim',
      ),
    ]);
  if (columns.spark > 0) cells.push([span('  '), span(fit(sparkOf(row, columns.spark), columns.spark), row.tone)]);
  if (columns.gauge > 0) cells.push([span('  '), ...gauge({ judged: row.judged, limits: row.limits, width: columns.gauge }, row.tone)]);
  cells.push([span(`  ${row.verdict}`, row.tone)]);
  return cells.flat();
}

const nameOf = ({ rule, slice }: KpiRow): [string, string] => [plainText(rule.name), slice === null ? '' : `: ${plainText(slice.value)}`];

function sparkOf({ spark }: KpiRow, width: number): string {
  const values = spark.slice(-width);
  return sparkline(values, scaleOf(values, []));
}

/** A rule's name and its slice: where both have no room, the name is cut, because slices of one rule differ by nothing else. */
function fitName(name: string, slice: string, width: number): string {
  const nameRoom = Math.max(Math.ceil(width / 3), width - Array.from(slice).length);
  return fit(`${fit(name, nameRoom).trimEnd()}${slice}`, width);
}

const severityTones: Readonly<Record<Alert['severity'], Tone>> = { info: 'mild', warning: 'warn', critical: 'bad' };

function alertLines({ model, ui, nowMs, screen }: FrameInput, room: number): readonly Line[] {
  const shown = filtered(model.alerts, ui.filter);
  const filter = ui.filter === '' ? '' : `  filter: ${ui.filter} (${shown.length} of ${model.alerts.length}; escape clears)`;
  const title: Line = [span(`Alerts: ${countsText(model.alerts)}`, 'bold'), span(filter, 'note')];
  if (shown.length === 0) return [title, [span(emptyText(model), 'dim')]];
  const selected = selectedOf(ui, model.alerts);
  const at = shown.findIndex((alert) => alert === selected);
  const rowCount = Math.max(1, room - 1);
  const from = Number.isFinite(rowCount) ? Math.max(0, Math.min(at - Math.floor(rowCount / 2), shown.length - rowCount)) : 0;
  const rows = Number.isFinite(rowCount) ? shown.slice(from, from + rowCount) : shown;
  const isChoosing = Number.isFinite(screen.height);
  return [
    title,
    ...rows.map((alert) => alertLine(alert, { model, nowMs, width: screen.width, isChosen: isChoosing && alert === selected })),
  ];
}

function emptyText({ board, zone, alerts }: WatchModel): string {
  if (alerts.length > 0) return '  none that the filter lets through';
  const judged = board.rules.filter(({ state }) => state.evaluatedToMs !== null);
  if (judged.length === 0) return '  no rule was judged yet; is the monitor running?';
  const lastMs = Math.max(...judged.map(({ state }) => state.evaluatedToMs ?? 0));
  return `  ${plural(judged.length, 'rule')} judged, the last window ended ${momentText(lastMs, { nowMs: board.nowMs, zone })}`;
}

interface AlertPlace {
  readonly model: WatchModel;
  readonly nowMs: number;
  readonly width: number;
  readonly isChosen: boolean;
}

function alertLine(alert: Alert, { model, nowMs, width, isChosen }: AlertPlace): Line {
  const { rule, slice, record, limit, state, severity } = alert;
  const isNarrow = width < narrowWidth;
  const nameWidth = width >= 120 ? 44 : Math.max(14, Math.min(44, width - (isNarrow ? 46 : 62)));
  const sliceName = slice === null ? '' : isNarrow ? `: ${plainText(slice.value)}` : ` ${sliceText(slice)}`;
  const word = state === 'FIRING' ? severity.toUpperCase() : state;
  const measured = measuredOf(rule, model.settings.of(rule.tenant).currency);
  const limits = limit === null ? '' : `limit ${limitText(limit, record ?? { rule, evidence: null }, measured)}`;
  const numbers = [record === null ? '' : judgedText(record), limits].filter((part) => part !== '').join(', ');
  return [
    span(isChosen ? '> ' : '  ', isChosen ? 'chosen' : 'plain'),
    span(fit(word, 11), state === 'FIRING' ? severityTones[severity] : state === 'PENDING' ? 'warn' : 'good'),
    span(fitName(plainText(rule.name), sliceName, nameWidth), isChosen ? 'bold' : 'plain'),
    span(` ${fit(durationText(Math.max(0, nowMs - alert.sinceMs)), 11, 'right')}  `),
    ...marksOf(alert),
    span(`${numbers}  `, 'dim'),
    span(model.shortOf(alert.episode ?? alert.instance.id), 'dim'),
  ];
}

function marksOf({ acknowledgement, silence, inhibitedBy, channels }: Alert): Line {
  const lost = channels.filter(({ kind }) => kind === 'lost' || kind === 'off').length;
  return [
    ...(acknowledgement === null ? [] : [span(`ack ${plainText(acknowledgement.author)}  `, 'note')]),
    ...(silence === null ? [] : [span('silenced  ', 'note')]),
    ...(inhibitedBy === null ? [] : [span('held  ', 'note')]),
    ...(lost === 0 ? [] : [span(`${lost} not told!  `, 'bad')]),
  ];
}

const questions: Readonly<Partial<Record<UiState['mode'], string>>> = {
  ack: 'acknowledge, comment: ',
  'silence-length': 'silence this alert for (30m, 2h, 7d): ',
  'silence-comment': 'silence, why: ',
  filter: 'show alerts with: ',
};

function footLines({ mode, input, notice }: UiState, width: number): readonly Line[] {
  const said: Line[] = notice === null ? [] : [[span(notice.text, notice.isBad ? 'bad' : 'note')]];
  const question = questions[mode];
  if (question !== undefined)
    return [...said, [span(question, 'note'), span(input), span(' ', 'chosen'), span('  enter: do it, escape: leave it', 'dim')]];
  if (mode === 'details' || mode === 'help')
    return [...said, [span('up, down, space: scroll   escape: back   a: acknowledge   s: silence', 'dim')]];
  if (width < narrowWidth) return [...said, [span('enter: details  a: ack  s: silence  f: filter  ?: help  q: quit', 'dim')]];
  return [...said, [span('up, down: choose   enter: details   a: acknowledge   s: silence   f: filter   ?: help   q: quit', 'dim')]];
}

/** A text of its own instead of KPIs and alerts. */
export function pageFrame(text: string, ui: UiState, { width, height }: Screen): readonly Line[] {
  const foot = footLines(ui, width);
  const lines = text.split('\n').flatMap((line) => wrapped(line, width));
  const room = Math.max(1, height - foot.length);
  const from = Math.max(0, Math.min(ui.scroll, lines.length - room));
  const shown = lines.slice(from, from + room).map((line) => [span(line)]);
  return [...shown, ...foot].slice(0, height).map((line) => cutLine(line, width));
}

/** A line that is too long goes on below, further in than it began; words stay whole where they can. */
export function wrapped(line: string, width: number): readonly string[] {
  const indent = `${/^ */.exec(line)![0]}    `;
  const lines: string[] = [];
  let rest = line;
  while (Array.from(rest).length > width && width > indent.length + 8) {
    const head = Array.from(rest).slice(0, width).join('');
    const space = head.lastIndexOf(' ');
    const cut = space > indent.length + 8 ? space : head.length;
    lines.push(rest.slice(0, cut));
    rest = indent + rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}
