import { evaluateFormula, kpiById, type KpiDef } from '@vigie/kpis';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../types.ts';
import { driverTable, type DriverTable } from './drivers.ts';
import { aReading } from './test-rules.ts';

type Measures = Readonly<Record<string, bigint>>;
/** Slices of one dimension in two windows; null: it is not there. */
type History = readonly { readonly before: Measures | null; readonly after: Measures | null }[];

function readingOf(def: KpiDef, measures: Measures, slice: string | null): Reading {
  return aReading({
    ...{ kpi: def.id, unit: def.unit, measures },
    slice: slice === null ? null : { dimension: 'channel', value: slice },
    ...evaluateFormula(def, measures, { currencyExponent: 2 }),
  });
}
function sideOf(def: KpiDef, history: History, side: 'before' | 'after') {
  const slices = history.flatMap((one, index) => (one[side] === null ? [] : [readingOf(def, one[side], `s${index}`)]));
  const ids = Object.keys(history.find((one) => one[side] !== null)?.[side] ?? {});
  const total = Object.fromEntries(ids.map((id) => [id, history.reduce((sum, one) => sum + (one[side]?.[id] ?? 0n), 0n)]));
  return { slices, whole: readingOf(def, total, null), total };
}
const isThere = (history: History) => history.some(({ before }) => before !== null) && history.some(({ after }) => after !== null);

function tableOf(def: KpiDef, history: History): DriverTable | null {
  const [before, after] = [sideOf(def, history, 'before'), sideOf(def, history, 'after')];
  return driverTable(before.slices, after.slices, { before: before.whole, after: after.whole });
}
const digitsOf = (text: string): bigint => BigInt(text.replace('.', ''));
const shownSum = (table: DriverTable) => table.rows.reduce((sum, { contribution }) => sum + digitsOf(contribution), 0n);

const sides = (measures: fc.Arbitrary<Measures>, maxLength: number) =>
  fc
    .array(fc.record({ before: fc.option(measures, { freq: 6 }), after: fc.option(measures, { freq: 6 }) }), { minLength: 1, maxLength })
    .filter(isThere);
const count = (max: number) => fc.bigInt({ min: 0n, max: BigInt(max) });
const churnMeasures = fc.record({ customers_at_start: count(5_000), customers_lost: count(500) });
const cacMeasures = fc.record({ marketing_cost: count(1_000_000), sales_cost: count(1_000), new_customers: count(40) });
const revenueMeasures = fc.record({ gross_sales: count(1_000_000), discounts: count(1_000), refunds: count(2_000_000) });
const cases: readonly [string, fc.Arbitrary<History>][] = [
  ['customer_churn_rate', sides(churnMeasures, 30)],
  ['cac', sides(cacMeasures, 30)],
  ['revenue', sides(revenueMeasures, 30)],
];

describe.each(cases)('driverTable of %s', (kpi, histories) => {
  const def = kpiById(kpi)!;

  test('as shown, the rows add up to the shown change, and that is what the published values differ by, to the last digit', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const table = tableOf(def, history);
        if (table === null) return;
        expect(digitsOf(table.change)).toBe(digitsOf(table.after) - digitsOf(table.before));
        expect(shownSum(table)).toBe(digitsOf(table.change));
      }),
    );
  });

  test('there is a table whenever both sides have a value', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const hasValues = (['before', 'after'] as const).every((side) => sideOf(def, history, side).whole.value !== null);
        expect(tableOf(def, history) !== null).toBe(hasValues);
      }),
    );
  });

  test('the order of slices leaves no trace', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const [before, after] = [sideOf(def, history, 'before'), sideOf(def, history, 'after')];
        const whole = { before: before.whole, after: after.whole };
        const reversed = driverTable(before.slices.toReversed(), after.slices.toReversed(), whole);
        expect(reversed).toEqual(driverTable(before.slices, after.slices, whole));
      }),
    );
  });
});

// Both ways of splitting written down again, over measures and by name, as fractions of integers.
describe('each contribution', () => {
  const small = (measures: fc.Arbitrary<Measures>) => sides(measures, 12);
  const of = (measures: Measures | null, id: string): bigint => measures?.[id] ?? 0n;
  /** |shown - exact| <= 1 in units of the last digit, where exact = numerator / denominator. */
  const isNear = (shown: string, numerator: bigint, denominator: bigint) => {
    const distance = digitsOf(shown) * denominator - numerator;
    return (distance < 0n ? -distance : distance) <= denominator;
  };

  test('to churn is (lost since - rate that was x customers since) / customers now, which add up to the change exactly', () => {
    const def = kpiById('customer_churn_rate')!;
    fc.assert(
      fc.property(small(churnMeasures), (history) => {
        const table = tableOf(def, history);
        if (table === null) return;
        const [before, after] = [sideOf(def, history, 'before').total, sideOf(def, history, 'after').total];
        const [lost0, start0] = [before['customers_lost']!, before['customers_at_start']!];
        const [lost1, start1] = [after['customers_lost']!, after['customers_at_start']!];
        // Over start0 x start1.
        const exact = history.map((one) => {
          const lost = of(one.after, 'customers_lost') - of(one.before, 'customers_lost');
          const start = of(one.after, 'customers_at_start') - of(one.before, 'customers_at_start');
          return lost * start0 - lost0 * start;
        });
        expect(exact.reduce((sum, part) => sum + part, 0n)).toBe(lost1 * start0 - lost0 * start1);
        for (const { slice, contribution } of table.rows) {
          expect(isNear(contribution, 10_000n * exact[Number(slice.slice(1))]!, start0 * start1)).toBe(true);
        }
      }),
    );
  });

  test('to revenue is what its own revenue grew by, exactly', () => {
    const def = kpiById('revenue')!;
    const revenue = (measures: Measures | null) => of(measures, 'gross_sales') - of(measures, 'discounts') - of(measures, 'refunds');
    fc.assert(
      fc.property(small(revenueMeasures), (history) => {
        for (const { slice, contribution } of tableOf(def, history)!.rows) {
          const { before, after } = history[Number(slice.slice(1))]!;
          expect(digitsOf(contribution)).toBe(revenue(after) - revenue(before));
        }
      }),
    );
  });
});
