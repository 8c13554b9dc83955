import { type Dimension, type FactName, factSpecs, type KpiDef, measuresOf, type TenantSettings, type Window } from '@vigie/kpis';
import type { Clickhouse } from './connect.ts';
import type { SqlStanding } from './read-kpi.ts';
import { SeriesAnswers } from './read-series-answers.ts';
import { PairSums, PaneSums, type PanesOf, type SeriesGrid, type SeriesPanes } from './read-series-panes.ts';
import { query } from './records.ts';
import { clickhouseTime } from './time.ts';

/** One KPI, in total or by one dimension, over many windows. */
export interface SeriesAsk {
  readonly def: KpiDef;
  readonly by: Dimension | null;
  readonly windows: readonly Window[];
}

export interface SeriesQuestion {
  readonly tenant: string;
  readonly settings: TenantSettings;
  readonly asks: readonly SeriesAsk[];
}

/** So many panes (of all facts and slices together) are taken into memory; about 100 bytes each. */
const paneCountMax = 5_000_000;

/** The history asked for is too large for memory. */
export class SeriesLimitError extends Error {
  override readonly name = 'SeriesLimitError';
}

/** Whether a KPI is made of sums, so that a history of it can be folded in memory; distinct customers do not add up over time. */
export function isSummable(def: KpiDef): boolean {
  return measuresOf(def).every(({ kind }) => kind === 'sum' || kind === 'stock' || kind === 'cohort_sum');
}

/**
 * Reads the facts of some KPIs once, summed into panes, and answers any of the given windows from memory.
 *
 * Shapes   windows: thousands, any mix of lengths; every KPI summable
 * Holds    an answer equals that of the KPI's view for the same window, slices included; `standing` was read before
 * Errors   SeriesLimitError when there are more than paneCountMax panes
 */
export async function readSeries(clickhouse: Clickhouse, standing: SqlStanding, question: SeriesQuestion): Promise<SeriesAnswers> {
  const grid = gridOf(question.asks.flatMap(({ windows }) => windows));
  const byDimension = new Map<Dimension | null, SeriesPanes>();
  for (const by of new Set(question.asks.map((ask) => ask.by))) {
    const facts = factsOf(question.asks.filter((ask) => ask.by === by).map(({ def }) => def));
    const place = { clickhouse, generation: standing.generation, question, grid, by };
    byDimension.set(by, { sums: await readSums(place, facts), pairs: await readPairs(place, facts) });
  }
  return new SeriesAnswers({ standing, question, grid, byDimension });
}

/** The coarsest panes on whose edges all windows lie: windows of each full hour need no minutes. */
function gridOf(windows: readonly Window[]): SeriesGrid {
  let [fromMs, toMs, paneMs] = [Infinity, -Infinity, 0];
  for (const { from, to } of windows) {
    fromMs = Math.min(fromMs, from);
    toMs = Math.max(toMs, to);
    paneMs = greatestCommonDivisor(greatestCommonDivisor(paneMs, Math.abs(from)), Math.abs(to));
  }
  return windows.length === 0 ? { fromMs: 0, toMs: 0, paneMs: 1 } : { fromMs, toMs, paneMs: Math.max(1, paneMs) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

interface Facts {
  readonly all: readonly FactName[];
  /** Those that are read from the beginning of time. */
  readonly stocks: readonly FactName[];
  readonly cohorts: readonly FactName[];
}

function factsOf(defs: readonly KpiDef[]): Facts {
  const measures = defs.flatMap(measuresOf);
  const namesOf = (kind: string | null): FactName[] => [
    ...new Set(measures.filter((measure) => kind === null || measure.kind === kind).flatMap(({ terms }) => terms.map(({ fact }) => fact))),
  ];
  return { all: namesOf(null), stocks: namesOf('stock'), cohorts: namesOf('cohort_sum').filter((fact) => factSpecs[fact].pairs) };
}

interface Place {
  readonly clickhouse: Clickhouse;
  readonly generation: number;
  readonly question: SeriesQuestion;
  readonly grid: SeriesGrid;
  readonly by: Dimension | null;
}

interface Row<Cell> {
  readonly fact: FactName;
  readonly slice: string;
  readonly cells: readonly Cell[];
}

/** What lies before the first window is one pane, number 0: a stock needs its sum and nothing else. */
async function readSums(place: Place, facts: Facts): Promise<PanesOf<PaneSums>> {
  const rows = await queryCells<[number, string]>(place, {
    cell: `(${paneOf('at')} AS pane, toString(sum(toInt128(value))))`,
    groupBy: 'pane',
    condition: "fact IN {facts:Array(String)} AND (at >= {from:DateTime64(3, 'UTC')} OR fact IN {stocks:Array(String)})",
    facts,
  });
  return byFact(rows, (cells) => new PaneSums(cells));
}

/** Who came and went inside some window: only those who came after the first window began can have. */
async function readPairs(place: Place, facts: Facts): Promise<PanesOf<PairSums>> {
  if (facts.cohorts.length === 0) return new Map();
  const rows = await queryCells<[number, number, string]>(place, {
    cell: `(${paneOf('at')} AS pane, ${paneOf('since')} AS since_pane, toString(sum(toInt128(value))))`,
    groupBy: 'pane, since_pane',
    condition: "fact IN {cohorts:Array(String)} AND since >= {from:DateTime64(3, 'UTC')}",
    facts,
  });
  return byFact(rows, (cells) => new PairSums(cells));
}

const paneOf = (column: string): string =>
  `intDiv(greatest(toUnixTimestamp64Milli(${column}), {from_ms:Int64} - 1) - ({from_ms:Int64} - {pane_ms:Int64}), {pane_ms:Int64})`;

async function queryCells<Cell>(
  { clickhouse, generation, question, grid, by }: Place,
  asked: { cell: string; groupBy: string; condition: string; facts: Facts },
): Promise<Row<Cell>[]> {
  const { facts } = asked;
  const sql = `SELECT fact, slice, arraySort(groupArray(cell)) AS cells FROM (
      SELECT fact, toString(${by ?? "''"}) AS slice, ${asked.cell} AS cell
      FROM ${clickhouse.database}.facts FINAL
      WHERE generation = {generation:UInt32} AND tenant = {tenant:String} AND currency IN ('', {currency:String})
        AND at < {to:DateTime64(3, 'UTC')} AND ${asked.condition}
      GROUP BY fact, slice, ${asked.groupBy} HAVING sum(toInt128(value)) != 0
    ) GROUP BY fact, slice
    SETTINGS max_rows_to_group_by = ${paneCountMax}, group_by_overflow_mode = 'throw', output_format_json_quote_64bit_integers = 0`;
  const params = {
    ...{ generation, tenant: question.tenant, currency: question.settings.currency, ...facts, facts: facts.all },
    ...{ from: clickhouseTime(grid.fromMs), to: clickhouseTime(grid.toMs), from_ms: grid.fromMs, pane_ms: grid.paneMs },
  };
  try {
    return await query<Row<Cell>>(clickhouse, { sql, params });
  } catch (error) {
    if (!(error instanceof Error && /max_rows_to_group_by|TOO_MANY_ROWS/.test(error.message))) throw error;
    throw new SeriesLimitError(
      `expected at most ${paneCountMax} sums of facts per slice and ${grid.paneMs / 60_000} min, found more; look at a shorter history, or at fewer rules`,
    );
  }
}

function byFact<Cell, Panes>(rows: readonly Row<Cell>[], make: (cells: readonly Cell[]) => Panes): PanesOf<Panes> {
  const panes = new Map<FactName, Map<string, Panes>>();
  for (const { fact, slice, cells } of rows) {
    const own = panes.get(fact) ?? new Map<string, Panes>();
    panes.set(fact, own.set(slice, make(cells)));
  }
  return panes;
}
