import { dimensionValues } from './drafts.ts';
import type { DimensionName } from './drafts.ts';
import type { Draw } from './draw.ts';
import type { Ask } from './history.ts';
import { minuteMs, quarterMs } from './local-days.ts';
import type { Stage } from './scenes.ts';

const ofEvents: readonly DimensionName[] = ['channel', 'campaign', 'segment', 'country', 'plan', 'product'];
const ofCustomers: readonly DimensionName[] = ['channel', 'campaign', 'segment', 'country'];
const ofMrr: readonly DimensionName[] = [...ofCustomers, 'plan'];

/** Every measure that the oracle knows, with the dimensions that it may be sliced by. */
export const measureDimensions: Readonly<Record<string, readonly DimensionName[]>> = {
  orders: ofEvents,
  purchases: ofEvents,
  gross_sales: ofEvents,
  discounts: ofEvents,
  refunds: ofEvents,
  order_revenue: ofEvents,
  net_revenue: ofEvents,
  leads: ofEvents,
  marketing_cost: ofEvents,
  sales_cost: ofEvents,
  cogs_cost: ofEvents,
  service_cost: ofEvents,
  retention_cost: ofEvents,
  payroll_cost: ofEvents,
  overhead_cost: ofEvents,
  customers: ofCustomers,
  customers_activated: ofCustomers,
  customers_lost: ofCustomers,
  customers_joined: ofCustomers,
  customers_present: ofCustomers,
  customers_acquired: ofCustomers,
  mrr: ofMrr,
  new_mrr: ofMrr,
  reactivation_mrr: ofMrr,
  expansion_mrr: ofMrr,
  contraction_mrr: ofMrr,
  churned_mrr: ofMrr,
  paused_mrr: ofMrr,
  resumed_mrr: ofMrr,
  buyers: ofEvents,
  repeat_buyers: ofEvents,
  prospects: ofEvents,
  dead_letters: [],
};

/** The KPIs and the dimensions that mean the same in all of their measures. */
export const kpiDimensions: Readonly<Record<string, readonly DimensionName[]>> = {
  customer_churn_rate: ofCustomers,
  customer_retention_rate: ofCustomers,
  customer_base_growth_rate: ofCustomers,
  cac: ['channel', 'campaign'],
  cac_by_channel: ['channel'],
  mrr: ofMrr,
  expansion_mrr: ofMrr,
  revenue: ofEvents,
  arpu: [],
  average_order_value: ofEvents,
  repeat_customer_rate: ofEvents,
  conversion_rate: [],
};

/** The measures that depend on a customer's history, where the difficulties are. */
const ofHistory = Object.keys(measureDimensions).filter((measure) => measure.startsWith('customers') || measure.endsWith('mrr'));
const stocks = new Set(['customers', 'mrr']);

export type WindowEdges = 'minute' | 'quarter' | 'day';

export interface AskOptions {
  readonly askCount: number;
  readonly windowEdges: WindowEdges;
  readonly kpiDimensions: Readonly<Record<string, readonly DimensionName[]>>;
}

/** Random questions whose windows begin and end where things happen. */
export function drawAsks(draw: Draw, stage: Stage, options: AskOptions): Ask[] {
  const edges = windowEdges(stage, options.windowEdges);
  const early = edges.toSorted((a, b) => a - b).slice(0, Math.ceil(edges.length / 3));
  return Array.from({ length: options.askCount }, () => {
    const one = draw.chance(0.5) ? draw.pick(edges) : draw.pick(early);
    const other = draw.pick(edges.filter((edge) => edge !== one));
    const from = new Date(Math.min(one, other)).toISOString();
    const to = new Date(Math.max(one, other)).toISOString();
    if (draw.chance(0.4)) {
      const kpi = draw.pick(Object.keys(options.kpiDimensions));
      return { kpi, from, to, ...slice(draw, options.kpiDimensions[kpi] ?? [], kpi === 'cac_by_channel') };
    }
    const measure = draw.pick(draw.chance(0.5) ? ofHistory : Object.keys(measureDimensions));
    if (measure === 'dead_letters') return { measure };
    const bounds = stocks.has(measure) ? { at: to } : { from, to };
    return { measure, ...bounds, ...slice(draw, measureDimensions[measure] ?? [], false) };
  });
}

function slice(draw: Draw, dimensions: readonly DimensionName[], always: boolean): { slice?: string } {
  if (dimensions.length === 0 || !(always || draw.chance(0.4))) return {};
  const dimension = draw.pick(dimensions);
  return { slice: `${dimension}=${draw.pick<string>([...dimensionValues[dimension], ...dimensionValues[dimension], 'unknown'])}` };
}

function windowEdges(stage: Stage, kind: WindowEdges): number[] {
  if (kind === 'day') return [...stage.dayEdges];
  const paneMs = kind === 'minute' ? minuteMs : quarterMs;
  const before = stage.marks.map((mark) => Math.floor(mark / paneMs) * paneMs);
  const far = [stage.centreMs - 3 * stage.spanMs, stage.centreMs + 3 * stage.spanMs].map((edge) => Math.floor(edge / paneMs) * paneMs);
  return [...new Set([...before, ...before.map((edge) => edge + paneMs), ...stage.dayEdges, ...far])];
}
