import { parseRules, type Rule } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import { chooseRules, oneSweep, readMoment, readSweep } from './options.ts';

const parsed = parseRules(
  `version: 1
rules:
  - { uid: churn-30d, kpi: customer_churn_rate, window: { size: 30d, every: 1h }, severity: { warning: { at_or_above: 5 }, critical: { at_or_above: 7 } } }
  - { uid: cac, kpi: cac, window: { size: 30d, every: 1h }, severity: { critical: { at_or_above: 100 } } }
  - { uid: lag, signal: completeness_lag, severity: { critical: { at_or_above: 100 } } }`,
  kpiDefs,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const rules: readonly Rule[] = parsed.ruleSet.rules;

describe('a moment', () => {
  const nowMs = Date.UTC(2026, 10, 24, 12);
  test.each([
    ['180d', nowMs - 180 * 86_400_000],
    ['24h', nowMs - 86_400_000],
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    ['2026-03-01T09:00+01:00', Date.UTC(2026, 2, 1, 8)],
  ])('%s', (text, expected) => expect(readMoment('--since', text, nowMs)).toBe(expected));

  test.each(['3x', '2026-02-30T00:00Z', '2026-03-01T09:00', ''])('%j is none, and says which are', (text) => {
    expect(() => readMoment('--since', text, nowMs)).toThrow(/--since: expected a length of time before now \(180d, 24h\)/);
  });
});

describe('the rules of a backtest', () => {
  test('are all that have a history, or those that were named', () => {
    expect(chooseRules(rules, []).map(({ uid }) => uid)).toEqual(['churn-30d', 'cac']);
    expect(chooseRules(rules, ['cac']).map(({ uid }) => uid)).toEqual(['cac']);
  });

  test.each([
    ['chrun-30d', 'did you mean churn-30d?'],
    ['nothing-like-it', 'known: churn-30d, cac, lag'],
    ['lag', 'keeps no history of its own signals'],
  ])('%s is refused', (uid, message) => expect(() => chooseRules(rules, [uid])).toThrow(message));
});

describe('a sweep', () => {
  test('that is given twice is refused, so that none is lost in silence', () => {
    expect(oneSweep('cac: critical 1..2 step 1', undefined)).toBe('cac: critical 1..2 step 1');
    expect(() => oneSweep('b', 'a')).toThrow('--sweep: expected it once, found "a" and "b"; run the backtest once for each');
  });

  test('is a range of exact limits, both ends included', () => {
    expect(readSweep('churn-30d: warning 3..4 step 0.25', rules)).toEqual({
      ...{ uid: 'churn-30d', severity: 'warning', limits: ['3', '3.25', '3.5', '3.75', '4'] },
    });
    expect(readSweep('critical -0.3..0.3 step 0.1', rules.slice(1, 2)).limits).toEqual(['-0.3', '-0.2', '-0.1', '0', '0.1', '0.2', '0.3']);
  });

  test.each([
    ['churn-30d warning 3-8', 'expected "churn-30d: warning 3..8 step 0.5"'],
    ['warning 3..8 step 1', 'expected a rule before the severity'],
    ['churn: warning 3..8 step 1', 'did you mean churn-30d?'],
    ['cac: warning 3..8 step 1', 'expected a severity of cac (critical), found "warning"'],
    ['cac: critical 8..3 step 1', 'expected a range that rises'],
    ['cac: critical 3..8 step 0', 'expected a step above 0'],
    ['cac: critical 0..1000 step 1', 'expected at most 100 limits'],
  ])('%s is refused', (text, message) => expect(() => readSweep(text, rules)).toThrow(message));
});
