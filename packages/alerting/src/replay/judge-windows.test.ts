import { describe, expect, test } from 'vitest';
import { aReading, aRule, dayMs, hourMs } from '../evaluate/test-rules.ts';
import { judgeWindows, replayWindowCount, replayWindows, type ReadWindow } from './judge-windows.ts';

const startMs = Date.UTC(2026, 2, 2, 9);
const windowsOf = (...values: string[]): ReadWindow[] =>
  values.map((value, index) => {
    const windowEndMs = startMs + index * hourMs;
    return { windowEndMs, readings: [aReading({ value, windowEndMs })], baselines: null };
  });
const kindsOf = (...values: string[]): string[] =>
  [...judgeWindows(aRule({ forMs: hourMs }), windowsOf(...values))].map(({ decision }) => decision.records[0]?.transition.kind ?? '-');

describe('a replay', () => {
  test('judges the windows that end after its beginning, through its end', () => {
    const range = { sinceMs: startMs, untilMs: startMs + 3 * hourMs + 59_000, zone: 'UTC' };
    const windows = replayWindows(aRule({ everyMs: hourMs }), range);
    expect(windows.map(({ windowEndMs }) => (windowEndMs - startMs) / hourMs)).toEqual([1, 2, 3]);
    expect(windows.map(({ window }) => window.to - window.from)).toEqual([30 * dayMs, 30 * dayMs, 30 * dayMs]);
    expect(replayWindowCount({ everyMs: hourMs }, range)).toBe(3);
    expect(replayWindowCount({ everyMs: hourMs }, { sinceMs: startMs, untilMs: startMs - dayMs })).toBe(0);
  });

  test('asks for the earlier window of a rule on a change', () => {
    const change = { against: 'previous', as: 'percent', minBase: null } as const;
    const [first] = replayWindows(aRule({ change }), { sinceMs: startMs, untilMs: startMs + hourMs, zone: 'UTC' });
    expect(first?.baseline?.to).toBe(first?.window.from);
  });

  test('hands the state of each window on to the next: two breaches in a row fire where one does not', () => {
    expect(kindsOf('6.00', '3.00', '6.00', '6.00', '8.00', '3.00')).toEqual(['-', '-', '-', 'firing', 'escalated', 'resolved']);
  });

  test('gives the same transitions, ids included, each time', () => {
    const idsOf = (): string[] =>
      [...judgeWindows(aRule(), windowsOf('6.00', '3.00', '9.00'))].flatMap(({ decision }) =>
        decision.records.map(({ transition }) => transition.id),
      );
    expect(new Set(idsOf()).size).toBe(3);
    expect(idsOf()).toEqual(idsOf());
  });
});
