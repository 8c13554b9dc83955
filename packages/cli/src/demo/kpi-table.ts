import { kpiById, measuresOf, parseWindow } from '@vigie/kpis';
import { readLive } from '@vigie/redis';
import type { Output } from '../console/output.ts';
import { renderTable } from '../console/table.ts';
import type { Context } from '../context.ts';
import { askKpi } from '../ask/ask-kpi.ts';
import { measureText, valueText } from '../ask/render-kpi.ts';

const windowText = '30d';
const tenant = 'default';
const kpis = ['customer_churn_rate', 'customer_retention_rate', 'cac', 'mrr', 'expansion_mrr', 'revenue', 'average_order_value'];

/** The KPIs of the last 30 days as a table, with the churn of each segment below. */
export async function kpiTable(context: Context, output: Output): Promise<string> {
  const settings = context.settings.of(tenant);
  const nowMs = Date.now();
  const window = parseWindow(windowText, { nowMs, zone: settings.zone });
  const rows: string[][] = [];
  let throughMs = Infinity;
  for (const id of kpis) {
    const def = kpiById(id)!;
    const { total } = await askKpi(context, { def, tenant, settings, window, by: null }, 'live');
    if (total === null) continue;
    if (total.source === 'live') throughMs = Math.min(throughMs, total.completeThroughMs ?? -Infinity);
    const measures = measuresOf(def).map((measure) => `${measure.id} ${measureText(total, measure.id)}`);
    // What ClickHouse says while rows are on their way is no answer yet.
    const settled = total.completeThroughMs !== null;
    rows.push([
      def.id,
      settled ? output.colors.bold(valueText(total)) : '...',
      total.source,
      settled ? measures.join(', ') : 'ClickHouse is catching up',
    ]);
  }
  const churn = kpiById('customer_churn_rate')!;
  const segments = await readLive(context.redis(), context.place, { def: churn, tenant, settings, window, by: 'segment' });
  for (const slice of segments) {
    if (slice.slice === null) continue;
    const measures = measuresOf(churn).map((measure) => `${measure.id} ${measureText(slice, measure.id)}`);
    rows.push([`  churn of ${slice.slice.value}`, valueText(slice), slice.source, measures.join(', ')]);
  }
  const columns = [{ title: 'KPI' }, { title: 'last 30 days', align: 'right' as const }, { title: 'from' }, { title: 'measures' }];
  const behindS = Math.max(0, nowMs - throughMs) / 1000;
  const complete = Number.isFinite(throughMs) ? `complete through ${time(throughMs)} (${behindS.toFixed(1)} s ago)` : 'not complete yet';
  return `\n${renderTable(columns, rows, output.colors.dim)}\n${output.colors.dim(`${time(nowMs)}  ${complete}`)}`;
}

const time = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
