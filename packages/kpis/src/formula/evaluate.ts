/** Evaluates a KPI's formula over the exact integers of its measures. */
import type { FormulaResult, KpiDef } from '../types.ts';
import { type Fraction, type IntExpression, measureIdsIn, toFraction } from './fraction.ts';
import { type Formula, parseFormula } from './parse.ts';
import { divideRounded, precisionOf, sqrtRounded, toDecimalString } from './publish.ts';

/** Measure values by id, as a map or as a plain object. */
export type MeasureValues = ReadonlyMap<string, bigint> | Readonly<Record<string, bigint>>;

interface Compiled {
  readonly formula: Formula;
  readonly fraction: Fraction;
  readonly measureIds: readonly string[];
}

// Definitions are constants, so this never outgrows them.
const compiledOf = new WeakMap<KpiDef, Compiled>();

/** The parsed formula of a KPI, its fraction and the measures it names; throws FormulaError. */
export function compileFormula(def: KpiDef): Compiled {
  let compiled = compiledOf.get(def);
  if (compiled === undefined) {
    const formula = parseFormula(def.formula);
    compiled = { formula, fraction: toFraction(formula), measureIds: measureIdsIn(formula.body) };
    compiledOf.set(def, compiled);
  }
  return compiled;
}

/** Ids of the measures that a KPI is made of, in order of first appearance. */
export function measureIdsOf(def: KpiDef): readonly string[] {
  return compileFormula(def).measureIds;
}

/**
 * The published value of a KPI, or null with the reason.
 *
 * Units    measures: counts and minor currency units; value: as published (percent, major units, ...)
 * Holds    exact until the one rounding, half away from zero; the numerator is not scaled by 100; denominator >= 0, and 0 when the value is null
 * Errors   FormulaError; Error when a measure of the formula is not given
 */
export function evaluateFormula(def: KpiDef, measures: MeasureValues, options: { readonly currencyExponent: number }): FormulaResult {
  const { fraction } = compileFormula(def);
  const read = (id: string): bigint => {
    const value = isMap(measures) ? measures.get(id) : measures[id];
    if (value === undefined) throw new Error(`KPI ${def.id}: expected a value of the measure ${id}, found none; read it before evaluating`);
    return value;
  };
  const exact = evaluateFraction(fraction, read);
  if (exact.denominator === 0n) {
    const reason = exact.numerator === 0n ? 'zero_denominator' : (def.reasonWithoutDenominator ?? 'zero_denominator');
    return { value: null, reason, ...exact };
  }
  const precision = precisionOf(def.unit, options.currencyExponent);
  if (fraction.root === 'plain') {
    const rounded = divideRounded(exact.numerator * precision.factor, exact.denominator);
    return { value: toDecimalString(rounded, precision), reason: null, ...exact };
  }
  if (exact.numerator < 0n) return { value: null, reason: 'unavailable', ...exact };
  const rounded = sqrtRounded(exact.numerator, exact.denominator, precision.factor);
  return { value: toDecimalString(rounded, precision), reason: null, ...exact };
}

/**
 * What is wrong with a KPI's formula, as messages; empty when it can be evaluated.
 *
 * Shapes   knownMeasures: ids of the measures that exist
 */
export function checkFormula(def: KpiDef, knownMeasures: ReadonlySet<string>): string[] {
  try {
    return measureIdsOf(def)
      .filter((id) => !knownMeasures.has(id))
      .map((id) => `KPI ${def.id}: expected measures of definitions/measures.ts, found ${id}; define it there or correct the formula`);
  } catch (error) {
    return [`KPI ${def.id}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function evaluateFraction(fraction: Fraction, read: (id: string) => bigint): { numerator: bigint; denominator: bigint } {
  const numerator = evaluateInteger(fraction.numerator, read);
  if (fraction.divisors.some((divisor) => evaluateInteger(divisor, read) === 0n)) return { numerator, denominator: 0n };
  const denominator = evaluateInteger(fraction.denominator, read);
  return denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator };
}

function evaluateInteger(expression: IntExpression, read: (id: string) => bigint): bigint {
  if (expression.type === 'integer') return expression.value;
  if (expression.type === 'measure') return read(expression.id);
  const left = evaluateInteger(expression.left, read);
  const right = evaluateInteger(expression.right, read);
  if (expression.operator === '+') return left + right;
  return expression.operator === '-' ? left - right : left * right;
}

function isMap(measures: MeasureValues): measures is ReadonlyMap<string, bigint> {
  return measures instanceof Map;
}
