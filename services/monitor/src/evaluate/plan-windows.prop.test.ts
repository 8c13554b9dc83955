import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catchUpWindowCountMax, planWindows } from './plan-windows.ts';

const minute = 60_000;
const at = (text: string) => Date.parse(`2026-11-22T${text}Z`);

describe('planWindows', () => {
  const rule = { kind: 'kpi' as const, everyMs: 15 * minute, settleMs: 0 };
  test('a new rule begins with the newest window', () => {
    expect(planWindows(rule, null, at('10:17:30')).ends).toEqual([at('10:15:00')]);
  });
  test('missed windows come one by one, in order', () => {
    expect(planWindows(rule, at('09:30:00'), at('10:17:30')).ends).toEqual([at('09:45:00'), at('10:00:00'), at('10:15:00')]);
  });
  test('a window waits for its settling time', () => {
    const settled = { ...rule, settleMs: minute };
    expect(planWindows(settled, at('10:00:00'), at('10:15:59')).ends).toEqual([]);
    expect(planWindows(settled, at('10:00:00'), at('10:16:00')).ends).toEqual([at('10:15:00')]);
  });
  test('after a change of the period the next window lies on the new one', () => {
    expect(planWindows({ ...rule, everyMs: 60 * minute }, at('09:45:00'), at('11:05:00')).ends).toEqual([at('10:00:00'), at('11:00:00')]);
  });
  test('a clock that is set back plans nothing', () => {
    expect(planWindows(rule, at('10:15:00'), at('08:00:00'))).toEqual({ ends: [], skippedCount: 0 });
  });
  test('a signal of the moment has no past: only the newest window is planned', () => {
    expect(planWindows({ ...rule, kind: 'pipeline' }, at('09:30:00'), at('10:17:30'))).toEqual({ ends: [at('10:15:00')], skippedCount: 2 });
  });
  test('past the cap the oldest are left out and counted', () => {
    const plan = planWindows({ ...rule, everyMs: minute }, at('00:00:00'), at('10:00:00'));
    expect([plan.ends.length, plan.skippedCount, plan.ends.at(-1)]).toEqual([
      catchUpWindowCountMax,
      600 - catchUpWindowCountMax,
      at('10:00:00'),
    ]);
  });

  test('judging in steps judges the same windows as judging at once', () => {
    const every = fc.integer({ min: 1, max: 120 }).map((minutes) => minutes * minute);
    const offsets = fc.array(fc.integer({ min: 0, max: 20 * minute }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(every, offsets, fc.integer({ min: 0, max: 5 * minute }), (everyMs, steps, settleMs) => {
        const by = { kind: 'kpi' as const, everyMs, settleMs };
        const start = planWindows(by, null, at('10:00:00')).ends[0]!;
        let nowMs = at('10:00:00');
        let judgedTo = start;
        const judged: number[] = [];
        for (const stepMs of steps) {
          nowMs += stepMs;
          judged.push(...planWindows(by, judgedTo, nowMs).ends);
          judgedTo = judged.at(-1) ?? judgedTo;
        }
        const atOnce = planWindows(by, start, nowMs);
        const expected = steps.length > 0 && atOnce.skippedCount === 0 ? atOnce.ends : judged;
        expect(judged).toEqual(expected);
      }),
    );
  });
});
