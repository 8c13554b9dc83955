import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MeasureDef } from '../types.ts';
import { endOfMinute, rollingWindowEnding } from '../time/window.ts';
import { dayNumberAt, dayStartMs } from '../time/zone.ts';
import { dayMs, minuteKeptMs, minuteMs, quarterKeptMs, quarterMs } from './layout.ts';
import { oldestPanesMs, type PaneRange, panesBetween, readsOf } from './plan.ts';

const zones = [
  'UTC',
  'Europe/Paris',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Pacific/Chatham',
];
/** Moments at which clocks do something, and any other since 1980. */
const moments = [
  '2011-12-30T10:00:00Z',
  '2010-11-07T02:31:00Z',
  '2018-11-04T03:00:00Z',
  '2025-03-30T01:00:00Z',
  '2025-04-05T15:00:00Z',
].map(Date.parse);
const instant = fc.oneof(
  fc.tuple(fc.constantFrom(...moments), fc.integer({ min: -4 * 1440, max: 4 * 1440 })).map(([at, minutes]) => at + minutes * minuteMs),
  fc.integer({ min: Date.UTC(1980, 0, 1) / minuteMs, max: Date.UTC(2040, 0, 1) / minuteMs }).map((minute) => minute * minuteMs),
);

function boundsOf(range: PaneRange, zone: string): [number, number] {
  if (range.size === 'd') return [dayStartMs(zone, range.lo), range.hi === Infinity ? Infinity : dayStartMs(zone, range.hi)];
  const paneMs = range.size === 'm' ? minuteMs : quarterMs;
  return [range.lo * paneMs, range.hi * paneMs];
}

test('the panes of a window follow each other without gap or overlap, from its first instant to its last', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.tuple(instant, instant), fc.boolean(), (zone, [one, other], isOpen) => {
      const from = Math.min(one, other);
      const to = isOpen ? Infinity : Math.max(one, other);
      let reached = from;
      for (const range of panesBetween(from, to, zone)) {
        expect(range.lo).toBeLessThan(range.hi);
        const [start, end] = boundsOf(range, zone);
        expect(start).toBe(reached);
        reached = end;
      }
      expect(reached).toBe(to);
    }),
    { numRuns: 2_000 },
  );
});

test('the writer puts an instant into a pane of the window exactly when it lies in it', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.tuple(instant, instant),
      fc.integer({ min: -3 * dayMs, max: 3 * dayMs }),
      (zone, [one, other], shift) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const at = (shift > 0 ? from : to) + shift;
        const pane = { m: Math.floor(at / minuteMs), q: Math.floor(at / quarterMs), d: dayNumberAt(zone, at), t: 0 };
        const panes = panesBetween(from, to, zone).filter(({ size, lo, hi }) => pane[size] >= lo && pane[size] < hi);
        expect(panes.length).toBe(at >= from && at < to ? 1 : 0);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('a window of many days reads few panes of the small sizes', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, fc.integer({ min: 0, max: 400 * 1440 }), (zone, from, minutes) => {
      const count = (size: string) =>
        panesBetween(from, from + minutes * minuteMs, zone)
          .filter((range) => range.size === size)
          .reduce((sum, { lo, hi }) => sum + hi - lo, 0);
      expect(count('m')).toBeLessThan(2 * 15);
      expect(count('q')).toBeLessThan(2 * 27 * 4);
    }),
  );
});

test('every rolling window can be answered live at any moment, also by a clock that is three quarters of an hour behind', () => {
  const stock: MeasureDef = { id: 's', kind: 'stock', at: 'from', terms: [{ fact: 'customers_lost', sign: 1 }], money: false, meaning: '' };
  const lost: MeasureDef = { id: 'l', kind: 'cohort_sum', terms: [{ fact: 'customers_lost', sign: 1 }], money: false, meaning: '' };
  const size = fc.oneof(
    fc.integer({ min: 1, max: 2 * 1440 }).map((minutes) => `${minutes}m`),
    fc.integer({ min: 40, max: 2_500 }).map((hours) => `${hours}h`),
    fc.constantFrom('48h', '2d', '3d', '30d', '90d', '99d', '100d', '101d', '365d'),
  );
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.tuple(instant, fc.integer({ min: 0, max: 59_999 })), size, (zone, [minute, ms], label) => {
      const nowMs = minute + ms;
      const window = rollingWindowEnding(label, endOfMinute(nowMs), zone);
      const latestMs = nowMs + 45 * minuteMs;
      for (const measure of [stock, lost]) {
        const oldest = oldestPanesMs(readsOf(measure, { window, currency: 'EUR', slice: '-' })!);
        expect(oldest.minuteMs).toBeGreaterThanOrEqual(latestMs - minuteKeptMs);
        expect(oldest.quarterMs).toBeGreaterThanOrEqual(latestMs - quarterKeptMs);
      }
    }),
    { numRuns: 2_000 },
  );
});
