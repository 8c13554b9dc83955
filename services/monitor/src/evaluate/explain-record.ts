import {
  driverTable,
  evidenceOf,
  lastOkWindowEnd,
  type AlertRecord,
  type DriverTable,
  type Explanation,
  type Reading,
} from '@vigie/alerting';
import { kpiById, rollingWindowEnding, type Dimension, type Window } from '@vigie/kpis';
import type { ReadKpi } from './read-readings.ts';

/**
 * Says why a transition came: the numbers of the last window that was in order, and which slices moved the KPI since.
 *
 * Holds    an explanation never holds up or loses an alert: what cannot be read is left out
 */
export async function explainRecord(
  record: AlertRecord,
  deps: { readKpi: ReadKpi; zoneOf: (tenant: string) => string },
): Promise<Explanation | null> {
  const { rule, transition, slice } = record;
  if (rule.kind !== 'kpi' || record.evidence === null || transition.kind === 'resolved') return null;
  const zone = deps.zoneOf(rule.tenant);
  const earlier = rollingWindowEnding(rule.size, lastOkWindowEnd(transition, rule.everyMs), zone);
  const windows = { before: earlier, after: rollingWindowEnding(rule.size, transition.windowEndMs, zone) };
  const read = (window: Window, by: Dimension | null): Promise<readonly Reading[]> =>
    deps.readKpi({ tenant: rule.tenant, kpi: rule.kpi, window, by }).catch(() => []);
  if (slice !== null) {
    // Live numbers have one dimension at a time: a slice is explained by its measures alone.
    const own = (await read(windows.before, slice.dimension as Dimension)).find((reading) => reading.slice?.value === slice.value);
    return { lastOk: own === undefined ? null : evidenceOf(own), drivers: [] };
  }
  const [[before], [after]] = await Promise.all([read(windows.before, null), read(windows.after, null)]);
  if (before === undefined || after === undefined) return null;
  const tables = await Promise.all(
    kpiById(rule.kpi)!.dimensions.map(async (dimension): Promise<DriverTable | null> => {
      const [earlierSlices, laterSlices] = await Promise.all([read(windows.before, dimension), read(windows.after, dimension)]);
      return driverTable(earlierSlices, laterSlices, { before, after });
    }),
  );
  // Late news restates the window before as well: where it reads like the one that was judged, no slice moved anything.
  const drivers = tables.filter((table) => table !== null);
  return { lastOk: evidenceOf(before), drivers: drivers.filter(({ change }) => /[1-9]/.test(change)) };
}
