import type { Emission } from '../delivery/emission.ts';
import { Columns, type Span } from './columns.ts';
import { type CustomerRecord, emptyRecord, type Life, lifeOf, type MovementKind } from './customer-life.ts';
import { dayStarts, spread } from './local-days.ts';
import type { Truth } from './truth.ts';

export const sumNames = [
  'gross_sales',
  'discounts',
  'order_revenue',
  'orders',
  'purchases',
  'refunds',
  'leads',
  'marketing_cost',
  'sales_cost',
  'other_cost',
] as const;
export type SumName = (typeof sumNames)[number];

export interface LedgerCounts {
  readonly sentCount: number;
  readonly eventCount: number;
  readonly copyCount: number;
  readonly lateCount: number;
  readonly badCount: number;
  readonly badByReason: Readonly<Record<string, number>>;
  readonly byType: Readonly<Record<string, number>>;
  readonly customerCount: number;
}

/** Past so many entries the ledger takes no more and answers nothing: a part of the truth is none. */
const entryCountMax = 6_000_000;
const lateFromMs = 1_000;

/**
 * The company's own books: what is true of everything that was sent, whatever became of the events on their way.
 *
 * Holds    a copy changes nothing, a bad record counts only as one, late news changes the past
 * Source   EVENTS.md and DESIGN.md §6-§8; shares no code with packages/kpis
 */
export class Ledger {
  readonly zone: string;
  readonly #sums: Readonly<Record<SumName, Columns>>;
  readonly #customers = new Map<string, CustomerRecord>();
  #lives = new Map<string, Life>();
  readonly #changed = new Set<string>();
  readonly #badByReason = new Map<string, number>();
  readonly #byType = new Map<string, number>();
  #counts = { sent: 0, event: 0, copy: 0, late: 0, bad: 0 };
  #entryCount = 0;

  constructor({ zone }: { zone: string }) {
    this.zone = zone;
    this.#sums = Object.fromEntries(sumNames.map((name) => [name, new Columns()])) as Record<SumName, Columns>;
  }

  /** Writes down what was sent, and when that was: from then on it is known. */
  take(emission: Emission, knownMs: number): void {
    this.#counts.sent++;
    this.#counts[emission.verdict]++;
    if (emission.verdict === 'event') {
      this.#byType.set(emission.type, (this.#byType.get(emission.type) ?? 0) + 1);
      if (emission.lateMs > lateFromMs) this.#counts.late++;
    }
    if (emission.reason !== undefined) this.#badByReason.set(emission.reason, (this.#badByReason.get(emission.reason) ?? 0) + 1);
    for (const truth of emission.truth) this.#note(truth, knownMs);
  }

  counts(): LedgerCounts {
    const { sent, event, copy, late, bad } = this.#counts;
    return {
      ...{ sentCount: sent, eventCount: event, copyCount: copy, lateCount: late, badCount: bad },
      badByReason: Object.fromEntries(this.#badByReason),
      byType: Object.fromEntries(this.#byType),
      customerCount: this.#customers.size,
    };
  }

  sum(name: SumName, span: Span): number {
    this.#requireWhole();
    return this.#sums[name].sum(span);
  }

  /** Different subjects with at least so many entries. */
  subjects(name: 'leads' | 'purchases', span: Span, timesMin: number): number {
    this.#requireWhole();
    return this.#sums[name].subjectCount(span, timesMin);
  }

  /** Every customer's life, as it was known before a moment. */
  *lives(asOfMs: number): Generator<Life> {
    this.#requireWhole();
    for (const customer of this.#changed) this.#lives.set(customer, lifeOf(this.#customers.get(customer)!, Infinity));
    this.#changed.clear();
    for (const [customer, record] of this.#customers)
      yield record.lastKnownMs < asOfMs ? this.#lives.get(customer)! : lifeOf(record, asOfMs);
  }

  movements(kind: MovementKind, span: Span): number {
    let sum = 0;
    for (const life of this.lives(span.asOfMs)) {
      for (const movement of life.movements) {
        if (movement.kind !== kind || movement.atMs < span.fromMs || movement.atMs >= span.toMs) continue;
        if (belongs(life, span.slice, movement.plan)) sum += movement.amountMinor;
      }
    }
    return sum;
  }

  #requireWhole(): void {
    if (this.#entryCount > entryCountMax)
      throw new Error(
        `expected a ledger of at most ${entryCountMax} entries, found more: it knows only a part and does not answer. Run for a shorter time or at a lower rate`,
      );
  }

  #note(truth: Truth, knownMs: number): void {
    if (++this.#entryCount > entryCountMax) return;
    switch (truth.kind) {
      case 'holding':
      case 'end_taken_back':
        this.#of(truth.customer, knownMs).holdings.push({ ...truth, knownMs });
        return;
      case 'won_by': {
        const { said, channel, campaign } = truth;
        this.#of(truth.customer, knownMs).wonBy.push({ said, channel, knownMs, ...(campaign === undefined ? {} : { campaign }) });
        return;
      }
      case 'belongs_to': {
        const { said, dimension, value } = truth;
        this.#of(truth.customer, knownMs).places.push({ said, dimension, value, knownMs });
        return;
      }
      case 'cost':
        return this.#noteCost(truth, knownMs);
      default:
        return this.#noteSale(truth, knownMs);
    }
  }

  #noteCost({ category, amountMinor, when, slices }: Truth & { kind: 'cost' }, knownMs: number): void {
    const name = category === 'marketing' || category === 'sales' ? (`${category}_cost` as const) : 'other_cost';
    const days = 'atMs' in when ? [when.atMs] : dayStarts(when.firstDay, when.endDay, this.zone);
    const parts = spread(amountMinor, days.length);
    for (const [index, atMs] of days.entries()) this.#sums[name].add({ atMs, amount: parts[index]!, knownMs, slices });
  }

  #noteSale(truth: Truth & { kind: 'order' | 'invoice' | 'refund' | 'lead' }, knownMs: number): void {
    const { slices } = truth;
    const add = (name: SumName, row: { atMs: number; amount: number; subject?: string }): void =>
      this.#sums[name].add({ ...row, knownMs, slices });
    switch (truth.kind) {
      case 'order': {
        const { grossMinor, discountMinor, customer, said } = truth;
        const atMs = said.timeMs;
        add('gross_sales', { atMs, amount: grossMinor });
        add('discounts', { atMs, amount: discountMinor });
        add('order_revenue', { atMs, amount: grossMinor - discountMinor });
        add('orders', { atMs, amount: 1 });
        if (customer === null) return;
        add('purchases', { atMs, amount: 1, subject: customer });
        const { channel, campaign } = slices;
        const from = { ...(channel === undefined ? {} : { channel }), ...(campaign === undefined ? {} : { campaign }) };
        this.#of(customer, knownMs).orders.push({ said, ...from, knownMs });
        return;
      }
      case 'invoice':
        add('gross_sales', { atMs: truth.atMs, amount: truth.netMinor + truth.discountMinor });
        return add('discounts', { atMs: truth.atMs, amount: truth.discountMinor });
      case 'refund':
        return add('refunds', { atMs: truth.atMs, amount: truth.amountMinor });
      case 'lead':
        return add('leads', { atMs: truth.atMs, amount: 1, subject: truth.subject });
    }
  }

  #of(customer: string, knownMs: number): CustomerRecord {
    let record = this.#customers.get(customer);
    if (record === undefined) this.#customers.set(customer, (record = emptyRecord()));
    record.lastKnownMs = Math.max(record.lastKnownMs, knownMs);
    this.#changed.add(customer);
    return record;
  }
}

/** Customers are sliced by what they are now, MRR also by its plan as it was. */
export function belongs(life: Life, slice: Span['slice'], plan = 'unknown'): boolean {
  if (slice === null) return true;
  const all: Readonly<Record<string, string>> = { ...life.slices, plan };
  return (all[slice.dimension] ?? 'unknown') === slice.value;
}
