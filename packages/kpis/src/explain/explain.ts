/** Explains an answer in words and numbers that a person can check by hand. */
import { measureById } from '../definitions/index.ts';
import { currencyExponentOf } from '../formula/currency.ts';
import { compileFormula, measureIdsOf } from '../formula/evaluate.ts';
import { precisionOf, toDecimalString } from '../formula/publish.ts';
import type { KpiAnswer, KpiDef, NullReason } from '../types.ts';

/** What a null means and what to do about it, for every reason. */
export const nullReasonTexts: Readonly<Record<NullReason, string>> = {
  zero_denominator: 'it would divide by zero: there is nothing to divide by in this window',
  no_acquisition: 'money was spent and no customer was acquired, so there is no cost per customer',
  rebuilding: 'a partition is being rebuilt or has not started yet; ask again when the consumer has caught up',
  too_many_values: 'this dimension has more values than are kept live; ask ClickHouse, which answers all of them',
  not_live: 'it is not kept live for this window; ask ClickHouse',
  unavailable: 'it could not be computed; see the logs of the process that answered',
};

/**
 * The answer with its formula, the numbers put in, its bounds and its completeness, one thing per line.
 *
 * Shapes   -> lines separated by \n, the first one the answer itself
 * Units    money in major units, instants in UTC and in the window's zone
 */
export function explain(answer: KpiAnswer, def: KpiDef): string {
  const lines: [string, string][] = [
    ['formula', `${asPublished(def)} = ${putIn(answer, def)} = ${exactly(answer)}`],
    ...measureIdsOf(def).map((id): [string, string] => ['measure', `${id} = ${shown(answer, id)}: ${measureById(id).meaning}`]),
    ['unit', unitText(answer)],
    ['window', windowText(answer)],
    ['slice', answer.slice === null ? 'total' : `${answer.slice.dimension} = ${answer.slice.value}`],
    ['complete', completenessText(answer)],
    ['source', `${answer.source}, tenant ${answer.tenant}, generation ${answer.generation}`],
  ];
  return [headline(answer, def), ...lines.map(([name, text]) => `  ${name.padEnd(9)} ${text}`)].join('\n');
}

/** The formula as it is published: a percent is 100 times its fraction. */
export function asPublished(def: KpiDef): string {
  if (def.unit !== 'percent') return def.formula;
  const { root, body } = compileFormula(def).formula;
  const isSum = root === 'plain' && body.type === 'binary' && (body.operator === '+' || body.operator === '-');
  return isSum ? `100 * (${def.formula})` : `100 * ${def.formula}`;
}

function headline(answer: KpiAnswer, def: KpiDef): string {
  if (answer.value === null) return `${def.names.en} is null (${answer.reason}): ${nullReasonTexts[answer.reason ?? 'unavailable']}`;
  const suffix = { percent: ' %', currency: ` ${answer.currency}`, count: '', ratio: '' }[answer.unit];
  return `${def.names.en} = ${answer.value}${suffix}`;
}

function putIn(answer: KpiAnswer, def: KpiDef): string {
  return asPublished(def).replaceAll(/[a-z][a-z0-9_]*/g, (name) => {
    if (name === 'sqrt') return name;
    const text = shown(answer, name);
    return text.startsWith('-') ? `(${text})` : text;
  });
}

function shown(answer: KpiAnswer, id: string): string {
  const value = answer.measures[id];
  if (value === undefined) return '?';
  return measureById(id).money ? toDecimalString(value, precisionOf('currency', currencyExponentOf(answer.currency))) : `${value}`;
}

function exactly(answer: KpiAnswer): string {
  const minor = answer.unit === 'currency' ? ' in minor units' : '';
  const fraction = `${answer.numerator} / ${answer.denominator}${minor}`;
  return answer.value === null ? `null (${fraction})` : `${answer.value} (exactly ${fraction})`;
}

function unitText(answer: KpiAnswer): string {
  if (answer.unit === 'currency')
    return `${answer.currency}, major units, rounded half away from zero to ${currencyExponentOf(answer.currency)} decimals`;
  if (answer.unit === 'percent') return 'percent, rounded half away from zero to 2 decimals';
  return answer.unit === 'ratio' ? 'ratio, rounded half away from zero to at most 4 decimals' : 'count';
}

function windowText({ window }: KpiAnswer): string {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: window.zone, dateStyle: 'short', timeStyle: 'short' });
  const bounds = `${utc(window.from)} <= time < ${utc(window.to)}`;
  const running = window.provisional ? '; provisional, it has not ended yet' : '';
  return `${window.label}: ${bounds} (${local.format(window.from)} to ${local.format(window.to)} in ${window.zone})${running}`;
}

function completenessText({ completeThroughMs }: KpiAnswer): string {
  if (completeThroughMs === null) return 'unknown: no partition has said through which moment it is complete';
  return `every event that Kafka accepted up to ${utc(completeThroughMs)} is in the number`;
}

function utc(ms: number): string {
  return new Date(ms).toISOString().replace(/:00\.000Z$/, 'Z');
}
