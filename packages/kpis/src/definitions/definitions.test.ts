import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { factSpecs } from '../facts/specs.ts';
import { checkFormula, evaluateFormula, measureIdsOf } from '../formula/evaluate.ts';
import type { KpiDef } from '../types.ts';
import { kpiById, kpiDefs, measureById, measureDefs } from './index.ts';

const known = new Set(measureDefs.map(({ id }) => id));
const notKpis = new Set(['index.ts', 'measures.ts', 'measures-of.ts', 'definitions.test.ts']);

test('every file of the folder is a KPI of the list, under its own name', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => !notKpis.has(name));
  expect(kpiDefs.map(({ id }) => `${id.replaceAll('_', '-')}.ts`).toSorted()).toEqual(files.toSorted());
  expect(kpiDefs.map(({ id }) => kpiById(id))).toEqual(kpiDefs);
});

test('ids of measures are unique', () => {
  expect(known.size).toBe(measureDefs.length);
  expect(measureDefs.map(({ id }) => measureById(id))).toEqual(measureDefs);
  expect(() => measureById('nothing')).toThrow(/expected one of .* found "nothing"/);
});

test('a measure is money exactly when its facts are, and a stock says at which end it is read', () => {
  for (const measure of measureDefs) {
    expect([measure.id, measure.terms.map(({ fact }) => factSpecs[fact].money)]).toEqual([
      measure.id,
      measure.terms.map(() => measure.money),
    ]);
    expect([measure.id, measure.at !== undefined]).toEqual([measure.id, measure.kind === 'stock']);
  }
});

test('a live measure stands on cells that are kept: totals of stocks, pairs of cohorts', () => {
  for (const { id, kind, terms } of measureDefs) {
    const specs = terms.map(({ fact }) => factSpecs[fact]);
    expect([id, kind !== 'stock' || specs.every(({ stock }) => stock)]).toEqual([id, true]);
    expect([id, kind !== 'cohort_sum' || specs.every(({ pairs }) => pairs)]).toEqual([id, true]);
  }
});

test.each(kpiDefs)('$id: its formula names known measures', (def) => {
  expect(checkFormula(def, known)).toEqual([]);
});

test.each(kpiDefs)('$id: its dimensions are live in all of its live facts', (def) => {
  for (const { fact } of measureIdsOf(def).flatMap((id) => measureById(id).terms)) {
    const { live } = factSpecs[fact];
    expect([fact, def.dimensions.filter((dimension) => live !== null && !live.includes(dimension))]).toEqual([fact, []]);
  }
});

test.each(kpiDefs)('$id: money is published in a currency, counts over counts are not', (def) => {
  expect(measureIdsOf(def).some((id) => measureById(id).money)).toBe(def.unit === 'currency');
});

test.each(kpiDefs)('$id: nothing at all is null with a reason where it divides, else zero', (def) => {
  const zeros = Object.fromEntries(measureIdsOf(def).map((id) => [id, 0n]));
  const { value, reason } = evaluateFormula(def, zeros, { currencyExponent: 2 });
  expect([value, reason]).toEqual(def.formula.includes('/') ? [null, 'zero_denominator'] : ['0.00', null]);
});

test.each(kpiDefs)('$id: says what it is', (def) => {
  expect(def.description).toMatch(/^[A-Z].*\.$/);
  expect(def.notes.length).toBeGreaterThan(0);
  expect(def.onlyBy === undefined || def.dimensions.includes(def.onlyBy)).toBe(true);
});

// Worked examples of ../shared/kpi-catalog.json; money in minor units.
test.each<[string, Record<string, bigint>, string]>([
  ['customer_churn_rate', { customers_lost: 50n, customers_at_start: 500n }, '10.00'],
  ['cac', { marketing_cost: 600_000n, sales_cost: 400_000n, new_customers: 100n }, '100.00'],
  ['cac_by_channel', { marketing_cost: 1_000_000n, sales_cost: 0n, new_customers: 100n }, '100.00'],
  ['arpu', { gross_sales: 10_000_000n, discounts: 0n, refunds: 0n, customers_at_start: 900n, customers_joined: 100n }, '100.00'],
  ['average_order_value', { order_revenue: 1_000_000n, orders: 100n }, '100.00'],
  ['repeat_customer_rate', { repeat_buyers: 150n, buyers: 500n }, '30.00'],
  // Not in the catalogue: doubling in a year is +100 % (reported change), 3 of 4 stay when 1 of 4 leaves (scenario churn-month).
  ['customer_base_growth_rate', { customers_at_start: 40n, customers_at_end: 80n }, '100.00'],
  ['customer_retention_rate', { customers_lost: 1n, customers_at_start: 4n }, '75.00'],
])('the worked example of %s', (id, ...[measures, expected]) => {
  const def: KpiDef | undefined = kpiById(id);
  expect(evaluateFormula(def!, measures, { currencyExponent: 2 }).value).toBe(expected);
});
