import { dayMs, minuteMs } from '@vigie/kpis';
import type { MuteInterval, MuteTiming } from './types.ts';

/** `muteEndMs` looks no further ahead; whoever holds something until then looks again. */
export const muteLookAheadMs = 32 * dayMs;
const minutesPerDay = 1_440;
/** Zones that are in use at a time; past it all formats are made again. */
const formatCountMax = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clocks and calendars on the wall of a zone show. */
interface WallTime {
  readonly minute: number;
  readonly weekday: number;
  readonly day: number;
  readonly dayCount: number;
  readonly month: number;
  /** Local time minus UTC. */
  readonly offsetMs: number;
}

/**
 * Is this instant within the timing, as clocks in its zone show it?
 *
 * Units    atMs: epoch ms UTC
 * Holds    minutes that a zone skips mute nothing, minutes that it shows twice mute twice
 * Errors   RangeError for a zone that this runtime does not know
 */
export function isMuted(timing: MuteTiming, atMs: number): boolean {
  return isMutedAt(timing, wallTime(timing.zone, atMs));
}

/**
 * The first instant from `atMs` on that is not muted, or `atMs + muteLookAheadMs` when there is none before.
 *
 * Units    epoch ms UTC; `atMs` itself when it is not muted
 */
export function muteEndMs(timing: MuteTiming, atMs: number): number {
  const lastMs = atMs + muteLookAheadMs;
  const edges = edgesOf(timing);
  for (let ms = atMs; ms < lastMs;) {
    const wall = wallTime(timing.zone, ms);
    if (!isMutedAt(timing, wall)) return ms;
    ms = nextEdgeMs({ zone: timing.zone, edges }, ms, wall);
  }
  return lastMs;
}

function isMutedAt({ intervals }: MuteTiming, wall: WallTime): boolean {
  return intervals.some((interval) => isWithin(interval, wall));
}

function isWithin({ times, weekdays, daysOfMonth, months }: MuteInterval, wall: WallTime): boolean {
  const { minute, weekday, day, dayCount, month } = wall;
  return (
    (times.length === 0 || times.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute)) &&
    (weekdays.length === 0 || weekdays.includes(weekday)) &&
    (daysOfMonth.length === 0 || daysOfMonth.includes(day) || daysOfMonth.includes(day - dayCount - 1)) &&
    (months.length === 0 || months.includes(month))
  );
}

/** Minutes of the day at which an interval may end, the day's own end last. */
function edgesOf({ intervals }: MuteTiming): readonly number[] {
  const ends = intervals.flatMap(({ times }) => times.map(({ toMinute }) => toMinute));
  return [...new Set([...ends, minutesPerDay])].filter((minute) => minute > 0 && minute <= minutesPerDay).toSorted((a, b) => a - b);
}

/** Between two edges nothing ends, unless clocks are set in between: then that moment is an edge too. */
function nextEdgeMs({ zone, edges }: { zone: string; edges: readonly number[] }, ms: number, wall: WallTime): number {
  const edge = edges.find((minute) => minute > wall.minute) ?? minutesPerDay;
  const minuteStartMs = Math.floor(ms / minuteMs) * minuteMs;
  const next = minuteStartMs + (edge - wall.minute) * minuteMs;
  if (wallTime(zone, next).offsetMs === wall.offsetMs) return next;
  // Clocks are set at whole minutes, once at most within a day.
  let low = minuteStartMs;
  let high = next;
  while (high - low > minuteMs) {
    const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
    if (wallTime(zone, middle).offsetMs === wall.offsetMs) low = middle;
    else high = middle;
  }
  return high;
}

function wallTime(zone: string, ms: number): WallTime {
  const minuteStartMs = Math.floor(ms / minuteMs) * minuteMs;
  const [month, day, year, hour, minute] = formatOf(zone).format(minuteStartMs).match(/\d+/gu)!.map(Number);
  const shown = Date.UTC(year!, month! - 1, day, hour, minute);
  return {
    minute: hour! * 60 + minute!,
    weekday: new Date(shown).getUTCDay() || 7,
    day: day!,
    dayCount: new Date(Date.UTC(year!, month, 0)).getUTCDate(),
    month: month!,
    offsetMs: shown - minuteStartMs,
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  if (formats.size >= formatCountMax) formats.clear();
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(zone, format);
  return format;
}
