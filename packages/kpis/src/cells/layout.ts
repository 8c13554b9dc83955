/**
 * Where cells lie: pane sizes, how long each is kept, and how panes are grouped into one Redis hash.
 * Writer (fold) and reader (plan) both stand on this file, so they cannot disagree.
 */
import { type Dimension, type FactName, unknownValue } from '../types.ts';

export const minuteMs = 60_000;
export const quarterMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** Two days of minutes and 100 days of quarter-hours, plus an hour: floors reach below `to - W`, and clocks differ. */
export const minuteKeptMs = 49 * hourMs;
export const quarterKeptMs = 100 * dayMs + hourMs;

/** m: minutes since the epoch; q: quarter-hours since the epoch; d: local days since 1970-01-01; t: the running total. */
export type PaneSize = 'm' | 'q' | 'd' | 't';

/** How many panes share one hash: small enough to stay a compact listpack, large enough to keep keys few. */
export const panesPerGroup: Readonly<Record<PaneSize, number>> = { m: 60, q: 96, d: 128, t: 1 };

/** Pairs: one hash per local day of `since` and block of local days of `at`. */
export const pairAtDaysPerGroup = 32;

/** When a group of panes is gone for good, in epoch ms (0: never). */
export function groupExpiresAtMs(size: PaneSize, group: number): number {
  if (size === 'm') return (group + 1) * 60 * minuteMs + minuteKeptMs + hourMs;
  if (size === 'q') return (group + 1) * 96 * quarterMs + quarterKeptMs + hourMs;
  return 0;
}

/** `orders`, or `revenue@EUR`: currency is part of every money measure. */
export const seriesName = (fact: FactName, currency: string): string => (currency === '' ? fact : `${fact}@${currency}`);

/** The slice part of a key; `-` is the total. Values may hold anything, so what has a meaning in a key is escaped. */
export function sliceName(dimension: Dimension | null, value = unknownValue): string {
  return dimension === null ? '-' : `${dimension}=${value.replaceAll(/[%:{}]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)}`;
}

export const cellKey = (cells: { tenant: string; series: string; slice: string; size: PaneSize; group: number }): string =>
  `cells:${cells.tenant}:${cells.series}:${cells.slice}:${cells.size}:${cells.group}`;

interface PairSeries {
  readonly tenant: string;
  readonly series: string;
  readonly slice: string;
}

/** Names one hash of pairs within its series. */
export const pairMember = (sinceDay: number, atGroup: number): string => `${sinceDay}:${atGroup}`;

export const pairKey = ({ tenant, series, slice }: PairSeries, member: string): string => `pairs:${tenant}:${series}:${slice}:${member}`;

/** Lists which pair hashes of a series exist, so that a reader of a long window opens those and no others. */
export const pairListKey = ({ tenant, series, slice }: PairSeries): string => `pair-list:${tenant}:${series}:${slice}`;
