/** Limits from what is typical of an industry. */
import { dayMs, rollingSizeMs, type KpiDef } from '@vigie/kpis';
import { decimalOfMinor, minorOfDecimal } from '../decimal.ts';
import type { Rule, Severity, SeverityLimit } from '../types.ts';
import { unknownName } from './finding.ts';

type Benchmark = KpiDef['benchmarks'][number];
type BenchmarkPeriod = NonNullable<Benchmark['period']>;

const periodDays: Readonly<Record<BenchmarkPeriod, number>> = { year: 365, month: 365 / 12 };

/** How a KPI of one period becomes that of another. Any other KPI does not: a share of repeat buyers of a year says nothing about a month. */
const conversions: Readonly<Record<string, (share: number, periods: number) => number>> = {
  // Of those who are left, the same share goes in every period: 7 % a year are 1 - 0.93^(30/365) in 30 days.
  customer_churn_rate: (lost, periods) => 1 - (1 - lost) ** periods,
  customer_retention_rate: (kept, periods) => kept ** periods,
  revenue: (amount, periods) => amount * periods,
  expansion_mrr: (amount, periods) => amount * periods,
  // A sum for everybody who was there: twice the time, twice the revenue of much the same customers.
  arpu: (amount, periods) => amount * periods,
};

/** Decimals that a value of a unit is published with; money in those that most currencies have. */
const places: Readonly<Record<KpiDef['unit'], number>> = { percent: 2, currency: 2, ratio: 4, count: 0 };
/** Beyond these digits a computed number is noise of binary fractions. */
const computedPlaces = 9;

export type BenchmarkFound =
  | { readonly ok: true; readonly limit: SeverityLimit; readonly benchmark: NonNullable<Rule['benchmark']> }
  | { readonly ok: false; readonly text: string };

/**
 * The limit that means "worse than typical".
 *
 * Units    as the KPI is published; money is taken as it stands, whatever the tenant's currency
 * Holds    limits are inclusive and the end of the band is still typical, so the limit is the first published value beyond it: 7.01 for 5 to 7 %;
 *          shares of customers who go or stay compound over time, sums grow with it, and what has no period (CAC, order value) is as it is;
 *          the alert ends when the value is back within the band
 * Shapes   ok: false where there is no such industry, or no way from its period to the rule's window
 */
export function benchmarkOf(kpi: KpiDef, asked: { industry: string; severity: Severity; size: string }): BenchmarkFound {
  const known = kpi.benchmarks.filter(({ band }) => band !== undefined);
  const benchmark = known.find(({ industry }) => industry === asked.industry);
  if (benchmark?.band === undefined) {
    return {
      ok: false,
      text: unknownName(
        `an industry with a benchmark of ${kpi.id}`,
        asked.industry,
        known.map(({ industry }) => `"${industry}"`),
      ),
    };
  }
  const isLowerBetter = kpi.direction === 'lower_is_better';
  const end = endIn(kpi, { ...benchmark, end: isLowerBetter ? benchmark.band.high : benchmark.band.low }, asked.size);
  if (end === null) {
    const text = `expected a window of a ${benchmark.period} for a benchmark per ${benchmark.period}, which cannot be converted for ${kpi.id}, found ${asked.size}`;
    return { ok: false, text };
  }
  const limit = firstBeyond(end, { places: places[kpi.unit], isLowerBetter });
  const isConverted = end !== (isLowerBetter ? benchmark.band.high : benchmark.band.low);
  const period =
    benchmark.period === undefined ? '' : ` (per ${benchmark.period}${isConverted ? `; in ${asked.size} worse from ${limit} on` : ''})`;
  return {
    ok: true,
    limit: { severity: asked.severity, comparison: isLowerBetter ? 'at_or_above' : 'at_or_below', limit, recovery: limit },
    benchmark: { industry: benchmark.industry, typical: `${benchmark.typical}${period}`, source: benchmark.source },
  };
}

/** The end of the band in the rule's window, as a decimal; null where there is no way to it. */
function endIn(kpi: KpiDef, { period, end }: Pick<Benchmark, 'period'> & { end: string }, size: string): string | null {
  if (period === undefined) return end;
  const days = rollingSizeMs(size) / dayMs;
  const periods = days / periodDays[period];
  // Months have no one length: a window of any of them is a month.
  if (periods === 1 || (period === 'month' && days >= 28 && days <= 31)) return end;
  const convert = Object.hasOwn(conversions, kpi.id) ? conversions[kpi.id] : undefined;
  if (convert === undefined) return null;
  const scale = kpi.unit === 'percent' ? 100 : 1;
  return (convert(Number(end) / scale, periods) * scale).toFixed(computedPlaces);
}

/** The first value of so many decimals that is past the end of the band, on its worse side. */
function firstBeyond(end: string, { places: shown, isLowerBetter }: { places: number; isLowerBetter: boolean }): string {
  const { floor, isExact } = minorOfDecimal(end, shown);
  const first = isLowerBetter ? floor + 1n : isExact ? floor - 1n : floor;
  return decimalOfMinor(first, shown);
}
