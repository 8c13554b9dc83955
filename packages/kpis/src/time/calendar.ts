/** Calendar periods as ranges of day numbers `[first, end)`, in the proleptic Gregorian calendar and ISO weeks. */
import { dayMs, dayNumberOf } from './zone.ts';

export interface DayRange {
  readonly first: number;
  readonly end: number;
}

/** Day number of the 1st of a month; months past December run on into the next year. */
function monthStart(year: number, monthIndex: number): number {
  // Not Date.UTC(year, ...): it reads the years 0..99 as 1900..1999.
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, 1);
  return date.getTime() / dayMs;
}

/** The Monday of the ISO week that a day lies in. */
function weekStart(dayNumber: number): number {
  // 1970-01-01 was a Thursday.
  return dayNumber - ((((dayNumber + 3) % 7) + 7) % 7);
}

/** Year and month index (0..11) of a day. */
function yearAndMonth(dayNumber: number): { year: number; monthIndex: number } {
  const date = new Date(dayNumber * dayMs);
  return { year: date.getUTCFullYear(), monthIndex: date.getUTCMonth() };
}

function yearRange(year: number): DayRange {
  return { first: monthStart(year, 0), end: monthStart(year + 1, 0) };
}

function quarterRange(year: number, quarterIndex: number): DayRange {
  return { first: monthStart(year, quarterIndex * 3), end: monthStart(year, quarterIndex * 3 + 3) };
}

function monthRange(year: number, monthIndex: number): DayRange {
  return { first: monthStart(year, monthIndex), end: monthStart(year, monthIndex + 1) };
}

/** Week 1 is the week of January 4th; undefined when the year has no such week. */
function isoWeekRange(year: number, week: number): DayRange | undefined {
  const firstWeek = weekStart(monthStart(year, 0) + 3);
  const nextYear = weekStart(monthStart(year + 1, 0) + 3);
  const first = firstWeek + (week - 1) * 7;
  return week >= 1 && first < nextYear ? { first, end: first + 7 } : undefined;
}

/** The period that an absolute label names ('2026', '2026-Q1', '2026-03', '2026-W10', '2026-03-04'), or undefined. */
export function namedPeriod(text: string): DayRange | undefined {
  const day = dayNumberOf(text);
  if (day !== undefined) return { first: day, end: day + 1 };
  const match = /^(\d{4})(?:-(?:Q([1-4])|W(\d{2})|(\d{2})))?$/.exec(text);
  if (match === null) return undefined;
  const year = Number(match[1]);
  if (match[2] !== undefined) return quarterRange(year, Number(match[2]) - 1);
  if (match[3] !== undefined) return isoWeekRange(year, Number(match[3]));
  if (match[4] === undefined) return yearRange(year);
  const month = Number(match[4]);
  return month >= 1 && month <= 12 ? monthRange(year, month - 1) : undefined;
}

export const periodWords = [
  'today',
  'yesterday',
  'this_week',
  'last_week',
  'this_month',
  'last_month',
  'this_quarter',
  'last_quarter',
  'this_year',
  'last_year',
] as const;
export type PeriodWord = (typeof periodWords)[number];

export function isPeriodWord(text: string): text is PeriodWord {
  return (periodWords as readonly string[]).includes(text);
}

/** The period that a word names on the local day `today`. */
export function wordPeriod(word: PeriodWord, today: number): DayRange {
  const { year, monthIndex } = yearAndMonth(today);
  const quarterIndex = Math.floor(monthIndex / 3);
  const monday = weekStart(today);
  const periods: Record<PeriodWord, () => DayRange> = {
    today: () => ({ first: today, end: today + 1 }),
    yesterday: () => ({ first: today - 1, end: today }),
    this_week: () => ({ first: monday, end: monday + 7 }),
    last_week: () => ({ first: monday - 7, end: monday }),
    this_month: () => monthRange(year, monthIndex),
    last_month: () => monthRange(year, monthIndex - 1),
    this_quarter: () => quarterRange(year, quarterIndex),
    last_quarter: () => quarterRange(year, quarterIndex - 1),
    this_year: () => yearRange(year),
    last_year: () => yearRange(year - 1),
  };
  return periods[word]();
}
