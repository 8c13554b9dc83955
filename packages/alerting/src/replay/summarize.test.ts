import { describe, expect, test } from 'vitest';
import { aReading, aRule, hourMs } from '../evaluate/test-rules.ts';
import type { Reading, Rule } from '../types.ts';
import { judgeWindows, type ReadWindow } from './judge-windows.ts';
import { ReplaySummarizer, type ReplayReport } from './summarize.ts';

const startMs = Date.UTC(2026, 2, 2, 9);
const at = (window: number): number => startMs + window * hourMs;

function reportOf(rule: Rule, windows: readonly (readonly Partial<Reading>[])[]): ReplayReport {
  const summarizer = new ReplaySummarizer(rule);
  const read = windows.map((readings, index): ReadWindow => {
    const windowEndMs = at(index);
    return { windowEndMs, readings: readings.map((over) => aReading({ ...over, windowEndMs })), baselines: null };
  });
  for (const window of judgeWindows(rule, read)) summarizer.add(window);
  return summarizer.report();
}
const valuesOf = (...values: (string | null)[]): Partial<Reading>[][] =>
  values.map((value) => [value === null ? { value, reason: 'zero_denominator' } : { value }]);

describe('the summary of a replay', () => {
  test('counts firings and adds up how long they lasted, severity by severity', () => {
    //                                   0       1       2       3       4       5
    const report = reportOf(aRule(), valuesOf('3.00', '6.00', '8.00', '8.00', '3.00', '3.00'));
    expect(report.whole).toMatchObject({ firingCount: 1, transitionCount: 3, firingMs: 3 * hourMs, flapCount: 0 });
    expect(report.spans.map(({ severity, fromMs, toMs, isOpen }) => [severity, fromMs, toMs, isOpen])).toEqual([
      ['warning', at(1), at(2), false],
      ['critical', at(2), at(4), false],
    ]);
    expect(report.whole.longest).toEqual({ slice: null, fromMs: at(1), toMs: at(4), isOpen: false });
  });

  test('what still fires at the end lasts until the last window, and says that it is open', () => {
    const report = reportOf(aRule(), valuesOf('3.00', '6.00', '6.00', '6.00'));
    expect(report.whole).toMatchObject({ firingMs: 2 * hourMs, longest: { fromMs: at(1), toMs: at(3), isOpen: true } });
  });

  test('a firing within six windows of the last resolve of the same slice is a flap, and no other is', () => {
    const calm = (count: number): string[] => Array<string>(count).fill('3.00');
    expect(reportOf(aRule(), valuesOf('6.00', ...calm(6), '6.00')).whole.flapCount).toBe(1);
    expect(reportOf(aRule(), valuesOf('6.00', ...calm(7), '6.00')).whole.flapCount).toBe(0);
  });

  test('the share of what could not be judged, by reason', () => {
    const rule = aRule({ minSample: { measure: 'customers_at_start', atLeast: '50' } });
    const small = { value: '3.00', measures: { customers_at_start: 49n, customers_lost: 2n } };
    const report = reportOf(rule, [...valuesOf('3.00', null, null), [small]]);
    expect(report.whole).toMatchObject({
      judgementCount: 4,
      inconclusiveShare: 0.75,
      inconclusive: { zero_denominator: 2, small_sample: 1 },
    });
  });

  test('slices are told apart, and those that fired longest come first', () => {
    const slices = (...values: [string, string][]): Partial<Reading>[] =>
      values.map(([value, slice]) => ({ value, slice: { dimension: 'channel', value: slice } }));
    const rule = aRule({ groupBy: 'channel', maxInstances: 2 });
    const report = reportOf(rule, [
      slices(['6.00', 'ads'], ['6.00', 'mail'], ['6.00', 'web']),
      slices(['3.00', 'ads'], ['6.00', 'mail'], ['6.00', 'web']),
      slices(['3.00', 'ads'], ['3.00', 'mail'], ['6.00', 'web']),
    ]);
    expect(report.slices.map(({ slice, firingMs }) => [slice, firingMs])).toEqual([
      ['mail', 2 * hourMs],
      ['ads', hourMs],
    ]);
    expect(report).toMatchObject({ windowCount: 3, overflowCount: 3, whole: { firingCount: 2, firingMs: 3 * hourMs } });
  });
});
