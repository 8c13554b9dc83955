/**
 * Reads how people ask for time ('30d', '2026-Q1', 'last_month', '2026-01-01..2026-02-01') into windows `[from, to)` on pane edges.
 */
import type { Window } from '../types.ts';
import { isPeriodWord, namedPeriod, periodWords, wordPeriod } from './calendar.ts';
import { WindowError } from './window-error.ts';
import { dayMs, dayNumberAt, dayNumberOf, dayStartMs, hourMs, instantMaxMs, instantMinMs, minuteMs, quarterHourMs } from './zone.ts';

/** Rolling windows up to this start on a minute. */
export const minuteWindowMaxMs = 2 * dayMs;
/** Rolling windows up to this start on a quarter-hour, longer ones on a local day. */
export const quarterHourWindowMaxMs = 100 * dayMs;
/** A century: past it a rolling window is a typing error. */
const rollingMaxMs = 36_600 * dayMs;

const unitMs = new Map([
  ['m', minuteMs],
  ['h', hourMs],
  ['d', dayMs],
]);

const expectedWindow =
  'a rolling window (90m, 24h, 30d), a period of the calendar (2026, 2026-Q1, 2026-03, 2026-W10, 2026-03-04), ' +
  `one of ${periodWords.join(', ')}, or from..to with local dates or instants (2026-01-01..2026-02-01)`;

/**
 * Reads a window as it is asked for, at a moment, in a tenant's zone.
 *
 * Units    nowMs: epoch ms UTC; it only names the window, it is no claim about completeness
 * Holds    from <= to; both on pane edges; from = to only for a date that the zone skipped
 * Errors   WindowError, ZoneError
 * Source   docs/architecture.md, windows and completeness
 */
export function parseWindow(text: string, at: { readonly nowMs: number; readonly zone: string }): Window {
  if (/^\d+[a-z]$/.test(text)) return rollingWindowEnding(text, endOfMinute(at.nowMs), at.zone);
  if (text.includes('..')) return explicitWindow(text, at);
  const range = isPeriodWord(text) ? wordPeriod(text, dayNumberAt(at.zone, at.nowMs)) : namedPeriod(text);
  if (range === undefined) throw new WindowError(expectedWindow, text);
  const [from, to] = [dayStartMs(at.zone, range.first), dayStartMs(at.zone, range.end)];
  return { from, to, label: text, zone: at.zone, provisional: to > at.nowMs };
}

/**
 * The rolling window of a size that ends at an instant on a minute edge.
 *
 * Holds    from is `to - size` floored to the minute up to 2 days, to the quarter-hour up to 100 days, else to the local day
 * Errors   WindowError
 */
export function rollingWindowEnding(size: string, toMs: number, zone: string): Window {
  const sizeMs = rollingSizeMs(size);
  if (toMs % minuteMs !== 0) throw new WindowError('an end on a whole minute', describeInstant(toMs));
  return { from: floorStart(toMs - sizeMs, sizeMs, zone), to: toMs, label: size, zone, provisional: false };
}

/** Length in ms of a rolling window's size ('90m', '24h', '30d'; a day is 24 h); throws WindowError. */
export function rollingSizeMs(size: string): number {
  const match = /^([1-9]\d{0,7})([mhd])$/.exec(size);
  const sizeMs = Number(match?.[1]) * (unitMs.get(match?.[2] ?? '') ?? NaN);
  if (!(sizeMs <= rollingMaxMs)) throw new WindowError('a rolling window such as 90m, 24h or 30d, at most 36600d', size);
  return sizeMs;
}

/** The first minute edge after an instant: the end of the minute that it lies in. */
export function endOfMinute(ms: number): number {
  return (Math.floor(ms / minuteMs) + 1) * minuteMs;
}

function floorStart(start: number, sizeMs: number, zone: string): number {
  if (sizeMs <= minuteWindowMaxMs) return Math.floor(start / minuteMs) * minuteMs;
  if (sizeMs <= quarterHourWindowMaxMs) return Math.floor(start / quarterHourMs) * quarterHourMs;
  return dayStartMs(zone, dayNumberAt(zone, start));
}

function explicitWindow(text: string, at: { readonly nowMs: number; readonly zone: string }): Window {
  const ends = text.split('..');
  if (ends.length !== 2) throw new WindowError('one from..to', text);
  const from = readEnd(ends[0]!, at.zone);
  const to = readEnd(ends[1]!, at.zone);
  if (from >= to) throw new WindowError('a from before its to', text);
  return { from, to, label: text, zone: at.zone, provisional: to > at.nowMs };
}

/** A local date is its first instant; an instant needs its offset, so that nobody has to guess, and lies on a minute, as panes do. */
function readEnd(end: string, zone: string): number {
  const day = dayNumberOf(end);
  if (day !== undefined) return dayStartMs(zone, day);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(end);
  const ms = isInstant && dayNumberOf(end.slice(0, 10)) !== undefined ? Date.parse(end) : NaN;
  if (Number.isNaN(ms)) throw new WindowError('a local date (2026-01-31) or an instant with its offset (2026-01-31T09:00Z)', end);
  if (ms % minuteMs !== 0) throw new WindowError('an instant on a whole minute', end);
  if (ms < instantMinMs || ms > instantMaxMs) throw new WindowError('an instant between the years 1800 and 10100', end);
  return ms;
}

function describeInstant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
