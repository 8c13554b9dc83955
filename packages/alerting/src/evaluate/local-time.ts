import { dayMs } from '@vigie/kpis';

/** Zones that are in use at a time; past it all formats are made again. */
const formatCountMax = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The instant at which the clocks of a zone show another date or time.
 *
 * Units    ms: epoch ms UTC on a whole minute; move: from what the clocks show to what they shall show, both written as if they were UTC
 * Holds    a time that clocks skip is read as if they had not been set yet, one that they show twice is the first of both
 */
export function moveOnClock(zone: string, ms: number, move: (shownMs: number) => number): number {
  const shown = move(shownAt(zone, ms));
  // Offsets are less than a day and no two changes are that close: those a day away on both sides are all that can apply.
  const before = offsetAt(zone, shown - dayMs);
  const after = offsetAt(zone, shown + dayMs);
  const fitting = [before, after].filter((offset) => offsetAt(zone, shown - offset) === offset).map((offset) => shown - offset);
  return fitting.length === 0 ? shown - before : Math.min(...fitting);
}

function offsetAt(zone: string, ms: number): number {
  return shownAt(zone, ms) - ms;
}

function shownAt(zone: string, ms: number): number {
  const [month, day, year, hour, minute, second] = formatOf(zone).format(ms).match(/\d+/gu)!.map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  if (formats.size >= formatCountMax) formats.clear();
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  formats.set(zone, format);
  return format;
}
