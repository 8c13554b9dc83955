import type { KpiAnswer } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import type { Condition, SeverityLimit } from '../types.ts';
import { verdictOf, type VerdictRule } from './verdict.ts';

const to = Date.UTC(2026, 10, 22, 10);
const limits: readonly SeverityLimit[] = [
  { severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' },
  { severity: 'critical', comparison: 'at_or_above', limit: '7', recovery: '6' },
];
const rule: VerdictRule = { limits, minSample: { measure: 'customers_at_start', atLeast: '50' }, onZeroDenominator: null, settleMs: 0 };
const ok: Condition = { state: 'OK' };
const episode = { id: 'e', startedMs: to, transitionCount: 1 };
const firing = (severity: 'warning' | 'critical'): Condition => ({ state: 'FIRING', severity, episode });

function answer(over: Partial<KpiAnswer> = {}): KpiAnswer {
  return {
    kpi: 'customer_churn_rate',
    tenant: 'default',
    window: { from: to - 30 * 86_400_000, to, label: '30d', zone: 'UTC', provisional: false },
    slice: null,
    unit: 'percent',
    currency: 'EUR',
    value: '5.00',
    reason: null,
    numerator: 5n,
    denominator: 100n,
    measures: { customers_lost: 5n, customers_at_start: 100n },
    completeThroughMs: to,
    generation: 1,
    source: 'live',
    ...over,
  };
}
const said = (over: Partial<KpiAnswer>, previous: Condition = ok, by: VerdictRule = rule) => {
  const verdict = verdictOf(by, answer(over), previous);
  return Object.values(verdict).join(' ');
};

describe('verdictOf, limits where lower is better', () => {
  test.each([
    ['4.49', ok, 'clear'],
    ['4.99', ok, 'band warning'],
    ['5.00', ok, 'breach warning'],
    ['6.99', ok, 'breach warning'],
    ['7.00', ok, 'breach critical'],
    ['4.50', firing('warning'), 'band warning'],
    ['4.49', firing('warning'), 'clear'],
    ['6.50', firing('warning'), 'breach warning'],
    ['6.00', firing('critical'), 'band critical'],
    ['5.99', firing('critical'), 'breach warning'],
    ['4.70', firing('critical'), 'band warning'],
    ['4.49', firing('critical'), 'clear'],
    ['7.00', firing('warning'), 'breach critical'],
  ])('%s from %j is %s', (value, previous, expected) => {
    expect(said({ value }, previous)).toBe(expected);
  });
});

describe('verdictOf, limits where higher is better', () => {
  const falling: VerdictRule = { ...rule, limits: [{ severity: 'critical', comparison: 'at_or_below', limit: '100', recovery: '120' }] };
  test.each([
    ['120.01', firing('critical'), 'clear'],
    ['120.00', firing('critical'), 'band critical'],
    ['100.01', ok, 'band critical'],
    ['100.00', ok, 'breach critical'],
    ['-3.00', ok, 'breach critical'],
  ])('%s from %j is %s', (value, previous, expected) => {
    expect(said({ value }, previous, falling)).toBe(expected);
  });
});

describe('verdictOf, when the number says nothing', () => {
  const zero: VerdictRule = { ...rule, onZeroDenominator: { numeratorAtLeast: '500', severity: 'critical' } };
  const spend = { value: null, reason: 'no_acquisition', unit: 'currency', denominator: 0n, measures: { customers_at_start: 0n } } as const;
  test('a recovery limit that is not given is the limit itself', () => {
    const plain: VerdictRule = { ...rule, limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '5' }] };
    expect(said({ value: '4.99' }, firing('warning'), plain)).toBe('clear');
  });
  test('incomplete through the window and its settling time: late data', () => {
    expect(said({ completeThroughMs: to - 1 })).toBe('inconclusive late_data');
    expect(said({ completeThroughMs: null })).toBe('inconclusive late_data');
    expect(said({ completeThroughMs: to + 999 }, ok, { ...rule, settleMs: 1000 })).toBe('inconclusive late_data');
    expect(said({ completeThroughMs: to + 1000 }, ok, { ...rule, settleMs: 1000 })).toBe('breach warning');
  });
  test('rebuilding, too many values and not live are inconclusive, unavailable is an error', () => {
    expect(said({ value: null, reason: 'rebuilding', completeThroughMs: null })).toBe('inconclusive rebuilding');
    expect(said({ value: null, reason: 'too_many_values' })).toBe('inconclusive too_many_values');
    expect(said({ value: null, reason: 'not_live' })).toBe('inconclusive not_live');
    expect(said({ value: null, reason: 'unavailable' })).toBe('error unavailable');
  });
  test('a sample below its minimum is inconclusive, neither clear nor breach', () => {
    expect(said({ value: '99.00', measures: { customers_at_start: 49n } })).toBe('inconclusive small_sample');
    expect(said({ value: '0.00', measures: { customers_at_start: 49n } }, firing('warning'))).toBe('inconclusive small_sample');
    expect(said({ value: '99.00', measures: { customers_at_start: 50n } })).toBe('breach critical');
  });
  test('a zero denominator is inconclusive unless the rule says that spend without customers is a breach', () => {
    expect(said({ ...spend, numerator: 50_000n })).toBe('inconclusive no_acquisition');
    expect(said({ ...spend, numerator: 50_000n }, ok, zero)).toBe('breach critical');
    expect(said({ ...spend, numerator: 49_999n }, ok, zero)).toBe('inconclusive no_acquisition');
    expect(said({ ...spend, numerator: 500n, currency: 'JPY' }, ok, zero)).toBe('breach critical');
  });
  test('a slice without an answer has no data', () => {
    expect(verdictOf(rule, null, firing('warning'))).toEqual({ kind: 'no_data' });
  });
});
