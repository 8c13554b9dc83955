import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, dayNumberAt, dayStartMs, minuteMs } from './zone.ts';

/**
 * The slow oracle: reads the date on the wall minute by minute and keeps the greatest one seen. Shares nothing with zone.ts: another
 * locale, dates as text, no offsets, no search.
 */
function scan(zone: string, fromMs: number, toMs: number): Map<string, number> {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const starts = new Map<string, number>();
  let greatest = '';
  for (let ms = fromMs; ms < toMs; ms += minuteMs) {
    const date = wall.format(ms);
    if (date > greatest) {
      greatest = date;
      starts.set(date, ms);
    }
  }
  return starts;
}

/** What zone.ts says otherwise than the wall within two days of a day; empty when they agree. */
function differences(zone: string, dayNumber: number): string[] {
  const found: string[] = [];
  const same = (what: string, actual: unknown, expected: unknown): void => {
    if (actual !== expected) found.push(`${zone} ${what}: expected ${String(expected)}, found ${String(actual)}`);
  };
  const starts = [...scan(zone, (dayNumber - 2) * dayMs, (dayNumber + 2) * dayMs)].slice(1);
  let before: number | undefined;
  for (const [date, start] of starts) {
    const day = Date.parse(date) / dayMs;
    same(`start of ${date}`, dayStartMs(zone, day), start);
    same(`day of the start of ${date}`, dayNumberAt(zone, start), day);
    if (before !== undefined) same(`day before ${date}`, dayNumberAt(zone, start - 1), before);
    // Dates between two neighbours were skipped: they start where the next one starts.
    for (let skipped = (before ?? day) + 1; skipped < day; skipped += 1)
      same(`start of skipped ${skipped}`, dayStartMs(zone, skipped), start);
    before = day;
  }
  return starts.length < 2 ? ['the scan saw no days'] : found;
}

const zones = Intl.supportedValuesOf('timeZone');
const firstDay = Date.UTC(1980, 0, 3) / dayMs;
const lastDay = Date.UTC(2030, 11, 29) / dayMs;

test('days of any zone, 1980 to 2030, are those that the wall shows', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: firstDay, max: lastDay }), (zone, day) => {
      expect(differences(zone, day)).toEqual([]);
    }),
    { numRuns: 250 },
  );
});

const restless = [
  'America/St_Johns',
  'America/Sao_Paulo',
  'America/Havana',
  'America/Asuncion',
  'Asia/Beirut',
  'Asia/Gaza',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Atlantic/Azores',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Antarctica/Troll',
  'Asia/Pyongyang',
];

/** Days on which the hour that the wall shows at noon UTC differs from the day before. */
function changes(zone: string): number[] {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const lead = (day: number): number => Date.parse(`${clock.format(day * dayMs + dayMs / 2).replace(' ', 'T')}Z`) - day * dayMs;
  const days: number[] = [];
  for (let day = firstDay; day < lastDay; day += 1) if (lead(day) !== lead(day - 1)) days.push(day);
  return days;
}

test.each(restless)('days around clock changes of %s are those that the wall shows', (zone) => {
  const days = changes(zone);
  expect(days.length).toBeGreaterThan(0);
  const stride = Math.max(1, Math.floor(days.length / 12));
  for (let index = 0; index < days.length; index += stride) expect(differences(zone, days[index]!)).toEqual([]);
});

test('every instant lies in exactly one local day', () => {
  const instant = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2060, 0, 1) });
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, (zone, ms) => {
      const day = dayNumberAt(zone, ms);
      expect(dayStartMs(zone, day) <= ms && ms < dayStartMs(zone, day + 1)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
