/** Every measure that a KPI may name: how a number is read from facts over a window `[from, to)`. */
import type { FactName, MeasureDef } from '../types.ts';

interface Signed {
  readonly fact: FactName;
  readonly sign: 1 | -1;
}

const plus = (fact: FactName): Signed => ({ fact, sign: 1 });
const minus = (fact: FactName): Signed => ({ fact, sign: -1 });

const customers = [plus('customers_activated'), minus('customers_lost')];
/** The MRR bridge: opening + these movements of a window = closing, per currency and slice. */
const recurring = [
  plus('new_mrr'),
  plus('reactivation_mrr'),
  plus('expansion_mrr'),
  minus('contraction_mrr'),
  minus('churned_mrr'),
  minus('paused_mrr'),
  plus('resumed_mrr'),
];

const sum = (id: FactName, meaning: string): MeasureDef => ({ id, kind: 'sum', terms: [plus(id)], money: false, meaning });
const moneySum = (id: FactName, meaning: string): MeasureDef => ({ ...sum(id, meaning), money: true });

const customerMeasures: readonly MeasureDef[] = [
  {
    id: 'customers_at_start',
    kind: 'stock',
    at: 'from',
    terms: customers,
    money: false,
    meaning: 'customers who are active just before the window begins',
  },
  {
    id: 'customers_at_end',
    kind: 'stock',
    at: 'to',
    terms: customers,
    money: false,
    meaning: 'customers who are active just before the window ends',
  },
  {
    id: 'customers_lost',
    kind: 'cohort_sum',
    terms: [plus('customers_lost')],
    money: false,
    meaning: 'customers of the start of the window whose active interval ends in it; who joined and left inside is not among them',
  },
  {
    id: 'customers_joined',
    kind: 'cohort_sum',
    terms: [plus('customers_activated')],
    money: false,
    meaning: 'customers who became active in the window and were not at its start, each once however often they came and went',
  },
  {
    id: 'new_customers',
    kind: 'sum',
    terms: [plus('customers_acquired')],
    money: false,
    meaning: 'customers who paid for the first time in the window; who returns is not new',
  },
  { id: 'buyers', kind: 'distinct', terms: [plus('purchases')], money: false, meaning: 'known customers with an order in the window' },
  {
    id: 'repeat_buyers',
    kind: 'repeat',
    terms: [plus('purchases')],
    money: false,
    meaning: 'known customers with two orders or more in the window',
  },
  { id: 'prospects', kind: 'distinct', terms: [plus('leads')], money: false, meaning: 'leads created in the window, each subject once' },
];

const moneyMeasures: readonly MeasureDef[] = [
  moneySum('marketing_cost', 'marketing cost of the window; a cost with a service period counts by its days'),
  moneySum('sales_cost', 'sales cost of the window, salaries included; a cost with a service period counts by its days'),
  moneySum('gross_sales', 'orders and invoices of the window before discounts, without tax'),
  moneySum('discounts', 'discounts granted on the orders and invoices of the window'),
  moneySum('refunds', 'refunds dated in the window, also of earlier sales'),
  moneySum('order_revenue', 'orders of the window after discounts, without tax'),
  sum('orders', 'orders of the window, those of nobody known included'),
];

const recurringMeasures: readonly MeasureDef[] = [
  { id: 'opening_mrr', kind: 'stock', at: 'from', terms: recurring, money: true, meaning: 'MRR just before the window begins' },
  { id: 'closing_mrr', kind: 'stock', at: 'to', terms: recurring, money: true, meaning: 'MRR just before the window ends' },
  moneySum('new_mrr', 'MRR of customers who pay for the first time'),
  moneySum('reactivation_mrr', 'MRR of former customers who return'),
  moneySum('expansion_mrr', 'net increases of the MRR of customers who were already paying'),
  moneySum('contraction_mrr', 'net decreases of the MRR of customers who stay'),
  moneySum('churned_mrr', 'MRR of customers who leave'),
  moneySum('paused_mrr', 'MRR of subscriptions when they pause'),
  moneySum('resumed_mrr', 'MRR of subscriptions when they resume'),
];

export const measureDefs: readonly MeasureDef[] = [...customerMeasures, ...moneyMeasures, ...recurringMeasures];

const byId = new Map(measureDefs.map((measure) => [measure.id, measure]));

/** The measure of an id; throws when there is none, for formulas are checked by a test. */
export function measureById(id: string): MeasureDef {
  const measure = byId.get(id);
  if (measure === undefined) throw new Error(`measure: expected one of definitions/measures.ts, found ${JSON.stringify(id)}`);
  return measure;
}
