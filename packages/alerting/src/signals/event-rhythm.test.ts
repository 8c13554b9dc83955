import { describe, expect, test } from 'vitest';
import { eventsExpected, type HourCount } from './event-rhythm.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 10, 2);
/** Every working day from 9 to 17, so many events an hour, for four weeks from a Monday. */
const officeHours = (perHour: number): HourCount[] =>
  Array.from({ length: 28 * 24 }, (_, hour) => ({ startMs: monday + hour * hourMs, count: perHour })).filter(({ startMs }) => {
    const date = new Date(startMs);
    return date.getUTCDay() % 6 !== 0 && date.getUTCHours() >= 9 && date.getUTCHours() < 17;
  });
const at = (day: number, hour: number): number => monday + (day * 24 + hour) * hourMs;

describe('how many events a silence swallowed', () => {
  test('is what the same hours of the week brought before: two working hours at 30 an hour are 60', () => {
    const friday = at(25, 12);
    const hours = officeHours(30).filter(({ startMs }) => startMs < friday);
    // From Monday 9 a.m. to Friday noon of the fourth week the average is over 25.125 days, not 28: 3.589 weeks hold 4 Fridays' noons but for the last.
    expect(eventsExpected(hours, { lastMs: friday, nowMs: friday + 2 * hourMs })).toBeCloseTo((2 * 3 * 30) / ((25 * 24 + 3) / 168), 6);
  });

  test('is nothing over a night and a weekend in which nothing ever comes', () => {
    const fridayEvening = at(25, 17);
    const hours = officeHours(30).filter(({ startMs }) => startMs < fridayEvening);
    expect(eventsExpected(hours, { lastMs: fridayEvening, nowMs: at(28, 9) })).toBe(0);
  });

  test('is the average hour for a type that is younger than a week: 10 an hour for 5 hours, silent for 90 minutes, are 15', () => {
    const hours = [0, 1, 2, 3, 4].map((hour) => ({ startMs: at(0, hour), count: 10 }));
    expect(eventsExpected(hours, { lastMs: at(0, 5), nowMs: at(0, 5) + 1.5 * hourMs })).toBeCloseTo(15, 9);
  });

  test.each([
    { what: 'a type that never came', hours: [], lastMs: at(0, 5), nowMs: at(0, 9) },
    { what: 'a type that came just now', hours: [{ startMs: at(0, 1), count: 10 }], lastMs: at(0, 5), nowMs: at(0, 5) },
    { what: 'a clock behind the last event', hours: [{ startMs: at(0, 1), count: 10 }], lastMs: at(0, 5), nowMs: at(0, 4) },
    {
      what: 'a type whose first hour has not ended',
      hours: [{ startMs: at(0, 5), count: 3 }],
      lastMs: at(0, 5) + 60_000,
      nowMs: at(0, 5) + 120_000,
    },
  ])('is 0 for $what', ({ hours, lastMs, nowMs }) => {
    expect(eventsExpected(hours, { lastMs, nowMs })).toBe(0);
  });
});
