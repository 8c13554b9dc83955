import { expect, test } from 'vitest';
import { dayNumberAt, dayNumberOf, dayStartMs, hourMs, isZone, localDateOf, zoneDataVersion, ZoneError } from './zone.ts';

const at = (text: string): number => Date.parse(text);
const day = (date: string): number => dayNumberOf(date)!;

// Bounds from ../shared/scenarios.json and the tz database's own change logs.
test.each([
  ['UTC', '2026-03-04', '2026-03-04T00:00:00Z', 24],
  ['Europe/Paris', '2026-03-29', '2026-03-28T23:00:00Z', 23],
  ['Europe/Paris', '2026-10-25', '2026-10-24T22:00:00Z', 25],
  ['Asia/Kolkata', '2026-07-01', '2026-06-30T18:30:00Z', 24],
  ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00Z', 24.5],
  ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30:00Z', 23.5],
  ['America/St_Johns', '2010-11-06', '2010-11-06T02:30:00Z', 24],
  ['America/St_Johns', '2010-11-07', '2010-11-07T02:30:00Z', 25],
  ['Pacific/Apia', '2011-12-29', '2011-12-29T10:00:00Z', 24],
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z', 0],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z', 24],
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z', 23],
  ['Africa/Monrovia', '1972-01-07', '1972-01-07T00:44:30Z', 23 + 15.5 / 60],
])('%s: the local day %s starts at %s and has %d hours', (zone, date, ...[start, hours]) => {
  expect(new Date(dayStartMs(zone, day(date))).toISOString()).toBe(new Date(at(start)).toISOString());
  expect((dayStartMs(zone, day(date) + 1) - at(start)) / hourMs).toBeCloseTo(hours, 9);
});

test('an instant that shows the day before for the second time lies in the day that had begun', () => {
  expect(localDateOf(dayNumberAt('America/St_Johns', at('2010-11-07T02:29:59.999Z')))).toBe('2010-11-06');
  expect(localDateOf(dayNumberAt('America/St_Johns', at('2010-11-07T02:45:00Z')))).toBe('2010-11-07');
});

test('no instant lies in a date that the zone skipped', () => {
  expect(localDateOf(dayNumberAt('Pacific/Apia', at('2011-12-30T09:59:59.999Z')))).toBe('2011-12-29');
  expect(localDateOf(dayNumberAt('Pacific/Apia', at('2011-12-30T10:00:00Z')))).toBe('2011-12-31');
});

test('only named zones are zones', () => {
  expect(['Europe/Paris', 'UTC', 'Etc/GMT+5', 'Asia/Calcutta'].filter((zone) => !isZone(zone))).toEqual([]);
  expect(['Europe/Pariss', '+02:00', '', 'Mars/Olympus'].filter(isZone)).toEqual([]);
  expect(() => dayStartMs('Europe/Pariss', 0)).toThrow(ZoneError);
  expect(() => dayStartMs('Europe/Pariss', 0)).toThrow(/expected an IANA time zone name.*found "Europe\/Pariss"/);
});

test('instants that no calendar of ours covers are refused, not guessed', () => {
  expect(() => dayNumberAt('UTC', NaN)).toThrow(RangeError);
  expect(() => dayNumberAt('UTC', -8e15)).toThrow(RangeError);
});

test('dates and day numbers are each other’s inverse, and a date that does not exist has none', () => {
  expect(day('1970-01-01')).toBe(0);
  expect(localDateOf(day('2024-02-29'))).toBe('2024-02-29');
  expect(['2026-02-29', '2026-13-01', '2026-1-1', '2026-01-01T00:00', ''].map(dayNumberOf)).toEqual(Array(5).fill(undefined));
});

test('the zone data version is what the caller says', () => {
  expect([zoneDataVersion('2026c'), zoneDataVersion(undefined)]).toEqual(['tz-2026c', 'tz-unknown']);
});
