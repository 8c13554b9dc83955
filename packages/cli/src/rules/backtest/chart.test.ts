import { describe, expect, test } from 'vitest';
import { area, dateAxis, rowOf, scaleOf, sparkline } from './chart.ts';
import { columnOf } from './timeline.ts';

describe('a chart', () => {
  const scale = { low: 0, high: 8 };

  test('a sparkline rises with its values and has a dot where there is none', () => {
    expect(sparkline([0, 4, 8, null, 20, -3], scale)).toBe('▁▅█·█▁');
  });

  test('an area is as high as its values, eighth by eighth', () => {
    expect(area([1, 4, 5, 8, null], scale, 2).map((cells) => cells.join(''))).toEqual(['  ▂█ ', '▂███ ']);
  });

  test('a limit lies on the line that its value reaches into', () => {
    expect([0, 3.9, 4, 8].map((value) => rowOf(value, scale, 2))).toEqual([1, 1, 0, 0]);
  });

  test('the scale takes in values and limits, and begins at 0 where that is near', () => {
    const near = scaleOf([2, 4], [5]);
    expect([near.low, near.high > 5]).toEqual([0, true]);
    const far = scaleOf([100, null, 104], [103]);
    expect([far.low > 99 && far.low < 100, far.high > 104 && far.high < 105]).toEqual([true, true]);
    expect(scaleOf([null], [])).toEqual({ low: 0, high: 1 });
  });

  test('each window falls into the column of its end', () => {
    const range = { sinceMs: 0, untilMs: 100, columnCount: 10 };
    expect([1, 10, 11, 99, 100, 200].map((ms) => columnOf(range, ms))).toEqual([0, 0, 1, 9, 9, 9]);
  });

  test('dates stand in the zone of the rule, under their columns', () => {
    const day = 86_400_000;
    const range = { sinceMs: Date.UTC(2026, 0, 1, 23, 30), untilMs: Date.UTC(2026, 0, 1, 23, 30) + 40 * day, columnCount: 40 };
    expect(dateAxis(range, 'Europe/Paris')).toBe('2026-01-02          2026-01-22');
  });
});
