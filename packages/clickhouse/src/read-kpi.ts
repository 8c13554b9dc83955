import {
  type Dimension,
  type KpiAnswer,
  type KpiDef,
  measuresOf,
  type NullReason,
  type TenantSettings,
  unknownValue,
  type Window,
} from '@vigie/kpis';
import type { Clickhouse } from './connect.ts';
import { query } from './records.ts';
import { clickhouseTime } from './time.ts';

export interface SqlQuestion {
  readonly def: KpiDef;
  readonly tenant: string;
  readonly settings: TenantSettings;
  readonly window: Window;
  readonly by: Dimension | null;
}

/** Where ClickHouse stood before a question was asked. */
export interface SqlStanding {
  readonly generation: number;
  /** Null: not known for every partition. */
  readonly completeThroughMs: number | null;
}

type Row = Record<string, string | null>;

/**
 * Answers a KPI from its view: the total, or one answer per value of a dimension with `unknown` last.
 *
 * Holds    `standing` was read before, so the numbers hold at least what it promises
 */
export async function readKpi(clickhouse: Clickhouse, standing: SqlStanding, question: SqlQuestion): Promise<KpiAnswer[]> {
  const { def, tenant, settings, window, by } = question;
  const { client, views } = clickhouse;
  const result = await client.query({
    query: `SELECT * FROM ${views}.${def.id}(tenant = {tenant:String}, currency = {currency:String}, by = {by:String},
      from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})`,
    query_params: {
      tenant,
      currency: settings.currency,
      by: by ?? 'total',
      from: clickhouseTime(window.from),
      to: clickhouseTime(window.to),
    },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  const rows = await result.json<Row>();
  const frame = { kpi: def.id, tenant, window, unit: def.unit, currency: settings.currency, source: 'sql' as const, ...standing };
  const answers = rows.map((row) => ({
    ...frame,
    ...numbersOf(def, row),
    slice: by === null ? null : { dimension: by, value: row['slice'] ?? '' },
  }));
  return answers.toSorted((a, b) => compareSlices(a.slice?.value ?? '', b.slice?.value ?? ''));
}

function numbersOf(def: KpiDef, row: Row) {
  return {
    value: row['value'] ?? null,
    reason: (row['reason'] ?? null) as NullReason | null,
    numerator: BigInt(row['numerator'] ?? 0),
    denominator: BigInt(row['denominator'] ?? 0),
    measures: Object.fromEntries(measuresOf(def).map(({ id }) => [id, BigInt(row[id] ?? 0)])),
  };
}

/** What is not known comes last, as in the live answer. */
function compareSlices(a: string, b: string): number {
  return Number(a === unknownValue) - Number(b === unknownValue) || (a < b ? -1 : Number(a > b));
}

/** Through which moment ClickHouse is complete by its own word: the least of all partitions, null while one has said nothing. */
export async function readStanding(
  clickhouse: Clickhouse,
  place: { topic: string; generation: number; partitionCount: number },
): Promise<SqlStanding> {
  const { topic, generation, partitionCount } = place;
  const [row] = await query<{ known: string; through_ms: string }>(clickhouse, {
    sql: `SELECT toString(count()) AS known, toString(toUnixTimestamp64Milli(min(through))) AS through_ms FROM (
            SELECT partition, argMax(complete_through, (to_offset, applied_at)) AS through FROM ${clickhouse.database}.applied
            WHERE topic = {topic:String} AND generation = {generation:UInt32} GROUP BY partition)`,
    params: { topic, generation },
  });
  return { generation, completeThroughMs: Number(row?.known ?? 0) < partitionCount ? null : Number(row!.through_ms) };
}
