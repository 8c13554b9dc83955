import { factSpecs } from '../facts/specs.ts';
import { dayNumberAt, dayStartMs } from '../time/zone.ts';
import type { MeasureDef, Window } from '../types.ts';
import { minuteMs, pairAtDaysPerGroup, type PaneSize, quarterMs, seriesName } from './layout.ts';

/** Panes `[lo, hi)` of one size; `hi` is Infinity for "all that lie later". */
export interface PaneRange {
  readonly size: PaneSize;
  readonly lo: number;
  readonly hi: number;
}

/** One sum to ask of Redis: panes of a series, or the pair cells of those who came and went. */
export type CellRead =
  | ({ readonly kind: 'panes'; readonly series: string; readonly slice: string; readonly sign: 1 | -1 } & PaneRange)
  | {
      readonly kind: 'pairs';
      readonly series: string;
      readonly slice: string;
      readonly sign: 1 | -1;
      readonly sinceMinuteFrom: number;
      readonly atMinuteTo: number;
      readonly sinceDayFrom: number;
      readonly sinceDayTo: number;
      readonly atGroupTo: number;
    };

const total: PaneRange = { size: 't', lo: 0, hi: 1 };

/**
 * Cuts `[from, to)` into the largest panes that fit: local days in the middle, quarter-hours and minutes at the edges.
 *
 * Shapes   from, to: epoch ms on whole minutes (to may be Infinity) -> PaneRange[], disjoint, together exactly the window
 */
export function panesBetween(from: number, to: number, zone: string): PaneRange[] {
  const dayFrom = ceilDay(from, zone);
  const dayTo = to === Infinity ? Infinity : dayNumberAt(zone, to);
  if (dayFrom > dayTo) return edgePanes(from, to);
  const days: PaneRange[] = dayFrom < dayTo ? [{ size: 'd', lo: dayFrom, hi: dayTo }] : [];
  const tail = to === Infinity ? [] : edgePanes(dayStartMs(zone, dayTo), to);
  return [...edgePanes(from, dayStartMs(zone, dayFrom)), ...days, ...tail];
}

function ceilDay(ms: number, zone: string): number {
  const day = dayNumberAt(zone, ms);
  return dayStartMs(zone, day) === ms ? day : day + 1;
}

function edgePanes(from: number, to: number): PaneRange[] {
  const quarterFrom = Math.ceil(from / quarterMs);
  const quarterTo = Math.floor(to / quarterMs);
  if (quarterFrom > quarterTo) return minutePanes(from, to);
  const quarters: PaneRange[] = quarterFrom < quarterTo ? [{ size: 'q', lo: quarterFrom, hi: quarterTo }] : [];
  return [...minutePanes(from, quarterFrom * quarterMs), ...quarters, ...minutePanes(quarterTo * quarterMs, to)];
}

function minutePanes(from: number, to: number): PaneRange[] {
  return from < to ? [{ size: 'm', lo: from / minuteMs, hi: to / minuteMs }] : [];
}

/**
 * The cells that a measure is the signed sum of; null for kinds that are not live.
 *
 * Holds    reads of one measure over every slice of a dimension, `unknown` included, add up to the reads of its total
 */
export function readsOf(measure: MeasureDef, asked: { window: Window; currency: string; slice: string }): CellRead[] | null {
  const { window, slice } = asked;
  if (measure.terms.some(({ fact }) => factSpecs[fact].live === null)) return null;
  const reads: CellRead[] = [];
  for (const { fact, sign } of measure.terms) {
    const series = seriesName(fact, factSpecs[fact].money ? asked.currency : '');
    const own = { kind: 'panes', series, slice } as const;
    switch (measure.kind) {
      case 'sum':
      case 'cohort_sum':
        for (const range of panesBetween(window.from, window.to, window.zone)) reads.push({ ...own, sign, ...range });
        if (measure.kind === 'cohort_sum') reads.push(pairsWithin(window, { series, slice, sign: negate(sign) }));
        break;
      case 'stock': {
        // What is true just before X is all that ever was, less what lies from X on.
        const at = measure.at === 'from' ? window.from : window.to;
        reads.push({ ...own, sign, ...total });
        for (const range of panesBetween(at, Infinity, window.zone)) reads.push({ ...own, sign: negate(sign), ...range });
        break;
      }
      default:
        return null;
    }
  }
  return reads;
}

/** Those whose `since` lies in the window too: they came and went inside it, and a cohort leaves them out. */
function pairsWithin(window: Window, own: { series: string; slice: string; sign: 1 | -1 }): CellRead {
  const lastDay = dayNumberAt(window.zone, window.to - 1);
  return {
    kind: 'pairs',
    ...own,
    sinceMinuteFrom: window.from / minuteMs,
    atMinuteTo: window.to / minuteMs,
    sinceDayFrom: dayNumberAt(window.zone, window.from),
    sinceDayTo: lastDay + 1,
    atGroupTo: Math.floor(lastDay / pairAtDaysPerGroup) + 1,
  };
}

const negate = (sign: 1 | -1): 1 | -1 => (sign === 1 ? -1 : 1);

/** The oldest minute and quarter-hour panes that reads stand on, in epoch ms: older ones may have expired. */
export function oldestPanesMs(reads: readonly CellRead[]): { minuteMs: number; quarterMs: number } {
  const oldest = { minuteMs: Infinity, quarterMs: Infinity };
  for (const read of reads) {
    if (read.kind !== 'panes') continue;
    if (read.size === 'm') oldest.minuteMs = Math.min(oldest.minuteMs, read.lo * minuteMs);
    if (read.size === 'q') oldest.quarterMs = Math.min(oldest.quarterMs, read.lo * quarterMs);
  }
  return oldest;
}
