import type { Dimension, FactName } from '../types.ts';

/** What one kind of fact carries and where it is kept. */
export interface FactSpec {
  readonly money: boolean;
  /** Dimensions kept live in Redis beside the total; null: ClickHouse only. */
  readonly live: readonly Dimension[] | null;
  /** Read as a stock: a running total is kept. */
  readonly stock: boolean;
  /** Read as a cohort sum: pair cells (since, at) are kept. */
  readonly pairs: boolean;
}

const sales = ['channel', 'country', 'plan'] as const;
const acquisition = ['channel', 'campaign'] as const;
const customer = ['channel', 'segment', 'country'] as const;
const recurring = ['plan', 'channel', 'segment', 'country'] as const;

const sum = (live: readonly Dimension[] | null, money: boolean): FactSpec => ({ money, live, stock: false, pairs: false });
const movement: FactSpec = { money: true, live: recurring, stock: true, pairs: false };
const presence: FactSpec = { money: false, live: customer, stock: true, pairs: true };

/**
 * Every live slice costs increments on each event, so a dimension is listed only where a KPI is sliced by it.
 *
 * Holds    a KPI's dimensions are live in all of its live facts (definitions test)
 */
export const factSpecs: Readonly<Record<FactName, FactSpec>> = {
  orders: sum(sales, false),
  purchases: sum(null, false),
  gross_sales: sum(sales, true),
  discounts: sum(sales, true),
  refunds: sum(sales, true),
  order_revenue: sum(sales, true),
  leads: sum(null, false),
  marketing_cost: sum(acquisition, true),
  sales_cost: sum(acquisition, true),
  cogs_cost: sum([], true),
  service_cost: sum([], true),
  retention_cost: sum([], true),
  payroll_cost: sum([], true),
  overhead_cost: sum([], true),
  customers_acquired: sum(['channel', 'campaign', 'segment', 'country'], false),
  customers_activated: presence,
  customers_lost: presence,
  new_mrr: movement,
  reactivation_mrr: movement,
  expansion_mrr: movement,
  contraction_mrr: movement,
  churned_mrr: movement,
  paused_mrr: movement,
  resumed_mrr: movement,
};
