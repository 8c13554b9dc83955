import { describe, expect, test } from 'vitest';
import { aRule, hourMs } from '../../evaluate/test-rules.ts';
import type { Route } from '../../announce/types.ts';
import type { LogChannel, Rule, RuleSet } from '../../types.ts';
import { coverageOf } from './coverage.ts';
import { parseCases } from './read-case-file.ts';
import { type CaseResult, runCases } from './run-cases.ts';

const log: LogChannel = { name: 'log', type: 'log', allowPrivateHosts: [], fallback: null };
const route: Route = {
  ...{ id: 'default', matchers: [], channels: ['log'], groupBy: ['rule'], mute: [], flap: null, continues: false, children: [] },
  ...{ groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 24 * hourMs },
};
const churn = aRule({ minSample: { measure: 'customers_at_start', atLeast: '50' }, forMs: hourMs });
const cac = aRule({
  ...{ uid: 'cac', name: 'CAC', kpi: 'cac_by_channel', groupBy: 'channel' },
  limits: [{ severity: 'critical', comparison: 'at_or_above', limit: '120', recovery: '105' }],
  overrides: [{ match: { channel: 'ads' }, limits: [{ severity: 'critical', comparison: 'at_or_above', limit: '180', recovery: '160' }] }],
  onZeroDenominator: { numeratorAtLeast: '500', severity: 'critical' },
});
const growth = aRule({ uid: 'growth', change: { against: 'previous', as: 'percent', minBase: null } });
const ruleSetOf = (...rules: Rule[]): RuleSet => ({ rules, route, muteTimings: [], inhibitions: [], channels: [log] });

function resultsOf(cases: string): CaseResult[] {
  const parsed = parseCases(`version: 1\nrules: rules.yaml\ncases:\n${cases}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return runCases(parsed, ruleSetOf(churn, cac, growth));
}
const failuresOf = (cases: string): string[] =>
  resultsOf(cases).flatMap(({ failures, mistakes }) => [
    ...failures.map(({ where, expected, found, place }) => `${place.line}: ${where}: expected ${expected}, found ${found}`),
    ...mistakes.map(({ text, place }) => `${place.line}: ${text}`),
  ]);

describe('a case', () => {
  test('gets values from measures by the formula of the KPI, and passes when all comes out as expected', () => {
    // 60 of 1000 are 6 %, of 40 nothing is said.
    expect(
      failuresOf(`
  - name: a wave
    rule: churn
    start: 2026-03-02T09:00Z
    input: { measures: { customers_lost: '30, 60 x2, 2, 80, 30', customers_at_start: '1000 x3, 40, 1000 x2' } }
    expect:
      states: ok, pending, firing warning, firing, firing critical, ok
      verdicts: clear, breach x2, inconclusive small_sample, breach critical, clear
      transitions:
        - { window: 3, kind: firing, severity: warning, contains: 'is 6.00% (limit 5%)' }
        - { window: 5, kind: escalated }
        - { window: 6, kind: resolved }
      notifications:
        - { at: 2h30s, channel: log, kind: firing }
        - { at: 4h30s, channel: log, kind: changed }
`),
    ).toEqual([]);
  });

  test('tells window by window what came out otherwise, with the line where it was expected', () => {
    expect(
      failuresOf(`
  - name: wrong hopes
    rule: churn
    input: { measures: { customers_lost: '30, 60 x2', customers_at_start: '1000 x3' } }
    expect:
      states: ok, firing warning x2
      transitions: [{ window: 2, kind: firing }]
      notifications: []
    wait: 1m
`),
    ).toEqual([
      '9: window 2: expected firing warning, found pending warning (value 6.00)',
      '10: transitions: expected window 2: firing, found not among: window 3: firing warning',
      '10: transitions: expected nothing more, found window 3: firing warning',
      '11: notifications: expected nothing more, found 2h30s log: firing',
    ]);
  });

  test('judges slices by their own limits, money in major units, and a channel that spent and won nobody', () => {
    expect(
      failuresOf(`
  - name: each channel by itself
    rule: cac
    input:
      slices:
        ads: { measures: { marketing_cost: '1500.00 x2', sales_cost: '0 x2', new_customers: '10, 8' } }
        web: { measures: { marketing_cost: '600 x2', sales_cost: '0 x2', new_customers: '10, 0' } }
    expect:
      states: { ads: 'ok, firing', web: 'ok, firing critical' }
      transitions:
        - { window: 2, kind: firing, slice: ads, contains: '187.50 EUR' }
        - { window: 2, kind: firing, slice: web, contains: 'no_acquisition' }
`),
    ).toEqual([]);
  });

  test('holds what fires while data are absent, late or not available', () => {
    expect(
      failuresOf(`
  - name: holes
    rule: churn
    input: { values: '6 x2, no_data, late, unavailable, 3', measures: { customers_at_start: '100 x6' } }
    expect:
      states: pending, firing x4, ok
      verdicts: breach x2, no_data, inconclusive late_data, error unavailable, clear
`),
    ).toEqual([]);
  });

  test('compares with the earlier window that it gives, for rules on a change', () => {
    expect(
      failuresOf(`
  - name: six percent more
    rule: growth
    input: { values: '106.00', baseline: { values: '100.00' } }
    expect: { states: firing warning }
`),
    ).toEqual([]);
  });

  test('a silence holds, and an acknowledgement stops repeats', () => {
    const input = `input: { values: '6 x30', measures: { customers_at_start: '100 x30' } }`;
    expect(
      failuresOf(`
  - { name: loud, rule: churn, ${input}, expect: { notifications: [{ at: 1h30s, channel: log, kind: firing }, { at: 25h30s, channel: log, kind: repeat }] } }
  - { name: acknowledged, rule: churn, ${input}, acknowledgements: [{ at: 3h }], expect: { notifications: [{ at: 1h30s, channel: log, kind: firing }] } }
  - { name: silent, rule: churn, ${input}, silences: [{ matchers: [rule=churn], from: 0s, to: 20h }], expect: { notifications: [{ at: 20h, channel: log, kind: firing }] } }
`),
    ).toEqual([]);
  });

  test('that cannot be run says why, all at once', () => {
    expect(
      failuresOf(`
  - name: impossible
    rule: churn
    start: 2026-03-02T09:10Z
    input: { values: '3' }
    expect: {}
  - name: lists
    rule: churn
    input: { measures: { customers_lost: '1.5 x2', customers_at_strat: '1' } }
    silences: [{ matchers: [critical], from: 0s, to: 1h }]
    expect: {}
  - name: no slices
    rule: cac
    input: { values: '3' }
    expect: {}
`),
    ).toEqual([
      '7: expected the end of a window of churn, a multiple of its window.every, with the offset (2026-03-02T09:00Z), found 2026-03-02T09:10Z',
      '12: expected whole numbers or one of no_data, late, zero_denominator, no_acquisition, rebuilding, too_many_values, not_live, unavailable, found "1.5"',
      '12: expected a measure of customer_churn_rate (customers_lost, customers_at_start), found customers_at_strat',
      '12: expected every measure of customer_churn_rate, found none of customers_at_start. Give them, or values.',
      '13: expected a matcher such as severity=critical, found critical',
      '17: expected slices of channel, because the rule watches each by itself, found numbers without any',
    ]);
  });
});

test('a file of cases tells all mistakes of form at once, with line, column and what was meant', () => {
  const parsed = parseCases(`version: 1
rules: rules.yaml
cases:
  - name: a
    rule: churn
    inptu: {}
    input: { values: '3,,4' }
    expect: { state: ok, transitions: [{ window: 0, kind: fired }] }
`);
  const problems = parsed.ok ? [] : parsed.problems.map(({ line, column, text }) => `${line}:${column} ${text.split('. ')[1] ?? text}`);
  expect(problems).toEqual([
    '6:5 Did you mean input?',
    '7:22 expected a series such as "4.2 x3, 6, no_data", found "3,,4"',
    '8:15 Did you mean states?',
    '8:50 expected the number of a window, from 1, found 0',
    '8:59 expected one of firing, escalated, deescalated, resolved, found "fired"',
  ]);
});

test('coverage names what no case exercised', () => {
  const runs = resultsOf(`
  - name: fires and ends
    rule: churn
    input: { values: '6 x2, 4.8, 3', measures: { customers_at_start: '100 x4' } }
    expect: {}
`).flatMap(({ run }) => run ?? []);
  const items = coverageOf([churn, cac], runs);
  const uncovered = (uid: string): string[] => items.filter(({ rule, isCovered }) => rule === uid && !isCovered).map(({ text }) => text);
  expect(uncovered('churn')).toEqual([
    'critical limit 7 reached',
    'critical between 6 and 7',
    'min_sample: fewer than 50 customers_at_start',
    'pending -> ok',
    'pending, and a window without a verdict',
    'firing, and another severity',
    'firing, and a window without a verdict',
  ]);
  expect(uncovered('cac')).toContain('override for channel=ads reached');
  expect(uncovered('cac')).toContain('on_zero_denominator: a breach without a value');
});
