import { clickhouseTime, type Clickhouse, query } from '@vigie/clickhouse';
import {
  type Dimension,
  dimensions,
  evaluateFormula,
  currencyExponentOf,
  factSpecs,
  kpiSelect,
  type KpiAnswer,
  type KpiDef,
  measureDefs,
  measuresOf,
  type TenantSettings,
} from '@vigie/kpis';
import { readLiveTogether, type LiveAsk } from '@vigie/redis';
import { type Question, toQuestion } from '../core/answer-asks.ts';
import { toSettings } from '../core/run-core.ts';
import type { Ask, History, OracleAnswer } from '../histories/history.ts';
import type { Pipeline } from './pipeline.ts';

/** What Redis said to every ask (null: not kept live), and where each partition stood in that moment. */
export interface LiveAnswers {
  readonly answers: readonly (OracleAnswer | null)[];
  readonly positions: ReadonlyMap<number, number>;
}

const queriesAtOnce = 4;
const known = new Set(measureDefs.map(({ id }) => id));

/** The KPI that a question is: its own, or the measures asked for as a formula; null where no KPI reads these facts. */
function defOf(question: Question): KpiDef | null {
  if (question.def !== null) return question.def;
  if (!question.measures.every(({ measure }) => known.has(measure.id))) return null;
  return {
    id: 'asked',
    names: { en: 'asked', fr: 'demandé' },
    unit: 'count',
    direction: 'higher_is_better',
    formula: question.measures
      .map(({ sign, measure }, index) => `${sign === 1n ? (index === 0 ? '' : '+ ') : '- '}${measure.id}`)
      .join(' '),
    dimensions,
    description: 'what a test asks',
    notes: [],
    benchmarks: [],
  };
}

function isSlicedLive(def: KpiDef, by: Dimension | null): boolean {
  return by === null || measuresOf(def).every(({ terms }) => terms.every(({ fact }) => factSpecs[fact].live?.includes(by)));
}

/** Asks Redis everything at once, so that all answers are of one moment. */
export async function askLive(pipeline: Pipeline, history: History, tenant: string): Promise<LiveAnswers> {
  const settings = toSettings(history.settings);
  const questions = history.asks.map((ask) => toQuestion(ask, settings));
  const asks: LiveAsk[] = [];
  const indexes: number[] = [];
  for (const [index, question] of questions.entries()) {
    const def = question === null ? null : defOf(question);
    const by = question?.slice?.dimension ?? null;
    if (question === null || def === null || !isSlicedLive(def, by)) continue;
    asks.push({ def, window: question.window, by });
    indexes.push(index);
  }
  const reading = await readLiveTogether(pipeline.redis, pipeline.place, { tenant, settings, asks });
  const answers: (OracleAnswer | null)[] = questions.map(() => null);
  for (const [place, index] of indexes.entries())
    answers[index] = liveAnswer(questions[index]!, { def: asks[place]!.def, settings }, reading.answers[place]!);
  return { answers, positions: reading.positions };
}

interface Counted {
  readonly def: KpiDef;
  readonly settings: TenantSettings;
}

function liveAnswer(question: Question, counted: Counted, found: readonly KpiAnswer[]): OracleAnswer | null {
  const reason = found[0]?.reason;
  if (reason === 'not_live') return null;
  if (reason === 'rebuilding' || reason === 'too_many_values') throw new Error(`expected a live answer, found ${reason}`);
  if (question.slice === null) return shaped(question, found[0]!);
  return shaped(question, found.find(({ slice }) => slice?.value === question.slice!.value) ?? emptySlice(counted));
}

/** A slice in which nothing happened has no row; its measures are 0. */
function emptySlice({ def, settings }: Counted): Pick<KpiAnswer, 'value' | 'reason' | 'numerator' | 'denominator'> {
  const zeros = new Map(measuresOf(def).map(({ id }) => [id, 0n]));
  return evaluateFormula(def, zeros, { currencyExponent: currencyExponentOf(settings.currency) });
}

function shaped(question: Question, answer: Pick<KpiAnswer, 'value' | 'reason' | 'numerator' | 'denominator'>): OracleAnswer {
  const numerator = Number(answer.numerator);
  if (question.def === null) return numerator;
  const { value, reason } = answer;
  if (reason !== null && reason !== 'zero_denominator' && reason !== 'no_acquisition')
    throw new Error(`expected a number, found ${reason}`);
  return { value, reason, numerator, denominator: Number(answer.denominator) };
}

interface SqlRow {
  readonly slice: string;
  readonly value: string | null;
  readonly reason: KpiAnswer['reason'];
  readonly numerator: string;
  readonly denominator: string;
}

/** Asks ClickHouse: KPIs through the analyst's views, other measures over the view of facts (or another source of facts). */
export async function askSql(
  pipeline: Pipeline,
  history: History,
  asked: { tenant: string; factsSource?: string },
): Promise<OracleAnswer[]> {
  const settings = toSettings(history.settings);
  const answers: OracleAnswer[] = [];
  for (let start = 0; start < history.asks.length; start += queriesAtOnce) {
    const part = history.asks.slice(start, start + queriesAtOnce);
    answers.push(...(await Promise.all(part.map((ask) => askOne(pipeline, { ask, settings, ...asked })))));
  }
  return answers;
}

interface SqlAsk {
  readonly ask: Ask;
  readonly settings: TenantSettings;
  readonly tenant: string;
  readonly factsSource?: string;
}

async function askOne(pipeline: Pipeline, asked: SqlAsk): Promise<OracleAnswer> {
  const question = toQuestion(asked.ask, asked.settings);
  if (question === null) return countDeadLetters(pipeline.clickhouse, asked.tenant);
  const def = defOf(question);
  const { analyst } = pipeline;
  // Analysts read the views and nothing else.
  const reader = asked.factsSource === undefined ? analyst : pipeline.clickhouse;
  if (def === null) return sumFacts(reader, { question, ...asked });
  const params = {
    tenant: asked.tenant,
    currency: asked.settings.currency,
    by: question.slice?.dimension ?? 'total',
    from: clickhouseTime(question.window.from),
    to: clickhouseTime(question.window.to),
  };
  const isView = question.def !== null && asked.factsSource === undefined;
  const sql = isView
    ? `SELECT * FROM ${analyst.views}.${def.id}(tenant={tenant:String}, currency={currency:String}, by={by:String},
         from={from:DateTime64(3,'UTC')}, to={to:DateTime64(3,'UTC')})`
    : kpiSelect(def, { factsSource: asked.factsSource ?? `${analyst.views}.facts` });
  const rows = await query<SqlRow>(reader, { sql, params });
  const row = rows.find(({ slice }) => slice === (question.slice?.value ?? ''));
  if (row === undefined) return shaped(question, emptySlice({ def, settings: asked.settings }));
  return shaped(question, { ...row, numerator: BigInt(row.numerator), denominator: BigInt(row.denominator) });
}

/** Facts that no KPI reads yet are summed by hand. */
async function sumFacts(reader: Clickhouse, asked: { question: Question; tenant: string; factsSource?: string }): Promise<number> {
  const { question, tenant } = asked;
  const [{ sign, measure } = { sign: 1n, measure: undefined }] = question.measures;
  const [term] = measure?.terms ?? [];
  if (question.measures.length !== 1 || sign !== 1n || term === undefined || measure?.kind !== 'sum')
    throw new Error('expected one sum of one fact');
  const slice = question.slice === null ? '' : `AND ${question.slice.dimension} = {value:String}`;
  const [row] = await query<{ total: string }>(reader, {
    sql: `SELECT toString(sum(toInt128(value))) AS total FROM ${asked.factsSource ?? `${reader.views}.facts`}
          WHERE tenant = {tenant:String} AND fact = {fact:String} AND currency IN ('', {currency:String})
            AND at >= {from:DateTime64(3,'UTC')} AND at < {to:DateTime64(3,'UTC')} ${slice}`,
    params: {
      tenant,
      fact: term.fact,
      currency: question.currency,
      from: clickhouseTime(question.window.from),
      to: clickhouseTime(question.window.to),
      value: question.slice?.value ?? '',
    },
  });
  return Number(row?.total ?? 0);
}

/** Dead letters know no tenant; their keys do. */
async function countDeadLetters(clickhouse: Clickhouse, tenant: string): Promise<number> {
  const [row] = await query<{ count: string }>(clickhouse, {
    sql: `SELECT toString(count()) AS count FROM ${clickhouse.database}.dead_letters FINAL WHERE startsWith(key, {prefix:String})`,
    params: { prefix: `${tenant}:` },
  });
  return Number(row?.count ?? 0);
}
