import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KpiDef, Unit } from '../types.ts';
import { evaluateFormula } from './evaluate.ts';

const base: KpiDef = {
  id: 'test',
  names: { en: '', fr: '' },
  unit: 'percent',
  direction: 'higher_is_better',
  formula: '0',
  dimensions: [],
  description: '',
  notes: [],
  benchmarks: [],
};

const kpi = (formula: string, unit: Unit): KpiDef => ({ ...base, formula, unit });

const integer = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });

const divisor = integer.filter((value) => value !== 0n);

/** A decimal string back as an integer of its last digit. */
function scaled(text: string): { value: bigint; scale: bigint } {
  const decimals = text.split('.')[1]?.length ?? 0;
  return { value: BigInt(text.replace('.', '')), scale: 10n ** BigInt(decimals) };
}

test('the published value is within half a unit of its last digit of numerator / denominator', () => {
  const units = fc.constantFrom<[Unit, bigint]>(['percent', 100n], ['count', 1n]);
  fc.assert(
    fc.property(integer, divisor, units, (a, b, ...[[unit, factor]]) => {
      const result = evaluateFormula(kpi('a / b', unit), { a, b }, { currencyExponent: 2 });
      const { value, scale } = scaled(result.value!);
      // |value/scale - factor*n/d| <= 1/(2*scale), and away from zero on the half.
      const error = 2n * (value * result.denominator - factor * scale * result.numerator);
      const magnitude = error < 0n ? -error : error;
      expect(magnitude <= result.denominator).toBe(true);
      expect(magnitude < result.denominator || error > 0n === result.numerator > 0n).toBe(true);
      expect(result.denominator > 0n).toBe(true);
      expect(result.numerator * b).toBe(a * result.denominator);
    }),
  );
});

test('random formulas give what exact arithmetic gives', () => {
  // The oracle reduces its fractions and evaluates the tree as it is generated; formula/ reads it from text and does not reduce.
  type Node = { text: string; value: [bigint, bigint] | null };
  const leaf = fc
    .record({ text: fc.constantFrom('a', 'b', 'c', '2', '0.25') })
    .map(({ text }): Node => ({ text, value: leafValues[text]! }));
  const leafValues: Record<string, [bigint, bigint]> = { a: [7n, 1n], b: [-3n, 1n], c: [0n, 1n], '2': [2n, 1n], '0.25': [1n, 4n] };
  const { tree } = fc.letrec<{ tree: Node; pair: Node }>((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, leaf, tie('pair')),
    pair: fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree')).map(([left, operator, right]): Node => {
      const text = `(${left.text} ${operator} ${right.text})`;
      if (left.value === null || right.value === null) return { text, value: null };
      const [[a, b], [c, d]] = [left.value, right.value];
      if (operator === '*') return { text, value: [a * c, b * d] };
      if (operator === '/') return { text, value: c === 0n ? null : [a * d, b * c] };
      return { text, value: [operator === '+' ? a * d + c * b : a * d - c * b, b * d] };
    }),
  }));
  fc.assert(
    fc.property(tree, ({ text, value }) => {
      const result = evaluateFormula(kpi(text, 'ratio'), { a: 7n, b: -3n, c: 0n }, { currencyExponent: 2 });
      expect(result.value === null).toBe(value === null);
      expect(value === null || result.numerator * value[1] === result.denominator * value[0]).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
