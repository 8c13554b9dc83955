/**
 * UCI's Online Retail as Vigie events: an `order.placed` per sale invoice, an `order.refunded` per cancellation.
 *
 * Three invoices beginning with A ("Adjust bad debt") are bookkeeping, and write-offs of stock (a negative quantity at price 0) are no sales:
 * neither becomes an event.
 */
import type { EventInput } from '@vigie/events';

type Row = Readonly<Record<string, string>>;

/** The file names no zone; the shop is in the United Kingdom, so its clock is London's. settings.yaml says the same. */
const zone = 'Europe/London';
const source = 'online-retail';

interface Invoice {
  readonly number: string;
  readonly customer: string;
  readonly country: string;
  /** As written at its first line: 43 invoices carry two different minutes. */
  readonly date: string;
  pence: number;
  hasGoods: boolean;
}

export async function* map(rows: AsyncIterable<Row>): AsyncGenerator<EventInput> {
  // Lines of one invoice are not always neighbours, so the whole file is gathered first: 26 thousand invoices.
  const invoices = new Map<string, Invoice>();
  for await (const row of rows) addLine(invoices, row);
  for (const invoice of invoices.values()) {
    if (invoice.number.startsWith('C')) yield refundOf(invoice);
    else if (!invoice.number.startsWith('A') && invoice.hasGoods) yield orderOf(invoice);
  }
}

function addLine(invoices: Map<string, Invoice>, row: Row): void {
  const number = field(row, 'InvoiceNo');
  let invoice = invoices.get(number);
  if (invoice === undefined) {
    // `17850.0` is customer 17850; a fourth of the lines name nobody.
    const customer = field(row, 'CustomerID').replace(/\.0$/, '');
    invoice = { number, customer, country: field(row, 'Country'), date: field(row, 'InvoiceDate'), pence: 0, hasGoods: false };
    invoices.set(number, invoice);
  }
  const quantity = Number(field(row, 'Quantity'));
  invoice.pence += linePence(quantity, field(row, 'UnitPrice'));
  if (quantity > 0) invoice.hasGoods = true;
}

function orderOf(invoice: Invoice): EventInput<'order.placed'> {
  const { number, customer, country, date, pence } = invoice;
  const anonymous = customer === '';
  return {
    type: 'order.placed',
    id: number,
    source,
    subject: anonymous ? number : customer,
    time: londonTime(date),
    data: { order_id: number, gross_minor: pence, currency: 'GBP', country, ...(anonymous ? { anonymous } : {}) },
  };
}

/** A cancellation does not say which invoice it cancels; it lowers the revenue of its own month. */
function refundOf(invoice: Invoice): EventInput<'order.refunded'> {
  const { number, customer, country, date, pence } = invoice;
  return {
    type: 'order.refunded',
    id: number,
    source,
    subject: customer === '' ? number : customer,
    time: londonTime(date),
    data: { refund_id: number, order_id: 'not stated', amount_minor: -pence, currency: 'GBP', country },
  };
}

/** Quantity x price in pence, rounded half away from zero per line, in whole tenths of a penny: binary fractions would be off by one now and then. */
function linePence(quantity: number, price: string): number {
  const match = /^(-?)(\d+)(?:\.(\d{1,3}))?$/.exec(price);
  if (match === null || !Number.isSafeInteger(quantity)) {
    throw new Error(
      `expected a whole Quantity and a UnitPrice with at most three decimals, found ${quantity} and ${JSON.stringify(price)}`,
    );
  }
  const tenths = (match[1] === '-' ? -1 : 1) * quantity * (Number(match[2]) * 1_000 + Number((match[3] ?? '').padEnd(3, '0')));
  return Math.sign(tenths) * Math.floor((Math.abs(tenths) + 5) / 10);
}

/** '2010-12-01 08:26:00' on London's clock, as an instant. */
function londonTime(written: string): number {
  const asUtc = Date.parse(`${written.replace(' ', 'T')}Z`);
  // No sale lies in the night of a change of the clock, so the offset at the same reading in UTC is the right one.
  return asUtc - offsetMs(asUtc);
}

const londonClock = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' });

/** 'GMT+01:00' in summer, 'GMT' in winter. */
function offsetMs(ms: number): number {
  const name = londonClock.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT\+(\d{2}):(\d{2})$/.exec(name);
  return match === null ? 0 : (Number(match[1]) * 60 + Number(match[2])) * 60_000;
}

function field(row: Row, name: string): string {
  const value = row[name];
  if (value === undefined)
    throw new Error(`expected a column ${name}, found ${Object.keys(row).join(', ')}; is this the Online Retail file?`);
  return value;
}
