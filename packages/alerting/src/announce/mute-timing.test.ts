import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMuted, muteEndMs, muteLookAheadMs } from './mute-timing.ts';
import type { MuteInterval, MuteTiming } from './types.ts';

const always: MuteInterval = { times: [], weekdays: [], daysOfMonth: [], months: [] };
const timingOf = (zone: string, ...intervals: readonly Partial<MuteInterval>[]): MuteTiming => ({
  name: 'quiet',
  zone,
  intervals: intervals.map((interval) => ({ ...always, ...interval })),
});
const clock = (from: string, to: string) => ({ fromMinute: minuteOf(from), toMinute: minuteOf(to) });
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const at = (text: string): number => Date.parse(text);
const endOf = (timing: MuteTiming, from: string): string => new Date(muteEndMs(timing, at(from))).toISOString();

describe('days on which clocks are set (instants from the zone data, by zoneinfo)', () => {
  // Paris, 29 March 2026: 01:59 is followed by 03:00 at 01:00Z. 25 October: 02:59 is followed by 02:00 at 01:00Z.
  const night = timingOf('Europe/Paris', { times: [clock('02:00', '02:30')] });

  test('a time range that the zone skips mutes nothing that day', () => {
    const minutes = Array.from({ length: 180 }, (_, index) => at('2026-03-28T23:30:00Z') + index * 60_000);
    expect(minutes.some((ms) => isMuted(night, ms))).toBe(false);
    expect(isMuted(night, at('2026-03-28T01:00:00Z'))).toBe(true);
  });

  test('a time range that the zone shows twice mutes twice', () => {
    const shown = ['00:00', '00:29', '00:30', '00:59', '01:00', '01:29', '01:30'].map((time) =>
      isMuted(night, at(`2026-10-25T${time}:00Z`)),
    );
    expect(shown).toEqual([true, true, false, false, true, true, false]);
    expect(endOf(night, '2026-10-25T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    expect(endOf(night, '2026-10-25T01:00:00Z')).toBe('2026-10-25T01:30:00.000Z');
  });

  test('a night ends when the clock shows its end, an hour sooner or later than on other days', () => {
    const nights = timingOf('Europe/Paris', { times: [clock('22:00', '24:00'), clock('00:00', '06:00')] });
    expect(endOf(nights, '2026-03-28T21:00:00Z')).toBe('2026-03-29T04:00:00.000Z');
    expect(endOf(nights, '2026-10-24T20:00:00Z')).toBe('2026-10-25T05:00:00.000Z');
    expect(endOf(nights, '2026-11-24T21:15:42Z')).toBe('2026-11-25T05:00:00.000Z');
  });

  test('a range that ends within the skipped hour ends where the clock jumps over it', () => {
    const early = timingOf('Europe/Paris', { times: [clock('01:00', '02:15')] });
    expect(endOf(early, '2026-03-29T00:10:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  test('a range that ends within the repeated hour ends when it is first shown, and holds again when it is shown again', () => {
    const early = timingOf('Europe/Paris', { times: [clock('01:00', '02:15')] });
    expect(endOf(early, '2026-10-24T23:30:00Z')).toBe('2026-10-25T00:15:00.000Z');
    expect(isMuted(early, at('2026-10-25T01:14:00Z'))).toBe(true);
    expect(endOf(early, '2026-10-25T01:14:00Z')).toBe('2026-10-25T01:15:00.000Z');
  });

  test('a day whose midnight is skipped begins at one', () => {
    // Havana, 8 March 2026: 23:59 on Saturday is followed by 01:00 on Sunday at 05:00Z.
    const saturdays = timingOf('America/Havana', { weekdays: [6] });
    expect(endOf(saturdays, '2026-03-08T04:00:00Z')).toBe('2026-03-08T05:00:00.000Z');
  });

  test('an hour before midnight that is shown twice belongs to the same day twice', () => {
    // Santiago, 5 April 2026: 23:59 on Saturday is followed by 23:00 on Saturday at 03:00Z.
    const saturdays = timingOf('America/Santiago', { weekdays: [6] });
    expect(endOf(saturdays, '2026-04-05T02:30:00Z')).toBe('2026-04-05T04:00:00.000Z');
  });

  test('half an hour set back is half an hour', () => {
    // Lord Howe, 5 April 2026: 01:59 is followed by 01:30 at 15:00Z of the day before.
    const timing = timingOf('Australia/Lord_Howe', { times: [clock('01:45', '02:00')] });
    const shown = ['14:45', '14:59', '15:00', '15:14', '15:15', '15:30'].map((time) => isMuted(timing, at(`2026-04-04T${time}:00Z`)));
    expect(shown).toEqual([true, true, false, false, true, false]);
  });
});

describe('the calendar', () => {
  test('weekdays begin with Monday as 1, in the zone and not in UTC', () => {
    // 2026-11-22 is a Sunday; in Kolkata Monday begins at 18:30Z.
    const mondays = timingOf('Asia/Kolkata', { weekdays: [1] });
    expect([isMuted(mondays, at('2026-11-22T18:29:00Z')), isMuted(mondays, at('2026-11-22T18:30:00Z'))]).toEqual([false, true]);
    expect(endOf(mondays, '2026-11-22T18:30:00Z')).toBe('2026-11-23T18:30:00.000Z');
  });

  test('days of the month count from its end too, in leap years as well', () => {
    const last = timingOf('UTC', { daysOfMonth: [-1] });
    const days = ['2026-02-27', '2026-02-28', '2028-02-28', '2028-02-29', '2026-04-30', '2026-12-31'];
    expect(days.map((day) => isMuted(last, at(`${day}T12:00:00Z`)))).toEqual([false, true, false, true, true, true]);
    expect(isMuted(timingOf('UTC', { daysOfMonth: [-31] }), at('2026-01-01T00:00:00Z'))).toBe(true);
    expect(isMuted(timingOf('UTC', { daysOfMonth: [-31] }), at('2026-04-01T00:00:00Z'))).toBe(false);
  });

  test('the turn of the year is within what begins in December and ends in January', () => {
    const holidays = timingOf(
      'Europe/Paris',
      { months: [12], daysOfMonth: [24, 25, 26, 27, 28, 29, 30, 31] },
      { months: [1], daysOfMonth: [1, 2] },
    );
    expect(endOf(holidays, '2026-12-24T08:00:00Z')).toBe('2027-01-02T23:00:00.000Z');
  });

  test('all that an interval names must hold, and one interval is enough', () => {
    const timing = timingOf('UTC', { weekdays: [2], times: [clock('09:00', '17:00')] }, { weekdays: [7] });
    const moments = [
      '2026-11-24T08:59:00Z',
      '2026-11-24T09:00:00Z',
      '2026-11-24T16:59:59Z',
      '2026-11-24T17:00:00Z',
      '2026-11-29T00:00:00Z',
    ];
    expect(moments.map((moment) => isMuted(timing, at(moment)))).toEqual([false, true, true, false, true]);
  });

  test('without intervals nothing is muted, and what is always muted is looked at again', () => {
    expect(isMuted(timingOf('UTC'), 0)).toBe(false);
    expect(muteEndMs(timingOf('UTC'), 5)).toBe(5);
    expect(muteEndMs(timingOf('UTC', {}), 5)).toBe(5 + muteLookAheadMs);
  });
});

test('the end is the first minute that is not muted, in any zone and on any day', () => {
  const minute = fc.integer({ min: 0, max: 1_440 });
  const interval = fc.record({
    times: fc.array(
      fc.tuple(minute, minute).map(([a, b]) => ({ fromMinute: Math.min(a, b), toMinute: Math.max(a, b) })),
      { maxLength: 3 },
    ),
    weekdays: fc.oneof(fc.constant([]), fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })),
    daysOfMonth: fc.constant([]),
    months: fc.constant([]),
  });
  const changes = ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-03-08T05:00:00Z', '2026-11-01T05:00:00Z', '2026-10-03T15:30:00Z'];
  const zones = fc.constantFrom('Europe/Paris', 'America/Havana', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kolkata');
  const start = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -1_600, max: 200 }))
    .map(([change, minutes]) => at(change) + minutes * 60_000);
  fc.assert(
    fc.property(zones, fc.array(interval, { minLength: 1, maxLength: 2 }), start, (zone, intervals, startMs) => {
      const timing = timingOf(zone, ...intervals);
      const end = muteEndMs(timing, startMs);
      let scanned = startMs;
      while (scanned < startMs + 2 * 86_400_000 && isMuted(timing, scanned)) scanned += 60_000;
      if (scanned < startMs + 2 * 86_400_000) expect(end).toBe(scanned);
      else expect(end).toBeGreaterThanOrEqual(scanned);
    }),
  );
});
