import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { WindowError } from './window-error.ts';
import { parseWindow, rollingWindowEnding } from './window.ts';
import { dayMs, hourMs, minuteMs } from './zone.ts';

const zone = 'Europe/Paris';
const nowMs = Date.parse('2026-03-04T12:07:30Z');

const read = (text: string, at = nowMs): string[] => {
  const window = parseWindow(text, { nowMs: at, zone });
  return [new Date(window.from).toISOString(), new Date(window.to).toISOString()].map((iso) => iso.replace(':00.000Z', 'Z'));
};

test.each([
  ['90m', '2026-03-04T10:38Z', '2026-03-04T12:08Z'],
  ['24h', '2026-03-03T12:08Z', '2026-03-04T12:08Z'],
  ['2d', '2026-03-02T12:08Z', '2026-03-04T12:08Z'],
  ['49h', '2026-03-02T11:00Z', '2026-03-04T12:08Z'],
  ['30d', '2026-02-02T12:00Z', '2026-03-04T12:08Z'],
  ['100d', '2025-11-24T12:00Z', '2026-03-04T12:08Z'],
  ['101d', '2025-11-22T23:00Z', '2026-03-04T12:08Z'],
  ['365d', '2025-03-03T23:00Z', '2026-03-04T12:08Z'],
])('the rolling window %s is [%s, %s)', (text, from, to) => {
  expect(read(text)).toEqual([from, to]);
  expect(parseWindow(text, { nowMs, zone }).provisional).toBe(false);
});

test('on a whole minute the current minute is the one that begins', () => {
  expect(read('1m', Date.parse('2026-03-04T12:07:00Z'))).toEqual(['2026-03-04T12:07Z', '2026-03-04T12:08Z']);
});

test.each([
  ['2025', '2024-12-31T23:00Z', '2025-12-31T23:00Z', false],
  ['2026', '2025-12-31T23:00Z', '2026-12-31T23:00Z', true],
  ['2026-Q1', '2025-12-31T23:00Z', '2026-03-31T22:00Z', true],
  ['2025-Q4', '2025-09-30T22:00Z', '2025-12-31T23:00Z', false],
  ['2026-03', '2026-02-28T23:00Z', '2026-03-31T22:00Z', true],
  ['2026-W10', '2026-03-01T23:00Z', '2026-03-08T23:00Z', true],
  ['2026-W01', '2025-12-28T23:00Z', '2026-01-04T23:00Z', false],
  ['2020-W53', '2020-12-27T23:00Z', '2021-01-03T23:00Z', false],
  ['2026-03-29', '2026-03-28T23:00Z', '2026-03-29T22:00Z', true],
  ['today', '2026-03-03T23:00Z', '2026-03-04T23:00Z', true],
  ['yesterday', '2026-03-02T23:00Z', '2026-03-03T23:00Z', false],
  ['this_week', '2026-03-01T23:00Z', '2026-03-08T23:00Z', true],
  ['last_week', '2026-02-22T23:00Z', '2026-03-01T23:00Z', false],
  ['this_month', '2026-02-28T23:00Z', '2026-03-31T22:00Z', true],
  ['last_month', '2026-01-31T23:00Z', '2026-02-28T23:00Z', false],
  ['this_quarter', '2025-12-31T23:00Z', '2026-03-31T22:00Z', true],
  ['last_quarter', '2025-09-30T22:00Z', '2025-12-31T23:00Z', false],
  ['this_year', '2025-12-31T23:00Z', '2026-12-31T23:00Z', true],
  ['last_year', '2024-12-31T23:00Z', '2025-12-31T23:00Z', false],
  ['2026-01-01..2026-02-01', '2025-12-31T23:00Z', '2026-01-31T23:00Z', false],
  ['2026-03-01T00:00Z..2026-03-05T01:00+01:00', '2026-03-01T00:00Z', '2026-03-05T00:00Z', true],
])('the window %s is [%s, %s), provisional %s', (text, ...[from, to, provisional]) => {
  expect(read(text)).toEqual([from, to]);
  expect(parseWindow(text, { nowMs, zone })).toMatchObject({ label: text, zone, provisional });
});

test('the words mean the local day, not the UTC one', () => {
  expect(read('today', Date.parse('2026-03-04T23:30:00Z'))).toEqual(['2026-03-04T23:00Z', '2026-03-05T23:00Z']);
  expect(read('last_month', Date.parse('2026-02-28T23:30:00Z'))).toEqual(['2026-01-31T23:00Z', '2026-02-28T23:00Z']);
});

test('a date that the zone skipped is an empty window', () => {
  const window = parseWindow('2011-12-30', { nowMs, zone: 'Pacific/Apia' });
  expect(window.from).toBe(window.to);
});

test.each([
  ['', /expected a rolling window/],
  ['30', /expected a rolling window/],
  ['0d', /expected a rolling window such as 90m, 24h or 30d/],
  ['5w', /expected a rolling window such as 90m, 24h or 30d/],
  ['99999d', /at most 36600d/],
  ['2026-13', /found "2026-13"/],
  ['2026-W54', /found "2026-W54"/],
  ['2025-W53', /found "2025-W53"/],
  ['2026-02-30', /found "2026-02-30"/],
  ['next_month', /found "next_month"/],
  ['2026-02-01..2026-01-01', /expected a from before its to/],
  ['2026-02-01..', /expected a local date .* found ""/],
  ['2026-01-01T00:00..2026-02-01', /with its offset/],
  ['2026-02-30T00:00Z..2026-03-01', /with its offset/],
  ['2026-01-01T00:00:30Z..2026-02-01', /on a whole minute/],
  ['2026-01-01..2026-02-01..2026-03-01', /expected one from..to/],
])('%j is refused with what was expected and found', (text, message) => {
  expect(() => parseWindow(text, { nowMs, zone })).toThrow(WindowError);
  expect(() => parseWindow(text, { nowMs, zone })).toThrow(message);
});

test('a rolling window of the monitor ends where it says, on a minute', () => {
  const to = Date.parse('2026-03-04T12:08:00Z');
  expect(rollingWindowEnding('30d', to, zone)).toEqual(parseWindow('30d', { nowMs: to - 1, zone }));
  expect(() => rollingWindowEnding('30d', to + 1, zone)).toThrow(/expected an end on a whole minute, found "2026-03-04T12:08:00.001Z"/);
});

test('a rolling window covers its size and less than one pane more', () => {
  const zones = ['UTC', 'Europe/Paris', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  const instant = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) });
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, fc.integer({ min: 1, max: 24 * 400 }), (place, now, hours) => {
      const { from, to } = parseWindow(`${hours}h`, { nowMs: now, zone: place });
      const slack = to - from - hours * hourMs;
      expect(to - now > 0 && to - now <= minuteMs).toBe(true);
      expect(slack).toBeGreaterThanOrEqual(0);
      expect(slack).toBeLessThan(hours <= 48 ? minuteMs : hours <= 2400 ? 15 * minuteMs : dayMs + 2 * hourMs);
    }),
    { numRuns: 2000 },
  );
});
