import type { Span } from './columns.ts';
import type { Stay } from './customer-life.ts';
import { belongs, type Ledger } from './ledger.ts';
import { movementKinds } from './customer-life.ts';

/** A true value: the exact fraction, and the value as it is published. Money in minor units, the value in the currency's unit. */
export interface TrueValue {
  readonly value: string | null;
  readonly reason: 'zero_denominator' | 'no_acquisition' | null;
  readonly numerator: number;
  readonly denominator: number;
}

interface Fraction {
  readonly unit: 'percent' | 'currency';
  readonly numerator: number;
  readonly denominator: number;
}

const kpis = {
  customer_churn_rate: (ledger, span) => share(lost(ledger, span), customersAt(ledger, span, span.fromMs)),
  customer_retention_rate: (ledger, span) => {
    const start = customersAt(ledger, span, span.fromMs);
    return share(start - lost(ledger, span), start);
  },
  customer_base_growth_rate: (ledger, span) => {
    const start = customersAt(ledger, span, span.fromMs);
    return share(customersAt(ledger, span, span.toMs) - start, start);
  },
  cac: (ledger, span) => money(spend(ledger, span), acquired(ledger, span)),
  cac_by_channel: (ledger, span) => money(spend(ledger, span), acquired(ledger, span)),
  conversion_rate: (ledger, span) => share(acquired(ledger, span), ledger.subjects('leads', span, 1)),
  mrr: (ledger, span) => money(mrrAt(ledger, span), 1),
  expansion_mrr: (ledger, span) => money(ledger.movements('expansion_mrr', span), 1),
  revenue: (ledger, span) => money(revenue(ledger, span), 1),
  arpu: (ledger, span) => money(revenue(ledger, span), present(ledger, span)),
  average_order_value: (ledger, span) => money(ledger.sum('order_revenue', span), ledger.sum('orders', span)),
  repeat_customer_rate: (ledger, span) => share(ledger.subjects('purchases', span, 2), ledger.subjects('purchases', span, 1)),
} satisfies Record<string, (ledger: Ledger, span: Span) => Fraction>;

export type LedgerKpi = keyof typeof kpis;
export const ledgerKpis = Object.keys(kpis) as readonly LedgerKpi[];

export function isLedgerKpi(id: string): id is LedgerKpi {
  return Object.hasOwn(kpis, id);
}

/**
 * The true value of a KPI over `[fromMs, toMs)`.
 *
 * Units    numerator and denominator are exact and not reduced; percent and money with two decimals, rounded half away from zero
 */
export function trueValue(ledger: Ledger, kpi: LedgerKpi, span: Span): TrueValue {
  const { unit, numerator, denominator } = kpis[kpi](ledger, span);
  if (denominator === 0) {
    const reason = kpi.startsWith('cac') && numerator !== 0 ? 'no_acquisition' : 'zero_denominator';
    return { value: null, reason, numerator, denominator };
  }
  const hundredths = roundHalfAway(BigInt(numerator) * (unit === 'percent' ? 10_000n : 1n), BigInt(denominator));
  return { value: withTwoDecimals(hundredths), reason: null, numerator, denominator };
}

/** Single numbers that a rule may want a minimum of. */
export function trueMeasure(ledger: Ledger, measure: 'customers_at_start' | 'new_customers' | 'orders', span: Span): number {
  if (measure === 'customers_at_start') return customersAt(ledger, span, span.fromMs);
  return measure === 'orders' ? ledger.sum('orders', span) : acquired(ledger, span);
}

const share = (numerator: number, denominator: number): Fraction => ({ unit: 'percent', numerator, denominator });
const money = (numerator: number, denominator: number): Fraction => ({ unit: 'currency', numerator, denominator });

function countStays(ledger: Ledger, span: Span, isCounted: (stay: Stay) => boolean): number {
  let count = 0;
  for (const life of ledger.lives(span.asOfMs)) {
    if (belongs(life, span.slice)) count += life.stays.filter(isCounted).length;
  }
  return count;
}

/** Customers just before a moment. */
function customersAt(ledger: Ledger, span: Span, ms: number): number {
  return countStays(ledger, span, ({ startMs, endMs }) => startMs < ms && (endMs === null || endMs >= ms));
}

/** Of those who were there just before the window, who ended in it. */
function lost(ledger: Ledger, span: Span): number {
  return countStays(
    ledger,
    span,
    ({ startMs, endMs }) => startMs < span.fromMs && endMs !== null && endMs >= span.fromMs && endMs < span.toMs,
  );
}

/** Everybody who was a customer at some time in the window, each once. */
function present(ledger: Ledger, span: Span): number {
  const joined = countStays(
    ledger,
    span,
    ({ startMs, previousEndMs }) =>
      startMs >= span.fromMs && startMs < span.toMs && (previousEndMs === null || previousEndMs < span.fromMs),
  );
  return customersAt(ledger, span, span.fromMs) + joined;
}

function acquired(ledger: Ledger, span: Span): number {
  let count = 0;
  for (const life of ledger.lives(span.asOfMs)) {
    const { acquiredMs } = life;
    if (acquiredMs !== null && acquiredMs >= span.fromMs && acquiredMs < span.toMs && belongs(life, span.slice)) count++;
  }
  return count;
}

function spend(ledger: Ledger, span: Span): number {
  return ledger.sum('marketing_cost', span) + ledger.sum('sales_cost', span);
}

function revenue(ledger: Ledger, span: Span): number {
  return ledger.sum('gross_sales', span) - ledger.sum('discounts', span) - ledger.sum('refunds', span);
}

/** MRR is all its movements since the beginning. */
function mrrAt(ledger: Ledger, span: Span): number {
  const lowers = new Set<string>(['contraction_mrr', 'churned_mrr', 'paused_mrr']);
  const everything = { ...span, fromMs: -Infinity };
  return movementKinds.reduce((sum, kind) => sum + (lowers.has(kind) ? -1 : 1) * ledger.movements(kind, everything), 0);
}

function roundHalfAway(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

function withTwoDecimals(hundredths: bigint): string {
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, '0');
  return `${hundredths < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
