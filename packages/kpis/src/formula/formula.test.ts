import { expect, test } from 'vitest';
import type { KpiDef, Unit } from '../types.ts';
import { currencyExponentOf } from './currency.ts';
import { checkFormula, evaluateFormula, measureIdsOf } from './evaluate.ts';
import { FormulaError, parseFormula } from './parse.ts';

function kpi(formula: string, unit: Unit = 'percent', more: Partial<KpiDef> = {}): KpiDef {
  const texts = { description: '', notes: [], benchmarks: [] };
  return { id: 'test', names: { en: '', fr: '' }, unit, direction: 'higher_is_better', formula, dimensions: [], ...texts, ...more };
}

const evaluate = (def: KpiDef, measures: Record<string, bigint>, currencyExponent = 2): unknown[] => {
  const { value, reason, numerator, denominator } = evaluateFormula(def, measures, { currencyExponent });
  return [value, reason, numerator, denominator];
};

const quotient = (unit: Unit, a: bigint, b: bigint): unknown[] => evaluate(kpi('a / b', unit), { a, b });

// Expected values: the worked examples of ../shared/kpi-catalog.json and ../shared/scenarios.json.
test.each<[string, Unit, readonly [bigint, bigint], unknown[]]>([
  ['churn 50 of 500', 'percent', [50n, 500n], ['10.00', null, 50n, 500n]],
  ['churn 1 of 4 stays 1/4', 'percent', [1n, 4n], ['25.00', null, 1n, 4n]],
  ['repeat 150 of 500', 'percent', [150n, 500n], ['30.00', null, 150n, 500n]],
  ['CAC 50 EUR for one customer', 'currency', [5000n, 1n], ['50.00', null, 5000n, 1n]],
  ['CAC 10 000 for 100', 'currency', [1_000_000n, 100n], ['100.00', null, 1_000_000n, 100n]],
  ['nothing of nothing', 'percent', [0n, 0n], [null, 'zero_denominator', 0n, 0n]],
  ['something of nothing', 'percent', [3n, 0n], [null, 'zero_denominator', 3n, 0n]],
  ['zero of something is zero', 'percent', [0n, 1n], ['0.00', null, 0n, 1n]],
])('%s', (_name, unit, ...[values, expected]) => {
  expect(quotient(unit, ...values)).toEqual(expected);
});

test('spend without a new customer is null because of no_acquisition, and says how much was spent', () => {
  const cac = kpi('(m + s) / n', 'currency', { reasonWithoutDenominator: 'no_acquisition' });
  expect(evaluate(cac, { m: 4000n, s: 1000n, n: 0n })).toEqual([null, 'no_acquisition', 5000n, 0n]);
  expect(evaluate(cac, { m: 0n, s: 0n, n: 0n })).toEqual([null, 'zero_denominator', 0n, 0n]);
});

test('halves round away from zero, and what rounds to zero has no sign', () => {
  expect(quotient('count', 1n, 2n)[0]).toBe('1');
  expect(quotient('count', -1n, 2n)[0]).toBe('-1');
  expect(quotient('count', -49n, 100n)[0]).toBe('0');
  expect(quotient('percent', 1n, 20_000n)[0]).toBe('0.01');
  expect(quotient('percent', -1n, 20_001n)[0]).toBe('0.00');
  expect(quotient('percent', 2n, 3n)[0]).toBe('66.67');
  expect(quotient('currency', -5n, 10n)[0]).toBe('-0.01');
  expect(quotient('percent', 9_007_199_254_740_993n, 1n)[0]).toBe('900719925474099300.00');
});

test('a ratio has two to four decimals', () => {
  expect(
    [quotient('ratio', 1n, 3n), quotient('ratio', 3n, 2n), quotient('ratio', 9n, 8n), quotient('ratio', 5n, 1n)].map(([value]) => value),
  ).toEqual(['0.3333', '1.50', '1.125', '5.00']);
});

test('money is shown in the decimals of its currency', () => {
  const revenue = kpi('a - b', 'currency');
  const shown = (code: string): unknown => evaluate(revenue, { a: 12_345n, b: 0n }, currencyExponentOf(code))[0];
  expect(['EUR', 'JPY', 'KRW', 'BHD', 'CLF', 'XXX'].map(shown)).toEqual(['123.45', '12345', '12345', '12.345', '1.2345', '123.45']);
  expect(evaluate(revenue, { a: 0n, b: 5n })).toEqual(['-0.05', null, -5n, 1n]);
});

test('a negative denominator passes its sign to the numerator', () => {
  expect(quotient('percent', 1n, -4n)).toEqual(['-25.00', null, -1n, 4n]);
});

test('precedence, associativity and parentheses are those of arithmetic', () => {
  const measures = { a: 2n, b: 3n, c: 5n };
  const results = ['a + b * c', '(a + b) * c', 'a - b - c', 'c / a / b', 'a * 0.5', '1.25 * (b - a)'].map((f) =>
    evaluate(kpi(f, 'ratio'), measures),
  );
  expect(results.map(([value]) => value)).toEqual(['17.00', '25.00', '-6.00', '0.8333', '1.00', '1.25']);
});

test('a divisor of zero anywhere makes the value null', () => {
  expect(evaluate(kpi('a / (b / c)'), { a: 1n, b: 1n, c: 0n })).toEqual([null, 'zero_denominator', 0n, 0n]);
  expect(evaluate(kpi('a / b + c / b'), { a: 1n, b: 0n, c: 1n })).toEqual([null, 'zero_denominator', 2n, 0n]);
  expect(evaluate(kpi('a / b + c'), { a: 1n, b: 4n, c: 1n })).toEqual(['125.00', null, 5n, 4n]);
});

test('sqrt around the whole is exact to the last digit', () => {
  expect(evaluate(kpi('sqrt(a / b)', 'ratio'), { a: 2n, b: 1n })).toEqual(['1.4142', null, 2n, 1n]);
  expect(evaluate(kpi('sqrt(a)', 'count'), { a: 10n ** 30n })[0]).toBe('1000000000000000');
  // 1.5^2 = 2.25: the half rounds up, a little less does not.
  expect(evaluate(kpi('sqrt(a / b)', 'count'), { a: 225n, b: 100n })[0]).toBe('2');
  expect(evaluate(kpi('sqrt(a / b)', 'count'), { a: 224_999_999n, b: 100_000_000n })[0]).toBe('1');
  expect(evaluate(kpi('sqrt(a - b)', 'count'), { a: 1n, b: 2n }).slice(0, 2)).toEqual([null, 'unavailable']);
});

test.each([
  ['', 1, 'a number, a measure id or (', 'the end'],
  ['a +', 4, 'a number, a measure id or (', 'the end'],
  ['a b', 3, 'an operator or the end', '"b"'],
  ['(a + b', 7, 'an operator or )', 'the end'],
  ['a % b', 3, 'a number, a measure id or one of + - * / ( )', '"%"'],
  ['a * sqrt(b)', 5, 'a measure id (sqrt may only stand around the whole formula)', '"sqrt"'],
  ['sqrt(a) + 1', 9, 'nothing after sqrt(...), which stands around the whole', '"+"'],
  ['-a', 1, 'a number, a measure id or (', '"-"'],
  ['1.5.5', 4, 'a number, a measure id or one of + - * / ( )', '"."'],
  [`${'('.repeat(40)}a${')'.repeat(40)}`, 33, 'at most 32 nested parentheses', '"("'],
])('%j is refused with position, expected and found', (formula, ...[position, expected, found]) => {
  const read = (): unknown => parseFormula(formula);
  expect(read).toThrow(FormulaError);
  expect(read).toThrow(expect.objectContaining({ position, expected, found }));
});

test('a formula says its measures, and a check names the unknown ones', () => {
  const def = kpi('(a + b) / a');
  expect(measureIdsOf(def)).toEqual(['a', 'b']);
  expect(checkFormula(def, new Set(['a', 'b']))).toEqual([]);
  expect(checkFormula(def, new Set(['a']))).toEqual([expect.stringMatching(/KPI test: expected measures .* found b/)]);
  expect(checkFormula(kpi('a +'), new Set(['a']))).toEqual([expect.stringMatching(/position 4: expected a number/)]);
  expect(() => evaluate(def, { a: 1n })).toThrow(/expected a value of the measure b, found none/);
});
