import { kpiDefs, type KpiDef } from '@vigie/kpis';
import { expect, test } from 'vitest';
import { benchmarkOf } from './benchmark.ts';
import { fileOf } from './bad-file.fixture.ts';
import { parseRules } from './rules-file.ts';

const kpi = (id: string): KpiDef => kpiDefs.find((def) => def.id === id)!;
function found(def: KpiDef, size: string, industry = def.benchmarks[0]!.industry) {
  const benchmark = benchmarkOf(def, { industry, severity: 'warning', size });
  if (!benchmark.ok) throw new Error(benchmark.text);
  return benchmark;
}
const limitOf = (def: KpiDef, size: string, industry?: string) => {
  const { comparison, limit, recovery } = found(def, size, industry).limit;
  return [comparison, limit, recovery];
};
/** A KPI with another band: the catalogue has no benchmark of it. */
const withBand = (id: string, low: string, high: string): KpiDef => ({
  ...kpi(id),
  benchmarks: [{ industry: 'any', typical: '', band: { low, high }, period: 'year', source: 'made up' }],
});

test('the end of the band is still typical: 7 % a year is no alert, the next value that is published is one', () => {
  expect(limitOf(kpi('customer_churn_rate'), '365d')).toEqual(['at_or_above', '7.01', '7.01']);
  expect(limitOf(kpi('cac'), '30d')).toEqual(['at_or_above', '50.01', '50.01']);
  expect(limitOf(kpi('average_order_value'), '7d')).toEqual(['at_or_below', '49.99', '49.99']);
});

test('what has no period is the same in every window', () => {
  for (const size of ['1d', '30d', '365d']) {
    expect(limitOf(kpi('cac'), size, 'software as a service, United States')).toEqual(['at_or_above', '10000.01', '10000.01']);
  }
});

test('churn compounds: 7 % a year are 1 - 0.93^(30/365), 0.5947 %, in 30 days', () => {
  // By a calculator: 100 * (1 - 0.93^(30/365)) = 0.594696..., of 90 days 1.773499..., of a day 0.019880...
  expect(limitOf(kpi('customer_churn_rate'), '30d')[1]).toBe('0.60');
  expect(limitOf(kpi('customer_churn_rate'), '90d')[1]).toBe('1.78');
  expect(limitOf(kpi('customer_churn_rate'), '24h')[1]).toBe('0.02');
  // Two years: 1 - 0.93^2 = 13.51 % exactly.
  expect(limitOf(kpi('customer_churn_rate'), '730d')[1]).toBe('13.52');
});

test('retention compounds as churn does, seen from the other side', () => {
  const retention = withBand('customer_retention_rate', '93', '95');
  expect(limitOf(retention, '365d')).toEqual(['at_or_below', '92.99', '92.99']);
  // 100 - 0.594696 = 99.405304: the first published value that is worse is 99.40.
  expect(limitOf(retention, '30d')[1]).toBe('99.40');
  expect(limitOf(retention, '730d')[1]).toBe('86.48');
});

test('sums grow with time: 365,000 a year are 30,000 in 30 days', () => {
  expect(limitOf(withBand('revenue', '365000', '500000'), '30d')).toEqual(['at_or_below', '29999.99', '29999.99']);
});

test('revenue per customer is per month, whichever month; a week has less', () => {
  expect(limitOf(kpi('arpu'), '30d')[1]).toBe('49.99');
  expect(limitOf(kpi('arpu'), '31d')[1]).toBe('49.99');
  // 50 x 7 / (365 / 12) = 11.506...
  expect(limitOf(kpi('arpu'), '7d')[1]).toBe('11.50');
});

test('a share of repeat buyers of a year says nothing about a month', () => {
  const { industry } = kpi('repeat_customer_rate').benchmarks[0]!;
  expect(limitOf(kpi('repeat_customer_rate'), '365d')).toEqual(['at_or_below', '19.99', '19.99']);
  expect(benchmarkOf(kpi('repeat_customer_rate'), { industry, severity: 'info', size: '30d' })).toEqual({
    ok: false,
    text: 'expected a window of a year for a benchmark per year, which cannot be converted for repeat_customer_rate, found 30d',
  });
});

test('bands are those that the texts beside them say', () => {
  const numbers = (text: string) => [...text.matchAll(/[\d,]+/g)].map(([digits]) => digits.replaceAll(',', ''));
  for (const { benchmarks } of kpiDefs) {
    for (const { typical, band } of benchmarks) {
      const isApproximate = typical.startsWith('about');
      expect([typical, band]).toEqual([typical, { low: numbers(typical)[0], high: numbers(typical)[isApproximate ? 0 : 1] }]);
    }
  }
});

test('a rule by benchmark has its limit, and says where it is from', () => {
  const lines = {
    severity: "benchmark: { industry: 'subscription-based financial services, United States', severity: warning }",
  };
  const parsed = parseRules(fileOf(lines), kpiDefs);
  expect(parsed).toMatchObject({
    ok: true,
    ruleSet: {
      rules: [
        {
          limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '0.60', recovery: '0.60' }],
          benchmark: {
            industry: 'subscription-based financial services, United States',
            typical: '5 to 7 %; above average 3 to 5 %; exceptional below 3 % (per year; in 30d worse from 0.60 on)',
            source: 'kpi-catalog',
          },
        },
      ],
    },
  });
});
