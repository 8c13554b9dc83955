import {
  currencyExponentOf,
  type Dimension,
  evaluateFormula,
  type Fact,
  type FactName,
  factNames,
  factSpecs,
  kpiById,
  type KpiDef,
  type MeasureDef,
  measureDefs,
  measuresOf,
  minuteKeptMs,
  oldestPanesMs,
  quarterKeptMs,
  readsOf,
  type Slice,
  sliceName,
  type TenantSettings,
  unknownValue,
  type Window,
} from '@vigie/kpis';
import type { Ask, OracleAnswer } from '../histories/history.ts';
import type { Cells } from './cells.ts';
import type { CoreRun } from './run-core.ts';

/** One question in the core's own words: signed measures over a window and a slice, or the formula of a KPI. */
export interface Question {
  readonly def: KpiDef | null;
  readonly measures: readonly { readonly sign: 1n | -1n; readonly measure: MeasureDef }[];
  readonly window: Window;
  readonly slice: Slice | null;
  readonly currency: string;
}

const names: ReadonlySet<string> = new Set(factNames);
const isFactName = (name: string): name is FactName => names.has(name);
const byId = new Map(measureDefs.map((measure) => [measure.id, measure]));
const aliases: Readonly<Record<string, string>> = { churn: 'customer_churn_rate', retention: 'customer_retention_rate' };
/** Measures of the oracle that are sums of ours. */
const combined: Readonly<Record<string, readonly (readonly [1n | -1n, string])[]>> = {
  customers: [[1n, 'customers_at_end']],
  mrr: [[1n, 'closing_mrr']],
  customers_present: [
    [1n, 'customers_at_start'],
    [1n, 'customers_joined'],
  ],
  net_revenue: [
    [1n, 'gross_sales'],
    [-1n, 'discounts'],
    [-1n, 'refunds'],
  ],
};

/** Translates what the oracle is asked; null for the count of dead letters, which is no measure. */
export function toQuestion(ask: Ask, settings: TenantSettings): Question | null {
  if (ask.measure === 'dead_letters') return null;
  const to = Date.parse(ask.at ?? ask.to!);
  const from = ask.from === undefined ? to : Date.parse(ask.from);
  const window = { from, to, label: `${from}..${to}`, zone: settings.zone, provisional: false };
  const [dimension, value] = ask.slice === undefined ? [] : splitOnce(ask.slice);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the generator and the scenarios name dimensions of ours only
  const slice = dimension === undefined ? null : { dimension: dimension as Dimension, value: value! };
  const own = { window, slice, currency: settings.currency };
  if (ask.kpi === undefined) return { ...own, def: null, measures: measuresNamed(ask.measure!) };
  const def = kpiById(aliases[ask.kpi] ?? ask.kpi);
  if (def === undefined) throw new Error(`expected a KPI of ours, found ${ask.kpi}`);
  return { ...own, def, measures: measuresOf(def).map((measure) => ({ sign: 1n, measure })) };
}

function splitOnce(slice: string): [string, string] {
  const at = slice.indexOf('=');
  return [slice.slice(0, at), slice.slice(at + 1)];
}

function measuresNamed(name: string): Question['measures'] {
  const parts = combined[name] ?? [[1n, name] as const];
  return parts.map(([sign, id]) => ({ sign, measure: byId.get(id) ?? sumOf(id) }));
}

/** Facts that no KPI reads yet are sums as well. */
function sumOf(name: string): MeasureDef {
  if (!isFactName(name)) throw new Error(`expected a measure or a fact of ours, found ${name}`);
  return { id: name, kind: 'sum', terms: [{ fact: name, sign: 1 }], money: factSpecs[name].money, meaning: name };
}

/** The answer in the oracle's shape, given each measure's value. */
function answerWith(question: Question, valueOf: (measure: MeasureDef) => bigint): OracleAnswer {
  if (question.def === null) return Number(question.measures.reduce((sum, { sign, measure }) => sum + sign * valueOf(measure), 0n));
  const values = new Map(question.measures.map(({ measure }) => [measure.id, valueOf(measure)]));
  const result = evaluateFormula(question.def, values, { currencyExponent: currencyExponentOf(question.currency) });
  const { value, reason } = result;
  if (reason !== null && reason !== 'zero_denominator' && reason !== 'no_acquisition') throw new Error(`expected no reason ${reason} here`);
  return { value, reason, numerator: Number(result.numerator), denominator: Number(result.denominator) };
}

/** Reads a measure from a list of facts, by the words of its kind. */
export function measureFromFacts(facts: readonly Fact[], measure: MeasureDef, question: Question): bigint {
  const { from, to } = question.window;
  let sum = 0n;
  const byEntity = new Map<string, number>();
  for (const fact of facts) {
    const term = measure.terms.find((candidate) => candidate.fact === fact.fact);
    if (term === undefined || !belongs(fact, question)) continue;
    const isInside = fact.at >= from && fact.at < to;
    const counts = {
      sum: isInside,
      stock: fact.at < (measure.at === 'from' ? from : to),
      cohort_sum: isInside && fact.since < from,
      distinct: isInside,
      repeat: isInside,
      quantile: false,
    }[measure.kind];
    if (!counts) continue;
    sum += BigInt(term.sign * fact.value);
    byEntity.set(fact.entity, (byEntity.get(fact.entity) ?? 0) + fact.value);
  }
  const atLeast = (count: number): bigint => BigInt([...byEntity.values()].filter((value) => value >= count).length);
  if (measure.kind === 'distinct') return atLeast(1);
  return measure.kind === 'repeat' ? atLeast(2) : sum;
}

function belongs(fact: Fact, { slice, currency }: Question): boolean {
  if (factSpecs[fact.fact].money && fact.currency !== currency) return false;
  return slice === null || (fact.dims[slice.dimension] ?? unknownValue) === slice.value;
}

/** The cells of a run, and who asks them when. */
export interface CellSource {
  readonly cells: Cells;
  readonly tenant: string;
  readonly nowMs: number;
  /** Every value of every dimension that facts carry: `unknown` is what they leave of the total. */
  readonly facts: readonly Fact[];
}

/** Reads a measure from cells as a reader of Redis does; null where it is not kept live, or no longer. */
export function measureFromCells(source: CellSource, measure: MeasureDef, question: Question): bigint | null {
  const { slice, window, currency } = question;
  if (slice !== null && !measure.terms.every(({ fact }) => factSpecs[fact].live?.includes(slice.dimension))) return null;
  const read = (name: string): bigint | null => {
    const reads = readsOf(measure, { window, currency, slice: name });
    if (reads === null) return null;
    const oldest = oldestPanesMs(reads);
    if (oldest.minuteMs < source.nowMs - minuteKeptMs || oldest.quarterMs < source.nowMs - quarterKeptMs) return null;
    return reads.reduce((sum, one) => sum + source.cells.sum(source.tenant, one, source.nowMs), 0n);
  };
  if (slice === null) return read(sliceName(null));
  if (slice.value !== unknownValue) return read(sliceName(slice.dimension, slice.value));
  const values = new Set(source.facts.flatMap(({ dims }) => dims[slice.dimension] ?? []));
  let rest = read(sliceName(null));
  for (const value of values) {
    const known = read(sliceName(slice.dimension, value));
    rest = rest === null || known === null ? null : rest - known;
  }
  return rest;
}

/** What the core says to every ask of its history, from the facts and from the cells (null: not live). */
export function answersOfCore(
  run: CoreRun,
  asked: { asks: readonly Ask[]; settings: TenantSettings; tenant: string; nowMs: number },
): { fromFacts: OracleAnswer; fromCells: OracleAnswer | null }[] {
  const source = { cells: run.cells, tenant: asked.tenant, nowMs: asked.nowMs, facts: run.facts };
  return asked.asks.map((ask) => {
    const question = toQuestion(ask, asked.settings);
    if (question === null) return { fromFacts: run.deadLetterCount, fromCells: null };
    const fromFacts = answerWith(question, (measure) => measureFromFacts(run.facts, measure, question));
    const live = new Map(question.measures.map(({ measure }) => [measure, measureFromCells(source, measure, question)]));
    const isLive = [...live.values()].every((value) => value !== null);
    return { fromFacts, fromCells: isLive ? answerWith(question, (measure) => live.get(measure)!) : null };
  });
}
