import { plural } from '../alerts/words.ts';
import type { Output } from '../console/output.ts';
import { count } from '../console/progress.ts';
import { renderTable } from '../console/table.ts';
import type { VerifyReport } from './report.ts';

/** So many differences fit a screen; JSON has them all. */
const shownMax = 40;

/** Nothing differs, and nothing was left unlooked at. */
export function isProved(report: VerifyReport): boolean {
  return report.differences.length === 0 && report.unproved.length === 0 && report.comparedCount > 0;
}

/** What verify found, as a table of differences and a verdict. */
export function renderVerify(report: VerifyReport, output: Output): string {
  const { green, red, dim } = output.colors;
  const scope = `${plural(report.kpiCount, 'KPI')}, ${plural(report.windowCount, 'window')}, ${plural(report.tenantCount, 'tenant')}, ${plural(report.eventCount, 'raw event')}`;
  const took = `${(report.tookMs / 1000).toFixed(1)} s`;
  const unproved = report.unproved.map((reason) => `${red('not proved')}: ${reason}`);
  if (isProved(report))
    return `${green('equal')}: ${count(report.comparedCount)} numbers are the same live, in SQL and recomputed (${scope}, ${took})`;
  if (report.differences.length === 0)
    return [...unproved, `${count(report.comparedCount)} numbers compared and equal (${scope}, ${took})`].join('\n');
  const columns = ['kpi', 'tenant', 'window', 'slice', 'what', 'live', 'sql', 'recomputed'] as const;
  const shown = report.differences.slice(0, shownMax).map((difference) => columns.map((name) => difference[name]));
  const more =
    report.differences.length > shownMax ? [`... and ${count(report.differences.length - shownMax)} more; --json lists all`] : [];
  const verdict = `${red('different')}: ${count(report.differences.length)} of ${count(report.comparedCount)} numbers (${scope}, ${took})`;
  const table = renderTable(
    columns.map((title) => ({ title })),
    shown,
    dim,
  );
  return [table, ...more, ...unproved, verdict].join('\n');
}
