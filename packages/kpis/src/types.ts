/**
 * The nouns of the pure core: facts, measures, KPIs, windows and answers (DESIGN: docs/architecture.md, words: docs/glossary.md).
 */

/** What facts may be sliced by. An absent dimension means `unknown`. */
export const dimensions = ['channel', 'campaign', 'segment', 'country', 'plan', 'product'] as const;
export type Dimension = (typeof dimensions)[number];
export type Dims = { readonly [dimension in Dimension]?: string };
export const unknownValue = 'unknown';

/** How one tenant counts. Part of the hash that names a generation: changing it means `vigie rebuild`. */
export interface TenantSettings {
  /** What makes a customer active: a paid subscription, or an order for `lapseAfterDays` x 24 h. */
  readonly basis: 'subscriptions' | 'purchases';
  readonly lapseAfterDays: number;
  /** IANA zone of local days and calendar windows. */
  readonly zone: string;
  /** ISO 4217 code of the currency that money KPIs are answered in. */
  readonly currency: string;
  /** Whether an order of nothing but free goods counts in `orders`. It is a purchase of its customer either way. */
  readonly freeOrders: 'count' | 'skip';
}

/** Closed set of fact names; `factSpecs` in facts/specs.ts says what each one carries. */
export const factNames = [
  'orders',
  'purchases',
  'gross_sales',
  'discounts',
  'refunds',
  'order_revenue',
  'leads',
  'marketing_cost',
  'sales_cost',
  'cogs_cost',
  'service_cost',
  'retention_cost',
  'payroll_cost',
  'overhead_cost',
  'customers_acquired',
  'customers_activated',
  'customers_lost',
  'new_mrr',
  'reactivation_mrr',
  'expansion_mrr',
  'contraction_mrr',
  'churned_mrr',
  'paused_mrr',
  'resumed_mrr',
] as const;
export type FactName = (typeof factNames)[number];

/** `since` of "never before": older than every instant, never null, so that `since < from` needs no special case. */
export const sinceNever = Date.UTC(1900, 0, 1);

/**
 * One signed integer of one measure at one event time.
 *
 * Units    at, since: epoch ms UTC; value: minor currency units for money, else a count
 * Holds    value is a safe integer and never 0; currency is '' unless the fact is money; entity is '' unless distinct measures need it
 */
export interface Fact {
  readonly fact: FactName;
  readonly currency: string;
  readonly at: number;
  readonly since: number;
  readonly value: number;
  readonly dims: Dims;
  readonly entity: string;
}

/** How a measure is read from facts over a window; a closed set. */
export type MeasureKind = 'sum' | 'stock' | 'cohort_sum' | 'distinct' | 'repeat' | 'quantile';

/**
 * A named number read over a window `[from, to)`.
 *
 * Holds    a `stock` is the signed sum of its terms before `at` ('from' or 'to'); `distinct` and `repeat` count entities whose values add up to >= 1 / >= 2
 */
export interface MeasureDef {
  readonly id: string;
  readonly kind: MeasureKind;
  readonly terms: readonly { readonly fact: FactName; readonly sign: 1 | -1 }[];
  /** Only for `stock`: the end of the window it is read at. */
  readonly at?: 'from' | 'to';
  readonly money: boolean;
  readonly meaning: string;
}

export type Unit = 'percent' | 'currency' | 'count' | 'ratio';

/** A KPI is data: everything that its plan, its SQL view, its page in docs/kpis.md and its explanation are made of. */
export interface KpiDef {
  readonly id: string;
  readonly names: { readonly en: string; readonly fr: string };
  readonly unit: Unit;
  readonly direction: 'higher_is_better' | 'lower_is_better';
  /** Over measure ids, numbers, + - * / ( ) and sqrt at the root. A percent is published as 100 x the formula, money in major units. */
  readonly formula: string;
  /** Dimensions that mean the same in all of its measures. */
  readonly dimensions: readonly Dimension[];
  /** The KPI exists only by slices of this dimension (cac_by_channel). */
  readonly onlyBy?: Dimension;
  /** Reason of a null whose denominator is 0 while the numerator is not (default `zero_denominator`). */
  readonly reasonWithoutDenominator?: NullReason;
  readonly description: string;
  readonly notes: readonly string[];
  readonly benchmarks: readonly {
    readonly industry: string;
    readonly typical: string;
    /** The typical band, both ends included: decimals in the KPI's unit, of `period` where the KPI depends on one. */
    readonly band?: { readonly low: string; readonly high: string };
    readonly period?: 'year' | 'month';
    readonly source: string;
  }[];
}

export type NullReason = 'zero_denominator' | 'no_acquisition' | 'rebuilding' | 'too_many_values' | 'not_live' | 'unavailable';

/** `[from, to)` in epoch ms on pane edges, with how it was asked for. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly zone: string;
  /** A calendar window that has not ended yet. */
  readonly provisional: boolean;
}

export interface Slice {
  readonly dimension: Dimension;
  readonly value: string;
}

/** What a formula yields: the published decimal string, or null with the reason; numerator and denominator exact and beside it. */
export interface FormulaResult {
  readonly value: string | null;
  readonly reason: NullReason | null;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A number that says what it is. */
export interface KpiAnswer extends FormulaResult {
  readonly kpi: string;
  readonly tenant: string;
  readonly window: Window;
  readonly slice: Slice | null;
  readonly unit: Unit;
  readonly currency: string;
  readonly measures: Readonly<Record<string, bigint>>;
  readonly completeThroughMs: number | null;
  readonly generation: number;
  readonly source: 'live' | 'sql' | 'recomputed';
}
