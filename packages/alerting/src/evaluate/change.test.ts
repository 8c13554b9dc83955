import { describe, expect, test } from 'vitest';
import { rollingWindowEnding } from '@vigie/kpis';
import type { ChangeSpec } from '../types.ts';
import { baselineWindow, changeOf } from './change.ts';

const spec = (as: ChangeSpec['as'], minBase: string | null = null): ChangeSpec => ({ against: 'previous', as, minBase });
const rule = (against: ChangeSpec['against'], size = '24h') => ({ size, change: { ...spec('percent'), against } });
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const endOf = (against: ChangeSpec['against'], to: string, zone: string) =>
  iso(baselineWindow(rule(against), rollingWindowEnding('24h', Date.parse(to), zone), zone).to);

describe('changeOf', () => {
  test.each([
    ['100.00', '120.00', '20.00'],
    ['100.00', '80.00', '-20.00'],
    ['3.00', '4.00', '33.33'],
    ['3.00', '5.00', '66.67'],
    // 0.005 % is rounded away from zero, on both sides; 0.0025 % is not.
    ['200.00', '199.99', '-0.01'],
    ['200.00', '200.01', '0.01'],
    ['400.00', '399.99', '0.00'],
    // From -40 to -10 is a rise, by three quarters of what it was.
    ['-40', '-10', '75.00'],
    ['-40', '-60', '-50.00'],
    ['1.50', '2.25', '50.00'],
    ['5', '0', '-100.00'],
  ])('from %s to %s is %s percent', (before, after, expected) => {
    expect(changeOf(spec('percent'), before, after)).toBe(expected);
  });

  test.each([
    ['4.50', '7.25', '2.75'],
    ['7.25', '4.5', '-2.75'],
    ['0', '3', '3'],
    ['0.1', '0.3', '0.2'],
    ['-2.00', '1.00', '3.00'],
  ])('from %s to %s is %s in the unit', (before, after, expected) => {
    expect(changeOf(spec('absolute'), before, after)).toBe(expected);
  });

  test('a base of nothing has no percents, and one below min_base says too little', () => {
    expect(changeOf(spec('percent'), '0.00', '3.00')).toBeNull();
    expect(changeOf(spec('percent', '10'), '9.99', '30.00')).toBeNull();
    expect(changeOf(spec('percent', '10'), '10.00', '30.00')).toBe('200.00');
    expect(changeOf(spec('percent', '10'), '-10.00', '30.00')).toBe('400.00');
    expect(changeOf(spec('absolute', '10'), '9.99', '30.00')).toBeNull();
  });
});

// Expected instants come from the tz database by way of Python's zoneinfo.
describe('baselineWindow', () => {
  test('previous ends where this window begins and is as long', () => {
    const zone = 'Europe/Paris';
    const window = rollingWindowEnding('30d', Date.parse('2026-04-10T08:17Z'), zone);
    // 30 days before 08:17 is floored to the quarter-hour, and that is where the earlier window ends.
    expect([iso(window.from), iso(window.to)]).toEqual(['2026-03-11T08:15Z', '2026-04-10T08:17Z']);
    const earlier = baselineWindow(rule('previous', '30d'), window, zone);
    expect([iso(earlier.from), iso(earlier.to), earlier.label]).toEqual(['2026-02-09T08:15Z', '2026-03-11T08:15Z', '30d']);
  });

  test.each([
    ['Europe/Paris, past the day clocks go forward', 'Europe/Paris', '2026-03-30T08:00Z', '2026-03-23T09:00Z'],
    ['Europe/Paris, a time that clocks skipped', 'Europe/Paris', '2026-04-05T00:30Z', '2026-03-29T01:30Z'],
    ['Europe/Paris, past the day clocks go back', 'Europe/Paris', '2026-10-26T09:00Z', '2026-10-19T08:00Z'],
    ['Europe/Paris, a time that clocks showed twice: the first', 'Europe/Paris', '2026-11-01T01:30Z', '2026-10-25T00:30Z'],
    ['America/New_York, forward', 'America/New_York', '2026-03-09T13:00Z', '2026-03-02T14:00Z'],
    ['America/New_York, skipped', 'America/New_York', '2026-03-15T06:30Z', '2026-03-08T07:30Z'],
    ['America/New_York, twice', 'America/New_York', '2026-11-08T06:30Z', '2026-11-01T05:30Z'],
    ['Lord Howe, half an hour', 'Australia/Lord_Howe', '2026-04-06T00:00Z', '2026-03-29T23:30Z'],
    ['Kolkata, no change at all', 'Asia/Kolkata', '2026-03-30T08:17Z', '2026-03-23T08:17Z'],
    ['Tehran', 'Asia/Tehran', '2022-09-25T12:00Z', '2022-09-18T11:00Z'],
    ['Apia, a date that the zone skipped', 'Pacific/Apia', '2012-01-05T10:00Z', '2011-12-30T10:00Z'],
    ['UTC', 'UTC', '2026-03-30T08:00Z', '2026-03-23T08:00Z'],
  ])('the same weekday last week keeps the clock time: %s', (_, ...[zone, to, expected]) => {
    expect(endOf('same_weekday_last_week', to, zone)).toBe(expected);
  });

  test.each([
    ['Europe/Paris, in summer time now and not then', 'Europe/Paris', '2026-03-29T08:00Z', '2025-03-29T09:00Z'],
    ['29 February', 'UTC', '2024-02-29T12:00Z', '2023-02-28T12:00Z'],
    ['28 February after a leap year', 'UTC', '2025-02-28T12:00Z', '2024-02-28T12:00Z'],
    ['29 February in a zone', 'Europe/Paris', '2028-02-29T11:00Z', '2027-02-28T11:00Z'],
    ['Tehran, which gave summer time up', 'Asia/Tehran', '2023-04-01T12:00Z', '2022-04-01T11:00Z'],
    ['a time that clocks skipped then', 'Europe/Paris', '2027-03-29T00:30Z', '2026-03-29T01:30Z'],
    ['New York', 'America/New_York', '2026-03-10T12:00Z', '2025-03-10T12:00Z'],
  ])('the same period last year keeps date and clock time: %s', (_, ...[zone, to, expected]) => {
    expect(endOf('same_period_last_year', to, zone)).toBe(expected);
  });

  test('a rule on a value has no earlier window', () => {
    const window = rollingWindowEnding('24h', Date.parse('2026-03-30T08:00Z'), 'UTC');
    expect(() => baselineWindow({ size: '24h', change: null }, window, 'UTC')).toThrow('Expected a rule on a change');
  });
});
