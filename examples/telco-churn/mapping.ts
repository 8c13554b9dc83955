/**
 * IBM's Telco customer churn sample as Vigie events: one subscription per customer, with its contract as the customer's segment.
 *
 * The file has no dates, only the tenure in whole months, so the times are made up: a snapshot at the end of the month of churn,
 * every customer already there when that month begins (the truth's rate is lost / all), and every loss inside of it.
 */
import type { EventInput } from '@vigie/events';

type Row = Readonly<Record<string, string>>;

/** The month of churn is September 2025; everyone is a customer before it. */
export const churnMonth = { fromMs: Date.UTC(2025, 8, 1), toMs: Date.UTC(2025, 9, 1) };

const dayMs = 86_400_000;
/** 365.25 / 12 days. */
const monthMs = 2_629_800_000;
const intervals: Readonly<Record<string, 'month' | 'year'>> = { 'Month-to-month': 'month', 'One year': 'year', 'Two year': 'year' };

export async function* map(rows: AsyncIterable<Row>): AsyncGenerator<EventInput> {
  let number = 0;
  for await (const row of rows) yield* customerEvents(row, number++);
}

function* customerEvents(row: Row, number: number): Generator<EventInput> {
  const subject = field(row, 'customerID');
  const contract = field(row, 'Contract');
  const subscriptionId = `${subject}-1`;
  const own = { subject, source: 'telco-churn' };
  // Two days before the month at the latest: the 11 customers with tenure 0 are customers of the snapshot too.
  const startedMs = churnMonth.fromMs - 2 * dayMs - Number(field(row, 'tenure')) * monthMs;
  yield {
    ...own,
    id: `${subject}/started`,
    type: 'subscription.started',
    time: startedMs,
    data: {
      subscription_id: subscriptionId,
      plan: planOf(row),
      interval: intervals[contract] ?? 'month',
      mrr_minor: cents(field(row, 'MonthlyCharges')),
      currency: 'USD',
    },
  } satisfies EventInput<'subscription.started'>;
  yield {
    ...own,
    id: `${subject}/contract`,
    type: 'customer.segment_changed',
    time: startedMs,
    data: { dimension: 'segment', value: contract },
  } satisfies EventInput<'customer.segment_changed'>;
  if (field(row, 'Churn') !== 'Yes') return;
  yield {
    ...own,
    id: `${subject}/ended`,
    type: 'subscription.ended',
    // Nothing says on which day anyone left: one after the other through the month, so that a chart of it looks like one.
    time: churnMonth.fromMs + Math.floor((number / 7_043) * (churnMonth.toMs - churnMonth.fromMs - dayMs)),
    data: { subscription_id: subscriptionId, voluntary: true },
  } satisfies EventInput<'subscription.ended'>;
}

function planOf(row: Row): string {
  const internet = field(row, 'InternetService');
  return internet === 'No' ? 'No internet' : internet;
}

/** '29.85' as 2985, without passing through binary fractions. */
function cents(dollars: string): number {
  const match = /^(\d+)(?:\.(\d{1,2}))?$/.exec(dollars);
  if (match === null) throw new Error(`MonthlyCharges: expected dollars with at most two decimals, found ${JSON.stringify(dollars)}`);
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

function field(row: Row, name: string): string {
  const value = row[name];
  if (value === undefined) throw new Error(`expected a column ${name}, found ${Object.keys(row).join(', ')}; is this the Telco file?`);
  return value;
}
