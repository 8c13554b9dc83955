import { currencyExponentOf, type KpiAnswer, type KpiDef, measureById, measuresOf } from '@vigie/kpis';
import type { Output } from '../console/output.ts';
import { renderTable } from '../console/table.ts';
import type { KpiQuestion, KpiReply } from './ask-kpi.ts';

/** A KPI as a person reads it: value and unit, bounds, completeness, source, measures, and its slices. */
export function renderKpi(question: KpiQuestion, reply: KpiReply, output: Output): string {
  const { def } = question;
  const { colors } = output;
  const frame = reply.total ?? reply.slices[0];
  const headline =
    reply.total === null ? colors.bold(def.names.en) : `${colors.bold(def.names.en)}  ${colors.bold(colors.green(valueText(reply.total)))}`;
  if (frame === undefined) return `${headline}\n  nothing happened in ${question.window.label}`;
  const facts: [string, string][] = [
    ['window', windowText(frame)],
    ['complete', completeText(frame)],
    ['source', `${sourceText(frame)}, tenant ${frame.tenant}, generation ${frame.generation}`],
  ];
  if (reply.total !== null && reply.slices.length === 0) facts.push(['measures', measuresText(def, reply.total)]);
  const lines = facts.map(([name, text]) => `  ${colors.dim(name.padEnd(9))} ${text}`);
  const table = reply.slices.length === 0 ? [] : ['', slicesTable(question, reply, output)];
  return [headline, ...lines, ...table].join('\n');
}

function slicesTable(question: KpiQuestion, { slices, total }: KpiReply, output: Output): string {
  const measures = measuresOf(question.def);
  const columns = [
    { title: question.by ?? '' },
    { title: 'value', align: 'right' as const },
    ...measures.map(({ id }) => ({ title: id, align: 'right' as const })),
  ];
  const row = (name: string, answer: KpiAnswer): string[] => [
    name,
    valueText(answer),
    ...measures.map(({ id }) => measureText(answer, id)),
  ];
  const rows = slices.map((answer) => row(answer.slice?.value ?? '', answer));
  if (total !== null) rows.push(row('total', total).map((text) => output.colors.bold(text)));
  return renderTable(columns, rows, output.colors.dim);
}

export function valueText(answer: KpiAnswer): string {
  if (answer.value === null) return `null (${answer.reason})`;
  const unit = { percent: ' %', currency: ` ${answer.currency}`, count: '', ratio: '' }[answer.unit];
  return `${grouped(answer.value)}${unit}`;
}

function measuresText(def: KpiDef, answer: KpiAnswer): string {
  return measuresOf(def)
    .map(({ id }) => `${id} ${measureText(answer, id)}`)
    .join(', ');
}

/** Money in major units, as the value is. */
export function measureText(answer: KpiAnswer, id: string): string {
  const value = answer.measures[id];
  if (value === undefined) return '?';
  if (!measureById(id).money) return grouped(String(value));
  const exponent = currencyExponentOf(answer.currency);
  const digits = String(value < 0n ? -value : value).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const rest = exponent === 0 ? '' : `.${digits.slice(-exponent)}`;
  return `${value < 0n ? '-' : ''}${grouped(whole)}${rest}`;
}

/** 1234567.50 as 1,234,567.50. */
const grouped = (decimal: string): string => decimal.replace(/\d+/, (whole) => whole.replaceAll(/\B(?=(\d{3})+$)/g, ','));

function windowText({ window }: KpiAnswer): string {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: window.zone, dateStyle: 'short', timeStyle: 'short' });
  const bounds = window.zone === 'UTC' ? '' : ` (${local.format(window.from)} to ${local.format(window.to)} in ${window.zone})`;
  return `${window.label}: ${utc(window.from)} <= time < ${utc(window.to)}${bounds}${window.provisional ? ', provisional: it has not ended' : ''}`;
}

function completeText(answer: KpiAnswer): string {
  if (answer.completeThroughMs === null) {
    return answer.source === 'sql' ? 'not known: rows are still on their way to ClickHouse' : 'not known yet';
  }
  return `through ${new Date(answer.completeThroughMs).toISOString().slice(0, 19)}Z: every event that Kafka had accepted by then is in it`;
}

function sourceText(answer: KpiAnswer): string {
  return { live: 'live (Redis)', sql: 'SQL (ClickHouse)', recomputed: 'recomputed from the raw events' }[answer.source];
}

const utc = (ms: number): string => new Date(ms).toISOString().replace(/:00\.000Z$/, 'Z');

/** The answer as JSON: exact fractions and measures as text, instants as epoch ms and as RFC 3339. */
export function answerJson(answer: KpiAnswer): Record<string, unknown> {
  const { window, completeThroughMs } = answer;
  return {
    ...answer,
    window: { ...window, from_time: new Date(window.from).toISOString(), to_time: new Date(window.to).toISOString() },
    completeThrough: completeThroughMs === null ? null : new Date(completeThroughMs).toISOString(),
  };
}
