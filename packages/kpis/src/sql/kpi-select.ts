/** The ClickHouse query of a KPI: what analysts read through views, generated from the same definition as the live plan. */
import { measureById } from '../definitions/index.ts';
import { compileFormula, measureIdsOf } from '../formula/evaluate.ts';
import type { Fraction } from '../formula/fraction.ts';
import type { Dimension, KpiDef, MeasureDef } from '../types.ts';
import {
  countsEntities,
  currencyParameter,
  decimalStringSql,
  entityCount,
  fromParameter,
  integerSql,
  measureAggregate,
  roundedMagnitudeSql,
  toParameter,
} from './expressions.ts';
import { sqlList, sqlString } from './literals.ts';

/** What a query may be asked `by`: the total, unless the KPI exists by one dimension only, and its dimensions. */
export function slicings(def: KpiDef): readonly ('total' | Dimension)[] {
  return def.onlyBy === undefined ? ['total', ...def.dimensions] : [def.onlyBy];
}

/**
 * The SELECT of a KPI over a table or view of facts.
 *
 * Shapes   parameters tenant, currency, by: String; from, to: DateTime64(3, 'UTC') -> one row per slice (`by` = total: one row, slice '') with
 *          slice String, value and reason Nullable(String), numerator and denominator String, and one Int64 column per measure
 * Units    as evaluateFormula publishes them, to the letter; measures in minor currency units
 * Holds    the total has a row even without facts; a slice of which every measure is 0 has none
 * Errors   at run time, by throwIf: a `by` that the KPI does not have, from > to, a currency that is not a code, a sum outside of Int64
 */
export function kpiSelect(def: KpiDef, options: { readonly factsSource: string }): string {
  const { fraction } = compileFormula(def);
  if (fraction.root !== 'plain')
    throw new Error(`KPI ${def.id}: expected a formula without sqrt, found ${def.formula}; SQL does not publish roots yet`);
  const measures = measureIdsOf(def).map(measureById);
  const ids = measures.map(({ id }) => id);
  return `SELECT
  slice,
  if(denominator_int = 0, NULL, ${decimalStringSql(def.unit)}) AS value,
  multiIf(denominator_int != 0, NULL, numerator_int != 0, ${sqlString(def.reasonWithoutDenominator ?? 'zero_denominator')}, 'zero_denominator') AS reason,
  toString(numerator_int) AS numerator,
  toString(denominator_int) AS denominator,
  ${ids.join(',\n  ')}
FROM (
  SELECT slice, numerator_int, denominator_int, ${roundedMagnitudeSql(def.unit)} AS magnitude, ${ids.join(', ')}
  FROM (
    ${fractionSql(fraction, ids)}
    FROM (
      ${checkedMeasures(def, measures)}
      FROM (
${indent(sliceSums(measures, sliceColumn(def), options.factsSource), 8)}
        UNION ALL
${indent(emptyTotal(def, measures), 8)}
      )
      GROUP BY slice
      HAVING slice = '' OR ${ids.map((id) => `${id} != 0`).join(' OR ')}
    )
  )
)`;
}

/** Numerator and denominator with the sign moved up, and a denominator of 0 where any divisor is 0: the rules of evaluateFormula. */
function fractionSql(fraction: Fraction, ids: readonly string[]): string {
  const numerator = integerSql(fraction.numerator);
  const denominator = integerSql(fraction.denominator);
  const isUndefined = fraction.divisors.map((divisor) => `${integerSql(divisor)} = 0`).join(' OR ') || '0';
  return `SELECT
      slice,
      if(NOT (${isUndefined}) AND ${denominator} < 0, -${numerator}, ${numerator}) AS numerator_int,
      if(${isUndefined}, toInt256(0), if(${denominator} < 0, -${denominator}, ${denominator})) AS denominator_int,
      ${ids.join(', ')}`;
}

/** The second summing adds the empty total, and refuses what an Int64 cannot hold: plain Int64 sums would wrap silently. */
function checkedMeasures(def: KpiDef, measures: readonly MeasureDef[]): string {
  const columns = measures.map(({ id }) => {
    const sum = `sum(sum_${id})`;
    const message = `KPI ${def.id}: expected ${id} within the range of Int64, found more; ask for a shorter window`;
    return `toInt64(${sum} + throwIf(${sum} > toInt128('9223372036854775807') OR ${sum} < toInt128('-9223372036854775808'), ${sqlString(message)})) AS ${id}`;
  });
  return `SELECT slice, ${columns.join(',\n        ')}`;
}

function sliceColumn(def: KpiDef): string {
  const cases = def.dimensions.map((dimension) => `{by:String} = ${sqlString(dimension)}, ${dimension}`);
  return cases.length === 0 ? "''" : `multiIf(${cases.join(', ')}, '')`;
}

function sliceSums(measures: readonly MeasureDef[], slice: string, factsSource: string): string {
  const facts = [...new Set(measures.flatMap(({ terms }) => terms.map(({ fact }) => fact)))];
  const isBounded = measures.every(({ kind }) => kind !== 'stock');
  const source = `FROM ${factsSource}
WHERE tenant = {tenant:String} AND fact IN ${sqlList(facts)} AND currency IN ('', ${currencyParameter})
  AND at < ${toParameter}${isBounded ? ` AND at >= ${fromParameter}` : ''}`;
  const sums = measures.map((measure) => `${measureAggregate(measure)} AS sum_${measure.id}`).join(',\n  ');
  if (!measures.some(countsEntities)) return `SELECT toString(${slice}) AS slice,\n  ${sums}\n${source}\nGROUP BY slice`;
  const columns = measures.map((measure) => {
    const column = `of_entity.sum_${measure.id}`;
    return `toInt128(${countsEntities(measure) ? entityCount(measure, column) : `sum(${column})`}) AS sum_${measure.id}`;
  });
  return `SELECT slice, ${columns.join(', ')}
FROM (
  SELECT toString(${slice}) AS slice, entity,
  ${sums}
${indent(source, 2)}
  GROUP BY slice, entity
) AS of_entity
GROUP BY slice`;
}

/** One row of zeros for the total, which exists without facts too; it also checks the parameters. */
function emptyTotal(def: KpiDef, measures: readonly MeasureDef[]): string {
  const allowed = slicings(def);
  const checks = [
    [`{by:String} NOT IN ${sqlList(allowed)}`, `expected by to be one of ${allowed.join(', ')}; correct the parameter by`],
    [`${fromParameter} > ${toParameter}`, 'expected from at or before to; correct the parameters from and to'],
  ];
  if (measures.some(({ money }) => money)) {
    checks.push([`NOT match(${currencyParameter}, '^[A-Z]{3}$')`, 'expected an ISO 4217 code such as EUR; correct the parameter currency']);
  }
  const refused = checks.map(([condition, message]) => `throwIf(${condition}, ${sqlString(`KPI ${def.id}: ${message}`)})`).join(' + ');
  const zeros = measures.map(({ id }) => `toInt128(0) AS sum_${id}`).join(', ');
  // A scalar subquery runs before anything else, also where a reader's filter on slice leaves nothing to read.
  return `SELECT '' AS slice, ${zeros} FROM system.one WHERE {by:String} = 'total' AND (SELECT ${refused}) = 0`;
}

function indent(text: string, columnCount: number): string {
  return text.replaceAll(/^/gm, ' '.repeat(columnCount));
}
