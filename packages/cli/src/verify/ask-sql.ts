import { type Clickhouse, clickhouseTime, query } from '@vigie/clickhouse';
import { type Dimension, type KpiDef, kpiSelect, type NullReason, type Window } from '@vigie/kpis';
import type { Recomputed } from './evaluate.ts';

export interface SqlAsk {
  readonly tenant: string;
  readonly currency: string;
  readonly def: KpiDef;
  readonly window: Window;
  readonly by: Dimension | null;
}

interface Row {
  readonly slice: string;
  readonly value: string | null;
  readonly reason: NullReason | null;
  readonly numerator: string;
  readonly denominator: string;
}

/** Asks ClickHouse the SQL of a KPI's view, over the facts below the given positions only. */
export async function askSql(
  clickhouse: Clickhouse,
  cut: { topic: string; generation: number; positions: ReadonlyMap<number, number> },
  ask: SqlAsk,
): Promise<Recomputed[]> {
  const { topic, generation, positions } = cut;
  const { def, tenant, currency, by, window } = ask;
  const below = [...positions].map(([partition, position]) => `(partition = ${partition} AND offset < ${position})`).join(' OR ');
  const factsSource = `(SELECT * FROM ${clickhouse.database}.facts FINAL WHERE generation = {generation:UInt32} AND tenant = {tenant:String} AND topic = {topic:String} AND (${below}))`;
  const rows = await query<Row>(clickhouse, {
    sql: kpiSelect(def, { factsSource }),
    params: { tenant, currency, by: by ?? 'total', from: clickhouseTime(window.from), to: clickhouseTime(window.to), generation, topic },
  });
  return rows.map(toRecomputed);
}

function toRecomputed(row: Row): Recomputed {
  const { slice, value, reason } = row;
  return { slice, value, reason, numerator: BigInt(row.numerator), denominator: BigInt(row.denominator) };
}
