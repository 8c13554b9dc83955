import { describe, expect, test } from 'vitest';
import type { Condition, NoDataPolicy, Reading, SeverityLimit } from '../types.ts';
import { aReading, aRule, anInstance, endMs, noData } from './test-rules.ts';
import { verdictOf, type Judgement, type VerdictRule } from './verdict.ts';

const rule: VerdictRule = aRule({ minSample: { measure: 'customers_at_start', atLeast: '50' } });
const ok: Condition = { state: 'OK' };
const episode = { id: 'e', sinceMs: endMs, startedMs: endMs, transitionCount: 1 };
const firing = (severity: 'warning' | 'critical'): Condition => ({ state: 'FIRING', severity, episode });

const text = ({ verdict }: Judgement) => Object.values(verdict).join(' ');
const said = (over: Partial<Reading>, previous: Condition = ok, by: VerdictRule = rule) =>
  text(verdictOf(by, { reading: aReading(over), baseline: null, instance: anInstance({ condition: previous }) }));

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
    expect(said({ completeThroughMs: endMs - 1 })).toBe('inconclusive late_data');
    expect(said({ completeThroughMs: null })).toBe('inconclusive late_data');
    expect(said({ completeThroughMs: endMs + 999 }, ok, { ...rule, settleMs: 1000 })).toBe('inconclusive late_data');
    expect(said({ completeThroughMs: endMs + 1000 }, ok, { ...rule, settleMs: 1000 })).toBe('breach warning');
  });
  test('rebuilding, too many values and not live are inconclusive, complete or not; unavailable is an error', () => {
    expect(said({ value: null, reason: 'rebuilding', completeThroughMs: null })).toBe('inconclusive rebuilding');
    expect(said({ value: null, reason: 'too_many_values' })).toBe('inconclusive too_many_values');
    expect(said({ value: null, reason: 'not_live' })).toBe('inconclusive not_live');
    expect(said({ value: null, reason: 'not_live', completeThroughMs: null })).toBe('inconclusive not_live');
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
});

describe('verdictOf, limits of a slice', () => {
  const limit = (severity: SeverityLimit['severity'], at: string): SeverityLimit => ({
    ...{ severity, comparison: 'at_or_above', limit: at, recovery: at },
  });
  const overridden = aRule({
    overrides: [
      { match: { channel: 'paid_search' }, limits: [limit('critical', '9')] },
      { match: { channel: 'email', plan: 'pro' }, limits: [limit('warning', '1')] },
      { match: {}, limits: [limit('info', '3')] },
    ],
  });
  const of = (labels: Record<string, string>, value: string, condition: Condition = ok) =>
    text(verdictOf(overridden, { reading: aReading({ value }), baseline: null, instance: anInstance({ labels, condition }) }));

  test('the first override that matches wins whole: a severity that it does not name has no limit there', () => {
    expect(of({ channel: 'paid_search' }, '8.99')).toBe('clear');
    expect(of({ channel: 'paid_search' }, '9.00')).toBe('breach critical');
    expect(of({ channel: 'email' }, '3.00')).toBe('breach info');
    expect(of({ channel: 'email', plan: 'pro' }, '1.00')).toBe('breach warning');
  });

  test('what fires at a severity that the slice has lost goes down to one that it has', () => {
    expect(of({ channel: 'other' }, '8.00', firing('critical'))).toBe('breach info');
    expect(of({ channel: 'other' }, '2.99', firing('critical'))).toBe('clear');
  });
});

describe('verdictOf, confidence', () => {
  const sure = aRule({ confidence: 0.95, minSample: { measure: 'customers_at_start', atLeast: '10' } });
  const lost = (count: number, of: number): Partial<Reading> => ({
    value: ((100 * count) / of).toFixed(2),
    ...{ numerator: BigInt(count), denominator: BigInt(of) },
    measures: { customers_lost: BigInt(count), customers_at_start: BigInt(of) },
  });
  test('3 lost of 30 are 10 %, which is not surely 5 %', () => {
    expect(said(lost(3, 30), ok, sure)).toBe('inconclusive not_confident');
    expect(said(lost(3, 30), ok, { ...sure, confidence: null })).toBe('breach critical');
  });
  test('a milder limit that is surely reached breaches, where the graver one is not surely reached', () => {
    // 56 of 700: interval 6.2-10.2 % by statsmodels.
    expect(said(lost(56, 700), ok, sure)).toBe('breach warning');
    expect(said(lost(560, 7000), ok, sure)).toBe('breach critical');
  });
  test('what fires at that level already holds on, and falls only past its recovery', () => {
    expect(said(lost(3, 30), firing('critical'), sure)).toBe('band critical');
    expect(said(lost(3, 30), firing('warning'), sure)).toBe('band warning');
    expect(said(lost(0, 30), firing('critical'), sure)).toBe('clear');
  });
  test('a value below every limit needs no confidence', () => {
    expect(said(lost(1, 30), ok, sure)).toBe('clear');
  });
  test('where higher is better it is the upper bound that must be at or below', () => {
    const falling = { ...sure, limits: [{ severity: 'warning', comparison: 'at_or_below', limit: '20', recovery: '20' }] } as const;
    expect(said(lost(3, 30), ok, falling)).toBe('inconclusive not_confident');
    expect(said(lost(30, 300), ok, falling)).toBe('breach warning');
  });
});

describe('verdictOf, nothing there', () => {
  const absent = (policy: NoDataPolicy, over: { missingCount?: number; condition?: Condition; by?: Partial<VerdictRule> } = {}) => {
    const instance = anInstance({ condition: over.condition ?? firing('warning'), missingCount: over.missingCount ?? 1 });
    return verdictOf({ ...rule, ...over.by, noData: policy }, { reading: null, baseline: null, instance });
  };

  test('hold and notify: no data, however long', () => {
    expect(text(absent(noData('hold'), { missingCount: 99 }))).toBe('no_data');
    expect(text(absent(noData('notify after 2'), { missingCount: 99 }))).toBe('no_data');
  });
  test('ok: as if clear', () => {
    expect(text(absent(noData('ok')))).toBe('clear');
  });
  test('zero: as if the value were 0, whatever sample it has not', () => {
    expect(absent(noData('zero'))).toEqual({ verdict: { kind: 'clear' }, judged: '0' });
    const limit: SeverityLimit = { severity: 'critical', comparison: 'at_or_below', limit: '10', recovery: '12' };
    expect(absent(noData('zero'), { condition: ok, by: { limits: [limit], confidence: 0.95 } })).toEqual({
      ...{ verdict: { kind: 'breach', severity: 'critical' }, judged: '0' },
    });
  });
  test('breach: no data until so many windows in a row had none', () => {
    const after = [1, 2, 3, 4].map((missingCount) => text(absent(noData('breach critical after 3'), { missingCount })));
    expect(after).toEqual(['no_data', 'no_data', 'breach critical', 'breach critical']);
  });
});

describe('verdictOf, a change', () => {
  const changing = aRule({
    limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '20', recovery: '10' }],
    change: { against: 'previous', as: 'percent', minBase: '2' },
  });
  const judge = (now: Partial<Reading>, before: Partial<Reading> | null, by: VerdictRule = changing) => {
    const baseline = before === null ? null : aReading({ windowEndMs: endMs - 1000, ...before });
    const judgement = verdictOf(by, { reading: aReading(now), baseline, instance: anInstance() });
    return [text(judgement), judgement.judged];
  };
  test('it is the change that is compared, and said', () => {
    expect(judge({ value: '6.00' }, { value: '5.00' })).toEqual(['breach warning', '20.00']);
    expect(judge({ value: '5.99' }, { value: '5.00' })).toEqual(['band warning', '19.80']);
    expect(judge({ value: '50.00' }, { value: '50.00' })).toEqual(['clear', '0.00']);
    expect(judge({ value: '4.00' }, { value: '5.00' })).toEqual(['clear', '-20.00']);
  });
  test('a fall is a negative change, with limits of its own', () => {
    const fall = aRule({ ...changing, limits: [{ severity: 'critical', comparison: 'at_or_below', limit: '-20', recovery: '-10' }] });
    expect(judge({ value: '4.00' }, { value: '5.00' }, fall)).toEqual(['breach critical', '-20.00']);
    expect(judge({ value: '4.01' }, { value: '5.00' }, fall)).toEqual(['band critical', '-19.80']);
  });
  test('in the unit of the KPI, from nothing too', () => {
    const points = { ...changing, change: { against: 'previous', as: 'absolute', minBase: null } } as const;
    expect(judge({ value: '20.50' }, { value: '0.00' }, points)).toEqual(['breach warning', '20.50']);
  });
  test('a base that is missing, null, nothing or small says too little', () => {
    expect(judge({ value: '6.00' }, null)).toEqual(['inconclusive small_base', null]);
    expect(judge({ value: '6.00' }, { value: null, reason: 'zero_denominator' })).toEqual(['inconclusive small_base', null]);
    expect(judge({ value: '6.00' }, { value: '0.00' })).toEqual(['inconclusive small_base', null]);
    expect(judge({ value: '6.00' }, { value: '1.99' })).toEqual(['inconclusive small_base', null]);
    const sampled = aRule({ ...changing, minSample: { measure: 'customers_at_start', atLeast: '50' } });
    expect(judge({ value: '6.00' }, { measures: { customers_at_start: 49n } }, sampled)).toEqual(['inconclusive small_base', null]);
  });
  test('a base that is not answered yet, or not at all, says why', () => {
    expect(judge({ value: '6.00' }, { completeThroughMs: endMs - 1001 })).toEqual(['inconclusive late_data', null]);
    expect(judge({ value: '6.00' }, { value: null, reason: 'not_live' })).toEqual(['inconclusive not_live', null]);
    expect(judge({ value: '6.00' }, { value: null, reason: 'unavailable' })).toEqual(['error unavailable', null]);
  });
  test('what says nothing now says nothing of a change', () => {
    expect(judge({ value: null, reason: 'zero_denominator' }, { value: '5.00' })).toEqual(['inconclusive zero_denominator', null]);
  });
});

test('a signal of the pipeline is judged as a KPI is', () => {
  const lag = aRule({
    kind: 'pipeline',
    kpi: 'completeness_lag',
    limits: [{ severity: 'critical', comparison: 'at_or_above', limit: '300', recovery: '60' }],
  });
  const reading = { kpi: 'completeness_lag', unit: 'seconds', currency: '', numerator: 0n, denominator: 1n, measures: {} } as const;
  const of = (value: string) => said({ ...reading, value, completeThroughMs: Number.MAX_SAFE_INTEGER }, ok, lag);
  expect([of('59'), of('60'), of('300')]).toEqual(['clear', 'band critical', 'breach critical']);
});
