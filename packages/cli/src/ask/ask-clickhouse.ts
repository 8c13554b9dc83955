import { readKpi } from '@vigie/clickhouse';
import type { KpiAnswer } from '@vigie/kpis';
import type { Context } from '../context.ts';
import type { KpiQuestion } from './ask-kpi.ts';
import { readSqlCompleteness } from './read-completeness.ts';

/** Answers a KPI from its view in ClickHouse: the total, or one row per value of a dimension with `unknown` last. */
export async function askClickhouse(context: Context, question: KpiQuestion): Promise<KpiAnswer[]> {
  const standing = await readSqlCompleteness(context);
  return readKpi(context.clickhouse(), standing, question);
}
