/** ClickHouse expressions of measures and published values. Everything is an integer until the last step, which is a string. */
import { currencyExponentExceptions, defaultCurrencyExponent } from '../formula/currency.ts';
import type { IntExpression } from '../formula/fraction.ts';
import { precisionOf } from '../formula/publish.ts';
import type { FactName, MeasureDef, Unit } from '../types.ts';
import { sqlList, sqlString } from './literals.ts';

export const fromParameter = "{from:DateTime64(3, 'UTC')}";
export const toParameter = "{to:DateTime64(3, 'UTC')}";
export const currencyParameter = '{currency:String}';

/** The aggregate over facts that a measure is, per slice; of a distinct kind, per slice and entity (see `entityCount`). */
export function measureAggregate(measure: MeasureDef): string {
  const condition = `${factCondition(measure.terms.map(({ fact }) => fact))} AND ${timeCondition(measure)}`;
  if (measure.kind === 'quantile') return `toInt128(quantileExactIf(0.5)(value, ${condition}))`;
  const negative = measure.terms.filter(({ sign }) => sign === -1).map(({ fact }) => fact);
  const value = 'toInt128(value)';
  if (negative.length === 0) return `sumIf(${value}, ${condition})`;
  return `sumIf(if(${factCondition(negative)}, -${value}, ${value}), ${condition})`;
}

/** Over the sums per entity: how many entities there are. A retraction takes its entity out again. */
export function entityCount(measure: MeasureDef, sumColumn: string): string {
  return `countIf(entity != '' AND ${sumColumn} >= ${measure.kind === 'repeat' ? 2 : 1})`;
}

export function countsEntities(measure: MeasureDef): boolean {
  return measure.kind === 'distinct' || measure.kind === 'repeat';
}

function factCondition(facts: readonly FactName[]): string {
  return facts.length === 1 ? `fact = ${sqlString(facts[0]!)}` : `fact IN ${sqlList(facts)}`;
}

function timeCondition({ kind, at }: MeasureDef): string {
  if (kind === 'stock') return `at < ${at === 'from' ? fromParameter : toParameter}`;
  const inWindow = `at >= ${fromParameter} AND at < ${toParameter}`;
  return kind === 'cohort_sum' ? `${inWindow} AND since < ${fromParameter}` : inWindow;
}

/** An integer expression over measure columns in Int256, where no product of a formula overflows. */
export function integerSql(expression: IntExpression): string {
  if (expression.type === 'integer') return `toInt256(${expression.value})`;
  if (expression.type === 'measure') return `toInt256(${expression.id})`;
  return `(${integerSql(expression.left)} ${expression.operator} ${integerSql(expression.right)})`;
}

/** Rounds numerator / denominator x the unit's factor half away from zero, as a magnitude; columns `numerator_int`, `denominator_int` > 0. */
export function roundedMagnitudeSql(unit: Unit): string {
  const { factor } = precisionOf(unit, defaultCurrencyExponent);
  const magnitude = `if(numerator_int < 0, -numerator_int, numerator_int) * toInt256(${2n * factor})`;
  // if() computes both branches: the divisor is kept from being 0 where the result is thrown away.
  return `intDiv(${magnitude} + denominator_int, if(denominator_int = 0, toInt256(1), denominator_int * toInt256(2)))`;
}

/** The decimal string of `magnitude` with the sign of `numerator_int`, as publish.ts writes it. */
export function decimalStringSql(unit: Unit): string {
  const sign = "if(numerator_int < 0 AND magnitude > 0, '-', '')";
  if (unit === 'count') return `concat(${sign}, toString(magnitude))`;
  const decimals = unit === 'currency' ? currencyExponentSql((exponent) => `${exponent}`) : `${precisionOf(unit, 0).decimals}`;
  const power = unit === 'currency' ? currencyExponentSql((exponent) => `toInt256(${10 ** exponent})`) : `toInt256(10000)`;
  const scale = unit === 'percent' ? 'toInt256(100)' : power;
  const whole = `toString(intDiv(magnitude, ${scale}))`;
  const fraction = `leftPad(toString(magnitude % ${scale}), ${decimals}, '0')`;
  if (unit === 'ratio') {
    return `concat(${sign}, ${whole}, '.', substring(${fraction}, 1, 2), replaceRegexpOne(substring(${fraction}, 3, 2), '0+$', ''))`;
  }
  if (unit === 'percent') return `concat(${sign}, ${whole}, '.', ${fraction})`;
  return `concat(${sign}, ${whole}, if(${decimals} = 0, '', concat('.', ${fraction})))`;
}

function currencyExponentSql(write: (exponent: number) => string): string {
  const cases = currencyExponentExceptions.map(({ exponent, codes }) => `${currencyParameter} IN ${sqlList(codes)}, ${write(exponent)}`);
  return `multiIf(${cases.join(', ')}, ${write(defaultCurrencyExponent)})`;
}
