import { describe, expect, test } from 'vitest';
import type { Reading } from '../types.ts';
import { driverTable, lastOkWindowEnd } from './drivers.ts';
import { aReading, endMs, hourMs } from './test-rules.ts';

/** Published value, numerator and denominator of one slice (or, with null, of the whole). */
type Part = readonly [string | null, string | null, number, number];
const ratio =
  (kpi: string, unit: Reading['unit']) =>
  ([slice, value, numerator, denominator]: Part): Reading =>
    aReading({
      ...{ kpi, unit, value, reason: value === null ? 'zero_denominator' : null, measures: {} },
      slice: slice === null ? null : { dimension: 'channel', value: slice },
      ...{ numerator: BigInt(numerator), denominator: BigInt(denominator) },
    });
const churn = ratio('customer_churn_rate', 'percent');
const cac = ratio('cac', 'currency');
const mrr = ratio('mrr', 'currency');

describe('driverTable, worked by hand', () => {
  test('churn: who lost more moved it', () => {
    // 30 more lost of 1000 are 3 points, 2 more are 0.2.
    const table = driverTable(
      [churn(['ads', '5.00', 20, 400]), churn(['email', '3.33', 20, 600])],
      [churn(['ads', '12.50', 50, 400]), churn(['email', '3.67', 22, 600])],
      { before: churn([null, '4.00', 40, 1000]), after: churn([null, '7.20', 72, 1000]) },
    );
    expect(table).toEqual({
      ...{ dimension: 'channel', before: '4.00', after: '7.20', change: '3.20' },
      rows: [
        { slice: 'ads', contribution: '3.00', before: '5.00', after: '12.50' },
        { slice: 'email', contribution: '0.20', before: '3.33', after: '3.67' },
      ],
    });
  });

  test('cost of a customer: money and customers both count, at the price that was', () => {
    // Search: 5,000 EUR more, and 10 fewer customers at 100 EUR: (5,000 + 1,000) / 100 = 60. Email: 10 more of them: -1,000 / 100 = -10.
    const table = driverTable(
      [cac(['search', '120.00', 600_000, 50]), cac(['email', '80.00', 400_000, 50])],
      [cac(['search', '275.00', 1_100_000, 40]), cac(['email', '66.67', 400_000, 60])],
      { before: cac([null, '100.00', 1_000_000, 100]), after: cac([null, '150.00', 1_500_000, 100]) },
    );
    expect(table?.change).toBe('50.00');
    expect(table?.rows.map(({ slice, contribution }) => [slice, contribution])).toEqual([
      ['search', '60.00'],
      ['email', '-10.00'],
    ]);
  });

  test('a slice that spends and wins nobody counts with what it spent, one that appears or vanishes is 0 on the other side', () => {
    const table = driverTable(
      [cac(['email', '80.00', 400_000, 50]), cac(['old', '120.00', 600_000, 50])],
      [cac(['email', '80.00', 400_000, 50]), cac(['fair', null, 300_000, 0])],
      { before: cac([null, '100.00', 1_000_000, 100]), after: cac([null, '140.00', 700_000, 50]) },
    );
    // Fair: 3,000 / 50 = 60. Old: (-6,000 + 50 x 100) / 50 = -20.
    expect(table?.rows).toEqual([
      { slice: 'fair', contribution: '60.00', before: null, after: null },
      { slice: 'email', contribution: '0.00', before: '80.00', after: '80.00' },
      { slice: 'old', contribution: '-20.00', before: '120.00', after: null },
    ]);
  });

  test('a sum has a denominator of 1 in every slice: each contributes what it grew; the greatest fall of a fall comes first', () => {
    const table = driverTable(
      [mrr(['basic', '300.00', 30_000, 1]), mrr(['pro', '700.00', 70_000, 1])],
      [mrr(['basic', '310.00', 31_000, 1]), mrr(['pro', '520.00', 52_000, 1]), mrr(['team', '20.00', 2_000, 1])],
      { before: mrr([null, '1000.00', 100_000, 1]), after: mrr([null, '850.00', 85_000, 1]) },
    );
    expect(table?.change).toBe('-150.00');
    expect(table?.rows.map(({ slice, contribution }) => [slice, contribution])).toEqual([
      ['pro', '-180.00'],
      ['basic', '10.00'],
      ['team', '20.00'],
    ]);
  });

  test('as shown it adds up to the last digit: three equal thirds of 0.10 are 0.04, 0.03 and 0.03', () => {
    // 1 of 1000 lost became 2 of 1000, shared by three slices that lost a third each: only thirds of customers would do, so of 3000.
    const part = (slice: string, lost: number): Reading => churn([slice, (lost / 10).toFixed(2), lost, 1000]);
    const table = driverTable(
      ['a', 'b', 'c'].map((slice) => part(slice, 0)),
      ['a', 'b', 'c'].map((slice) => part(slice, 1)),
      { before: churn([null, '0.00', 0, 3000]), after: churn([null, '0.10', 3, 3000]) },
    );
    expect(table?.rows.map(({ slice, contribution }) => [slice, contribution])).toEqual([
      ['a', '0.04'],
      ['b', '0.03'],
      ['c', '0.03'],
    ]);
  });

  test('past twenty rows those that moved least are one, and it still adds up', () => {
    const parts = Array.from({ length: 30 }, (_, index) => index + 1);
    const name = (index: number) => `p${String(index).padStart(2, '0')}`;
    const table = driverTable(
      parts.map((index) => mrr([name(index), '0.00', 0, 1])),
      parts.map((index) => mrr([name(index), `${index}.00`, index * 100, 1])),
      { before: mrr([null, '0.00', 0, 1]), after: mrr([null, '465.00', 46_500, 1]) },
    );
    expect(table?.rows).toHaveLength(20);
    expect(table?.rows[0]).toEqual({ slice: 'p30', contribution: '30.00', before: '0.00', after: '30.00' });
    // 1 + 2 + ... + 11
    expect(table?.rows.at(-1)).toEqual({ slice: '(the other 11)', contribution: '66.00', before: null, after: null });
  });
});

describe('driverTable, no table', () => {
  const [before, after] = [[churn(['ads', '4.00', 40, 1000])], [churn(['ads', '5.00', 50, 1000])]];
  const whole = { before: churn([null, '4.00', 40, 1000]), after: churn([null, '5.00', 50, 1000]) };
  test('where a side has no value', () => {
    expect(driverTable(before, after, whole)).not.toBeNull();
    expect(driverTable(before, after, { ...whole, before: churn([null, null, 0, 0]) })).toBeNull();
    expect(driverTable(before, after, { ...whole, after: churn([null, null, 0, 0]) })).toBeNull();
  });
  test('where slices do not add up, so that no split would be true', () => {
    expect(driverTable(before, [...after, churn(['email', '5.00', 1, 20])], whole)).toBeNull();
    expect(driverTable([churn(['ads', '4.00', 40, 999])], after, whole)).toBeNull();
    expect(
      driverTable([mrr(['a', '1.00', 100, 1])], [mrr(['a', '2.00', 200, 1])], {
        before: mrr([null, '2.00', 200, 1]),
        after: mrr([null, '2.00', 200, 1]),
      }),
    ).toBeNull();
  });
  test('where slices were not answered, or there are none, or it is no KPI', () => {
    const unanswered = aReading({ value: null, reason: 'too_many_values', numerator: 0n, denominator: 0n, measures: {} });
    expect(driverTable([unanswered], after, whole)).toBeNull();
    expect(driverTable([], [], whole)).toBeNull();
    const lag = (value: string) =>
      aReading({ kpi: 'stuck_partition', unit: 'seconds', slice: { dimension: 'partition', value: '1' }, value });
    expect(driverTable([lag('1')], [lag('2')], { before: lag('1'), after: lag('2') })).toBeNull();
  });
});

test('what an alert is compared with is the window before the first breach', () => {
  expect(lastOkWindowEnd({ episodeSinceMs: endMs }, hourMs)).toBe(endMs - hourMs);
});
