import { type KpiAnswer, type KpiDef, measuresOf, type NullReason, unknownValue } from '@vigie/kpis';
import type { Context } from '../context.ts';
import type { KpiQuestion } from './ask-kpi.ts';
import { readSqlCompleteness } from './read-completeness.ts';

type Row = Record<string, string | null>;

/** Answers a KPI from its view in ClickHouse: the total, or one row per value of a dimension with `unknown` last. */
export async function askClickhouse(context: Context, question: KpiQuestion): Promise<KpiAnswer[]> {
  const { def, tenant, settings, window, by } = question;
  const { generation, completeThroughMs } = await readSqlCompleteness(context);
  const { client, views } = context.clickhouse();
  const result = await client.query({
    query: `SELECT * FROM ${views}.${def.id}(tenant = {tenant:String}, currency = {currency:String}, by = {by:String},
      from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})`,
    query_params: {
      tenant,
      currency: settings.currency,
      by: by ?? 'total',
      from: clickhouseInstant(window.from),
      to: clickhouseInstant(window.to),
    },
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  const rows = await result.json<Row>();
  const frame = {
    kpi: def.id,
    tenant,
    window,
    unit: def.unit,
    currency: settings.currency,
    generation,
    completeThroughMs,
    source: 'sql' as const,
  };
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

const clickhouseInstant = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');

/** What is not known comes last, as in the live answer. */
function compareSlices(a: string, b: string): number {
  return Number(a === unknownValue) - Number(b === unknownValue) || (a < b ? -1 : Number(a > b));
}
