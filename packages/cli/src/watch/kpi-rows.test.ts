import type { Rule } from '@vigie/alerting';
import type { KpiAnswer } from '@vigie/kpis';
import { anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { firstRows, kpiRows, type RuleNumbers } from './kpi-rows.ts';

const hourMs = 3_600_000;
const toMs = Date.UTC(2026, 10, 22, 12);
const rule: Rule = {
  ...{ ...anAlertRule(), everyMs: hourMs },
  limits: [
    { severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' },
    { severity: 'critical', comparison: 'at_or_above', limit: '7', recovery: '6' },
  ],
};

function answer(value: string | null, over: Partial<KpiAnswer> = {}): KpiAnswer {
  return {
    ...{ kpi: 'customer_churn_rate', tenant: 'default', unit: 'percent', currency: 'EUR', source: 'live', slice: null, generation: 1 },
    ...{ value, reason: value === null ? 'zero_denominator' : null, numerator: 0n, denominator: 1n, measures: {} },
    window: { from: toMs - 30 * 24 * hourMs, to: toMs, label: '30d', zone: 'UTC', provisional: false },
    // The minute that runs is never complete; the screen shows it all the same.
    completeThroughMs: toMs - 30_000,
    ...over,
  };
}
const of = (channel: string, value: string): KpiAnswer => answer(value, { slice: { dimension: 'channel', value: channel } });
const numbers = (over: Partial<RuleNumbers>): RuleNumbers => ({ rule, now: [answer('6.31')], baselines: [], past: [], ...over });
const ok = () => ({ state: 'OK' }) as const;

test.each([
  ['4.99', 'ok', 'good'],
  ['5.00', 'warning', 'warn'],
  ['7.00', 'critical', 'bad'],
  [null, 'zero denominator', 'dim'],
])('a value of %s is %s, whatever is complete by now', (value, verdict, tone) => {
  expect(kpiRows(numbers({ now: [answer(value)] }), ok).rows).toMatchObject([{ verdict, tone }]);
});

test('between recovery and limit it depends on whether the alert fires', () => {
  const now = [answer('4.80')];
  expect(kpiRows(numbers({ now }), ok).rows[0]!.verdict).toBe('ok');
  const episode = { id: 'e', sinceMs: 0, startedMs: 0, transitionCount: 1 };
  expect(kpiRows(numbers({ now }), () => ({ state: 'FIRING', severity: 'warning', episode })).rows[0]!.verdict).toBe('in the band');
});

test('it says how it moved since the oldest window that is known, and draws those that are', () => {
  const past = [
    { endMs: toMs - 3 * hourMs, answers: null },
    { endMs: toMs - 2 * hourMs, answers: [answer('5.89')] },
    { endMs: toMs - hourMs, answers: [answer('6.00')] },
  ];
  expect(kpiRows(numbers({ past }), ok).rows[0]).toMatchObject({
    ...{ value: '6.31%', change: '+0.42 pp', changeMs: 2 * hourMs, spark: [null, 5.89, 6, 6.31] },
  });
});

test('of many slices the worst have a line, graver ones first, then those nearest to their limit', () => {
  const now = [of('a', '1.00'), of('b', '4.00'), of('c', '9.00'), of('d', '5.50'), of('e', '2.00'), of('f', '0.10')];
  const { rows, moreCount } = kpiRows(numbers({ rule: { ...rule, groupBy: 'channel' }, now }), ok);
  expect(rows.map(({ slice }) => slice?.value)).toEqual(['c', 'd', 'b', 'e', 'a', 'f']);
  expect(moreCount).toBe(0);
  const many = Array.from({ length: 60 }, (_, index) => of(`s${index}`, index < 50 ? '9.00' : '1.00'));
  // Fifty are past their limit and none of those is left out; of the ten others there is no room among the first forty.
  expect(kpiRows(numbers({ rule: { ...rule, groupBy: 'channel' }, now: many }), ok)).toMatchObject({ rows: { length: 50 }, moreCount: 10 });
});

test('where there is no room for all, what fires or is past a limit comes first, then each rule with its nearest slices', () => {
  const slices = [of('a', '1.00'), of('b', '4.00'), of('c', '3.00'), of('d', '2.00'), of('e', '0.50')];
  const calm = kpiRows(numbers({ rule: { ...rule, groupBy: 'channel' }, now: slices }), ok).rows;
  const other = kpiRows(numbers({ now: [answer('1.50')] }), ok).rows;
  const episode = { id: 'e', sinceMs: 0, startedMs: 0, transitionCount: 1 };
  const firing = kpiRows(numbers({ now: [answer('4.80')] }), () => ({ state: 'FIRING', severity: 'warning', episode })).rows;
  const past = kpiRows(numbers({ now: [answer('9.00')] }), ok).rows;
  const shown = firstRows([...calm, ...other, ...firing, ...past], 7);
  expect(shown.map(({ slice, value }) => slice?.value ?? value)).toEqual(['9.00%', '4.80%', 'b', 'c', 'd', 'a', '1.50%']);
});

test('slices are judged by limits of their own', () => {
  const overrides = [{ match: { channel: 'a' }, limits: [{ ...rule.limits[0]!, limit: '0.5', recovery: '0.4' }] }];
  const { rows } = kpiRows(numbers({ rule: { ...rule, groupBy: 'channel', overrides }, now: [of('a', '1.00'), of('b', '1.00')] }), ok);
  expect(rows.map(({ slice, verdict }) => [slice?.value, verdict])).toEqual([
    ['a', 'warning'],
    ['b', 'ok'],
  ]);
});

test('a rule on a change is judged by the change, and shows where it led', () => {
  const change = { against: 'previous', as: 'percent', minBase: null } as const;
  const { rows } = kpiRows(numbers({ rule: { ...rule, change }, now: [answer('6.00')], baselines: [answer('5.00')] }), ok);
  // From 5 to 6 is 20 % more.
  expect(rows).toMatchObject([{ judged: 20, verdict: 'critical', value: '+20.00%', change: 'to 6.00%' }]);
});

test('a question without an answer says why', () => {
  const now = [answer(null, { reason: 'too_many_values', completeThroughMs: null })];
  expect(kpiRows(numbers({ rule: { ...rule, groupBy: 'channel' }, now }), ok).rows).toMatchObject([
    { value: 'no value', verdict: 'too many values' },
  ]);
});
