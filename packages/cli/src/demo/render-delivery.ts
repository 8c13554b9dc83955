import { changeWithUnit, type DriverTable, plainText, shownMeasure, withUnit } from '@vigie/alerting';
import type { Output } from '../console/output.ts';
import { renderTable } from '../console/table.ts';
import type { Delivery } from './receive-webhooks.ts';
import { alertsIn, type ReceivedAlert } from './received.ts';

type Colors = Output['colors'];

/** A delivery as people read it; `whole`: headers and JSON as they came, too. */
export function renderDelivery(delivery: Delivery, { colors, whole }: { colors: Colors; whole: boolean }): string {
  const { headers, verified } = delivery;
  const verdict = verified ? colors.green('verified with the shared secret') : colors.red('NOT good: it was refused');
  const proof = [`  ${colors.dim('id')}         ${String(headers['webhook-id'])}`, `  ${colors.dim('signature')}  ${verdict}`];
  const alerts = alertsIn(delivery).map((alert) => alertText(alert, colors));
  return ['', ...alerts, proof.join('\n'), ...(whole ? [payloadText(delivery, colors)] : []), ''].join('\n');
}

function alertText(alert: ReceivedAlert, colors: Colors): string {
  const { rule, slice, drivers, status, severity } = alert;
  const mark = status === 'resolved' ? colors.bold(colors.green('RESOLVED')) : colors.bold(colors.red(`ALERT ${severity}`));
  const of = slice === null ? '' : `, ${plainText(slice.dimension)} ${plainText(slice.value)}`;
  const head = `${mark}  ${colors.bold(`${plainText(rule.name)}${of}: ${valueOf(alert, alert.value)}`)}`;
  const facts = factsOf(alert).map(([name, text]) => `  ${colors.dim(name.padEnd(9))}  ${text}`);
  const told = status === 'resolved' ? [] : [movedText(alert, colors), driversText(alert, drivers, colors)];
  return [[head, ...facts].join('\n'), ...told.filter((text) => text !== '')].join('\n\n');
}

function factsOf({
  threshold,
  window,
  sample,
  complete_through: complete,
  started_at: started,
  status,
  ...alert
}: ReceivedAlert): [string, string][] {
  const facts: [string, string][] = [];
  if (threshold !== null) {
    const comparison = threshold.comparison.replaceAll('_', ' ');
    const past = threshold.comparison === 'at_or_above' ? 'below' : 'above';
    facts.push(['limit', `${comparison} ${valueOf(alert, threshold.limit)}; it ends ${past} ${valueOf(alert, threshold.recovery)}`]);
  }
  if (window !== null) facts.push(['window', `${window.size}, ${clock(window.from)} to ${clock(window.to)} UTC`]);
  if (sample !== null) facts.push(['sample', `${sample.value ?? 'unknown'} ${sample.measure} (at least ${sample.at_least})`]);
  if (complete !== null) facts.push(['complete', `through ${clock(complete, 19)} UTC: all that Kafka had taken by then is counted`]);
  if (status === 'resolved') facts.push(['fired', `from ${clock(started)} UTC on`]);
  return facts;
}

function movedText(alert: ReceivedAlert, colors: Colors): string {
  const { moved, kpi, currency } = alert;
  if (moved === null) return '';
  const shown = (id: string, amount: string | null): string =>
    amount === null ? '?' : shownMeasure(id, amount, { kpi, currency: currency ?? '' });
  const rows = [
    [kpi, valueOf(alert, moved.value.before), valueOf(alert, moved.value.after), changeOf(alert, moved.value.change)],
    ...Object.entries(moved.measures).map(([id, { before, after }]) => {
      const difference = before === null ? '' : shown(id, String(BigInt(after) - BigInt(before)));
      return [id, shown(id, before), shown(id, after), difference === '' || difference.startsWith('-') ? difference : `+${difference}`];
    }),
  ];
  return `  ${colors.bold(`How it moved since the window before it began, to ${clock(moved.since.to)} UTC`)}\n${table(['', 'before', 'now', 'change'], rows, colors)}`;
}

/** The dimension whose first slice explains most comes as a table, the others in a line. */
function driversText(alert: ReceivedAlert, drivers: readonly DriverTable[], colors: Colors): string {
  const [first, ...others] = drivers.toSorted((a, b) => leadOf(b) - leadOf(a));
  if (first === undefined) return '';
  const rows = first.rows.map(({ slice, before, after, contribution }) => [
    ...[plainText(slice), valueOf(alert, before), valueOf(alert, after)],
    changeOf(alert, contribution),
  ]);
  const whole = ['the whole', valueOf(alert, first.before), valueOf(alert, first.after), changeOf(alert, first.change)];
  const title = colors.bold(`Which slices drove it, by ${first.dimension}`);
  const lines = others.map(
    ({ dimension, rows: slices }) =>
      `  by ${dimension}: ${slices.map(({ slice, contribution }) => `${plainText(slice)} ${changeOf(alert, contribution)}`).join(', ')}`,
  );
  const named = [first.dimension, 'before', 'now', 'contribution'];
  return [`  ${title}\n${table(named, [...rows, whole.map(colors.bold)], colors)}`, ...lines].join('\n');
}

function leadOf({ change, rows }: DriverTable): number {
  const whole = Math.abs(Number(change));
  return whole === 0 ? 0 : Math.abs(Number(rows[0]?.contribution ?? 0)) / whole;
}

type Measured = Pick<ReceivedAlert, 'unit' | 'currency' | 'value_reason'>;

const measuredOf = ({ unit, currency }: Measured) => ({ unit: unit ?? 'count', currency: currency ?? '' });
const valueOf = (of: Measured, decimal: string | null): string =>
  decimal === null ? `no value${of.value_reason === null ? '' : ` (${of.value_reason})`}` : withUnit(decimal, measuredOf(of));
const changeOf = (of: Measured, decimal: string | null): string => (decimal === null ? '' : changeWithUnit(decimal, measuredOf(of)));

function table(titles: readonly string[], rows: readonly (readonly string[])[], colors: Colors): string {
  const columns = titles.map((title, index) => (index === 0 ? { title } : { title, align: 'right' as const }));
  return renderTable(columns, rows, colors.dim).replaceAll(/^/gm, '    ');
}

const clock = (instant: string, length = 16): string => instant.slice(0, length).replace('T', ' ').replace('Z', '');

const shownHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'content-type', 'user-agent'];

function payloadText({ headers, body }: Delivery, { dim }: Colors): string {
  const lines = shownHeaders.flatMap((name) => (headers[name] === undefined ? [] : [`${dim(`${name}:`)} ${String(headers[name])}`]));
  return `\n${[...lines, pretty(body)].join('\n')}`.replaceAll(/^(?=.)/gm, '  ');
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
