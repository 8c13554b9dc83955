export const minuteMs = 60_000;
export const quarterMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

const formats = new Map<string, Intl.DateTimeFormat>();

function shownDate(instant: number, zone: string): string {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(zone, format);
  }
  return format.format(instant);
}

/**
 * First instants of local dates around a moment: places where events and windows are worth putting.
 *
 * Holds    used only to aim; what a local day is, is decided by the oracle alone
 */
export function dayEdgesAround(centreMs: number, zone: string): number[] {
  const edges: number[] = [];
  const seen = new Set<string>();
  const from = Math.floor(centreMs / quarterMs) * quarterMs - 2 * dayMs;
  for (let instant = from; instant <= from + 4 * dayMs; instant += quarterMs) {
    const date = shownDate(instant, zone);
    if (!seen.has(date) && instant > from) edges.push(instant);
    seen.add(date);
  }
  return edges;
}
