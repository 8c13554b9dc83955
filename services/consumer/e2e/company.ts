/**
 * A made-up company whose every number is known by construction: the events of a round, and plain sums of what they must add up to.
 * It shares no code with the pipeline: envelopes are written by hand, the truth is counted per customer.
 */
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const channels = ['ads', 'partners', 'search'] as const;

export interface CompanyRecord {
  readonly key: string;
  readonly value: string;
}

export interface Round {
  readonly records: readonly CompanyRecord[];
  /** What the records are: together all of them. */
  readonly acceptedCount: number;
  readonly duplicateCount: number;
  readonly rejectedCount: number;
}

interface Draft {
  readonly type: string;
  readonly subject: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Customer {
  readonly index: number;
  readonly channel: string;
  /** Started inside the window of 30 days, else before it. */
  readonly isNew: boolean;
  readonly mrr: number;
  readonly expands: boolean;
  readonly leaves: boolean;
  readonly orders: boolean;
}

const expansionMinor = 500;
const discountMinor = 100;

function customerOf(index: number): Customer {
  return {
    index,
    channel: channels[index % 3]!,
    isNew: index % 4 === 1,
    mrr: 1_000 + 10 * (index % 7),
    expands: index % 2 === 0,
    leaves: index % 5 === 0,
    orders: index % 7 < 4,
  };
}

/** Rounds of events about customers of their own; what happens to a customer later comes a round later, so that timelines must survive. */
export class Company {
  readonly baseMs: number;
  readonly customersPerRound: number;

  constructor(options: { baseMs: number; customersPerRound: number }) {
    this.baseMs = options.baseMs;
    this.customersPerRound = options.customersPerRound;
  }

  /** Rounds count from 0; `isLast` tells what is still to be told of the customers of the round itself. */
  round(number: number, options: { isLast: boolean }): Round {
    const now = this.#customers(number);
    const before = number === 0 ? [] : this.#customers(number - 1);
    const first = now.flatMap((customer) => this.#firstEvents(customer));
    const later = [...before, ...(options.isLast ? now : [])].flatMap((customer) => this.#laterEvents(customer));
    const accepted = [...first, ...later].map(toRecord);
    // Copies of events of this round and of the one before: the first copy may lie on the other side of a kill.
    const again = [...now, ...before].filter(({ index }) => index % 4 === 0).map((customer) => toRecord(this.#firstEvents(customer)[0]!));
    const bad = now.filter(({ index }) => index % 10 === 3).map(badRecord);
    return {
      records: [...accepted, ...again, ...bad],
      acceptedCount: accepted.length,
      duplicateCount: again.length,
      rejectedCount: bad.length,
    };
  }

  /** What the first rounds must add up to in the 30 days before `baseMs`, of one channel or of all; `isLast` as the last of them was told. */
  truth(roundCount: number, { isLast, channel }: { isLast: boolean; channel?: string }): Record<string, Record<string, number>> {
    const untold = { expands: false, leaves: false };
    const all = Array.from({ length: roundCount }, (_, round) =>
      this.#customers(round).map((customer) => ({ ...customer, ...(round === roundCount - 1 && !isLast ? untold : {}) })),
    ).flat();
    const own = all.filter((customer) => channel === undefined || customer.channel === channel);
    const count = (of: (customer: Customer) => boolean): number => own.filter(of).length;
    const sum = (of: (customer: Customer) => number): number => own.reduce((total, customer) => total + of(customer), 0);
    const ordering = own.filter(({ orders }) => orders);
    return {
      customer_churn_rate: {
        customers_at_start: count(({ isNew }) => !isNew),
        customers_lost: count(({ isNew, leaves }) => !isNew && leaves),
      },
      cac: {
        new_customers: count(({ isNew }) => isNew),
        marketing_cost: sum(({ index }) => costOf(index)),
        sales_cost: 0,
      },
      expansion_mrr: { expansion_mrr: sum(({ expands }) => (expands ? expansionMinor : 0)) },
      mrr: { closing_mrr: sum(({ leaves, mrr, expands }) => (leaves ? 0 : mrr + (expands ? expansionMinor : 0))) },
      revenue: {
        gross_sales: ordering.reduce((total, { index }) => total + grossOf(index), 0),
        discounts: ordering.length * discountMinor,
        refunds: 0,
      },
    };
  }

  get channels(): readonly string[] {
    return channels;
  }

  #customers(round: number): Customer[] {
    return Array.from({ length: this.customersPerRound }, (_, index) => customerOf(round * this.customersPerRound + index));
  }

  #firstEvents({ index, channel, isNew, mrr, orders }: Customer): Draft[] {
    const subject = `c${index}`;
    const startMs = this.baseMs - (isNew ? 25 : 40) * dayMs + index * minuteMs;
    const start = { subscription_id: `s${index}`, plan: 'basic', interval: 'month', mrr_minor: mrr, currency: 'EUR' };
    const order = { order_id: `o${index}`, gross_minor: grossOf(index), discount_minor: discountMinor, currency: 'EUR', channel };
    const cost = { cost_id: `k${index}`, category: 'marketing', amount_minor: costOf(index), currency: 'EUR', channel };
    return [
      { type: 'subscription.started', subject, atMs: startMs, data: start },
      { type: 'customer.attributed', subject, atMs: startMs, data: { channel } },
      ...(orders ? [{ type: 'order.placed', subject, atMs: this.baseMs - 5 * dayMs + index, data: order }] : []),
      { type: 'cost.recorded', subject: `centre-${index % 6}`, atMs: this.baseMs - 4 * dayMs + index, data: cost },
    ];
  }

  #laterEvents({ index, mrr, expands, leaves }: Customer): Draft[] {
    const subject = `c${index}`;
    const subscription = { subscription_id: `s${index}` };
    const change = { ...subscription, mrr_minor: mrr + expansionMinor, currency: 'EUR' };
    return [
      ...(expands ? [{ type: 'subscription.changed', subject, atMs: this.baseMs - 20 * dayMs + index, data: change }] : []),
      ...(leaves ? [{ type: 'subscription.ended', subject, atMs: this.baseMs - 10 * dayMs + index, data: subscription }] : []),
    ];
  }
}

const grossOf = (index: number): number => 2_500 + index;
const costOf = (index: number): number => 300 + (index % 11);

function toRecord({ type, subject, atMs, data }: Draft): CompanyRecord {
  const id = `${type}-${subject}-${'cost_id' in data ? String(data['cost_id']) : ''}`;
  const envelope = { specversion: '1.0', id, source: 'company', type, subject, time: new Date(atMs).toISOString(), data };
  return { key: `default:${subject}`, value: JSON.stringify(envelope) };
}

/** Two kinds in turn: no JSON at all, and an amount that is no integer. */
function badRecord({ index }: Customer): CompanyRecord {
  const key = `default:c${index}`;
  if (index % 20 === 3) return { key, value: `{"specversion":"1.0","id":"bad-${index}"` };
  return toRecord({
    type: 'order.placed',
    subject: `c${index}`,
    atMs: 0,
    data: { order_id: `bad-${index}`, gross_minor: 1.5, currency: 'EUR' },
  });
}
