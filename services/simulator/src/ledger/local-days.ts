/** Local days and window bounds, written from DESIGN §8; the zone database is that of Intl. */
const minuteMs = 60_000;
const quarterHourMs = 15 * minuteMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const clocks = new Map<string, Intl.DateTimeFormat>();
const starts = new Map<string, number | null>();
const startsKeptMax = 50_000;

/** The date that a clock on the wall shows, such as 2026-03-29. */
function shownDate(ms: number, zone: string): string {
  if (zone === 'UTC') return new Date(ms).toISOString().slice(0, 10);
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    clocks.set(zone, clock);
  }
  return clock.format(ms);
}

/** The first instant that shows this date; null where the zone skipped the date. */
export function dayStart(date: string, zone: string): number | null {
  const key = `${zone} ${date}`;
  const known = starts.get(key);
  if (known !== undefined) return known;
  const found = findDayStart(date, zone);
  if (starts.size < startsKeptMax) starts.set(key, found);
  return found;
}

function findDayStart(date: string, zone: string): number | null {
  const midnightMs = Date.parse(`${date}T00:00:00Z`);
  if (zone === 'UTC') return midnightMs;
  for (let ms = midnightMs - 27 * hourMs; ms <= midnightMs + 27 * hourMs; ms += quarterHourMs) {
    if (shownDate(ms, zone) === date) return ms;
  }
  return null;
}

/** The starts of the local days from one date to before another. */
export function dayStarts(firstDay: string, endDay: string, zone: string): number[] {
  const found: number[] = [];
  for (let ms = Date.parse(`${firstDay}T00:00:00Z`); ms < Date.parse(`${endDay}T00:00:00Z`); ms += dayMs) {
    const start = dayStart(new Date(ms).toISOString().slice(0, 10), zone);
    if (start !== null) found.push(start);
  }
  return found;
}

/** Whole minor units that add up to the amount; the remainder goes to the first days. */
export function spread(amountMinor: number, dayCount: number): number[] {
  const magnitude = Math.abs(amountMinor);
  const base = Math.floor(magnitude / dayCount);
  const rest = magnitude - base * dayCount;
  return Array.from({ length: dayCount }, (_, index) => Math.sign(amountMinor) * (base + (index < rest ? 1 : 0)));
}

/** Where a rolling window that ends at `toMs` begins: on a minute up to 2 days, a quarter-hour up to 100 days, else a local day. */
export function windowStart(toMs: number, sizeMs: number, zone: string): number {
  const fromMs = toMs - sizeMs;
  if (sizeMs <= 2 * dayMs) return Math.floor(fromMs / minuteMs) * minuteMs;
  if (sizeMs <= 100 * dayMs) return Math.floor(fromMs / quarterHourMs) * quarterHourMs;
  return dayStart(shownDate(fromMs, zone), zone) ?? fromMs;
}
