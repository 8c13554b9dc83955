/**
 * Local days of IANA zones. A local day starts at the first instant that shows its date (or a later one) and ends where the next starts,
 * so days partition time even where a date is shown twice (clocks set back across midnight) or never (a date line that moved).
 */

export const minuteMs = 60_000;
export const quarterHourMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** No two changes of a zone's offset are closer than this (the closest pair since 1875 is days apart), so sampling finds all of them. */
const sampleStepMs = 6 * hourMs;
/** Day starts are kept in blocks of this many days per zone. */
const blockBits = 9;
const blockDayCount = 1 << blockBits;
/** 64 blocks are 89 years of days; past it a zone's blocks are dropped and filled again. */
const blockCountMax = 64;
/** Past it all zones are dropped and filled again. */
const zoneCountMax = 256;

/** Instants outside of this are refused: `Intl` has no simple answer before the year 1, and nothing of ours lies there. */
export const instantMinMs = Date.UTC(1800, 0, 1);
export const instantMaxMs = Date.UTC(10_100, 0, 1);

/** An IANA zone name that this runtime does not know. */
export class ZoneError extends Error {
  readonly expected = 'an IANA time zone name such as Europe/Paris, Asia/Kolkata or UTC';
  readonly found: string;
  constructor(found: string) {
    super(
      `time zone: expected an IANA time zone name such as Europe/Paris, Asia/Kolkata or UTC, found ${JSON.stringify(found)}; correct the tenant's zone`,
    );
    this.name = 'ZoneError';
    this.found = found;
  }
}

interface ZoneDays {
  readonly format: Intl.DateTimeFormat;
  readonly blocks: Map<number, Float64Array>;
}

const zones = new Map<string, ZoneDays>();
// One-entry memo: a process mostly works for one zone, and comparing a string with itself is cheaper than hashing it.
let lastZone = '';
let lastDays: ZoneDays | undefined;

/** True when `zone` names an IANA zone that this runtime has; bare offsets such as +02:00 are refused (they need not lie on quarter-hours). */
export function isZone(zone: string): boolean {
  return formatOf(zone) !== undefined;
}

/**
 * The local day, in days since 1970-01-01, in which the instant lies.
 *
 * Units    ms: epoch ms UTC
 * Holds    dayStartMs(zone, d) <= ms < dayStartMs(zone, d + 1) for d = dayNumberAt(zone, ms); never decreases as ms grows
 * Errors   ZoneError; RangeError outside 1800..10100
 */
export function dayNumberAt(zone: string, ms: number): number {
  const days = zone === lastZone ? lastDays! : zoneDays(zone);
  // Offsets are less than a day, so an instant of UTC day u shows the date u - 1, u or u + 1.
  const utcDay = Math.floor(ms / dayMs);
  if (ms < startIn(days, utcDay)) return utcDay - 1;
  return ms < startIn(days, utcDay + 1) ? utcDay : utcDay + 1;
}

/**
 * The first instant of a local day; of a date that the zone skipped, the start of the next one.
 *
 * Units    dayNumber: days since 1970-01-01 of the local calendar; result: epoch ms UTC
 * Errors   ZoneError; RangeError outside 1800..10100
 */
export function dayStartMs(zone: string, dayNumber: number): number {
  return startIn(zone === lastZone ? lastDays! : zoneDays(zone), dayNumber);
}

/** The ISO date (YYYY-MM-DD) of a day number. */
export function localDateOf(dayNumber: number): string {
  return new Date(dayNumber * dayMs).toISOString().slice(0, 10);
}

/** The day number of an ISO date, or undefined when the text is not a date of the calendar (2026-02-30). */
export function dayNumberOf(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const ms = Date.parse(`${date}T00:00:00.000Z`);
  if (Number.isNaN(ms)) return undefined;
  const dayNumber = ms / dayMs;
  return localDateOf(dayNumber) === date ? dayNumber : undefined;
}

/**
 * The part of a generation's hash that names the time-zone data: two runtimes with other tables would cut other days.
 *
 * Shapes   tzdata: `process.versions.tz` of the caller ('2026c'); the core reads no environment
 */
export function zoneDataVersion(tzdata: string | undefined): string {
  return `tz-${tzdata ?? 'unknown'}`;
}

function zoneDays(zone: string): ZoneDays {
  let days = zones.get(zone);
  if (days === undefined) {
    const format = formatOf(zone);
    if (format === undefined) throw new ZoneError(zone);
    if (zones.size >= zoneCountMax) zones.clear();
    days = { format, blocks: new Map() };
    zones.set(zone, days);
  }
  lastZone = zone;
  lastDays = days;
  return days;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Za-z]/.test(zone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch {
    return undefined;
  }
}

function startIn(days: ZoneDays, dayNumber: number): number {
  const block = days.blocks.get(dayNumber >> blockBits) ?? newBlock(days, dayNumber);
  const slot = dayNumber & (blockDayCount - 1);
  const known = block[slot]!;
  // NaN is "not computed yet": the only value that differs from itself.
  return known === known ? known : (block[slot] = findStart(days.format, dayNumber));
}

function newBlock(days: ZoneDays, dayNumber: number): Float64Array {
  if (!(dayNumber * dayMs >= instantMinMs && dayNumber * dayMs <= instantMaxMs)) {
    throw new RangeError(`local day: expected an instant between the years 1800 and 10100, found ${dayNumber} days since 1970`);
  }
  if (days.blocks.size >= blockCountMax) days.blocks.clear();
  const block = new Float64Array(blockDayCount).fill(NaN);
  days.blocks.set(dayNumber >> blockBits, block);
  return block;
}

/** Walks the stretches of constant offset around the date in order of time; the first instant that shows it, or a later one, is its start. */
function findStart(format: Intl.DateTimeFormat, dayNumber: number): number {
  const midnight = dayNumber * dayMs;
  let at = midnight - dayMs;
  let offset = offsetMs(format, at);
  for (let next = at + sampleStepMs; next <= midnight + dayMs; next += sampleStepMs) {
    const nextOffset = offsetMs(format, next);
    const end = nextOffset === offset ? next : findChange(format, at, next);
    const start = Math.max(at, midnight - offset);
    if (start < end) return start;
    if (end < next) {
      const startAfter = Math.max(end, midnight - nextOffset);
      if (startAfter < next) return startAfter;
    }
    at = next;
    offset = nextOffset;
  }
  throw new Error(
    `local day: no start found of ${localDateOf(dayNumber)} in ${format.resolvedOptions().timeZone}; is its offset a day or more?`,
  );
}

/** The first whole second in (from, to] whose offset differs from the one at `from`, given that it changes once. */
function findChange(format: Intl.DateTimeFormat, from: number, to: number): number {
  const before = offsetMs(format, from);
  let low = from / 1000;
  let high = to / 1000;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(format, middle * 1000) === before) low = middle;
    else high = middle;
  }
  return high * 1000;
}

/** Local time minus UTC at an instant on a whole second. */
function offsetMs(format: Intl.DateTimeFormat, ms: number): number {
  const [month, day, year, ...time] = format.format(ms).match(/\d+/g)!.map(Number);
  return Date.UTC(year!, month! - 1, day, ...time) - ms;
}
