import { expect, test } from 'vitest';
import { planWave, sizeWave } from './plan-wave.ts';

const minuteMs = 60_000;
const hourMs = Date.parse('2026-03-01T12:00:00Z');

test.each(Array.from({ length: 61 }, (_, second) => second))(
  'a wave asked for %d s into a minute lies within the minute that is judged and is won back after it',
  (second) => {
    const nowMs = hourMs + second * 1_000;
    const { startMs, forMs, graceMs, judgedMs } = planWave(nowMs);
    expect(judgedMs % minuteMs).toBe(0);
    expect(startMs).toBeGreaterThanOrEqual(nowMs);
    expect(startMs).toBeGreaterThan(judgedMs - minuteMs);
    // The README of the simulator: the ends are told over nine tenths of the wave, each takes effect after the grace.
    expect(startMs + 0.9 * forMs + graceMs).toBeLessThanOrEqual(judgedMs - 5_000);
    // ... and are taken back 20 s after wave and grace: the monitor has that long to read the minute as it was.
    expect(startMs + forMs + graceMs + 20_000).toBeGreaterThanOrEqual(judgedMs + 15_000);
    expect(startMs + forMs + graceMs + 20_000).toBeLessThanOrEqual(judgedMs + 50_000);
    expect(judgedMs - nowMs).toBeLessThanOrEqual(85_000);
  },
);

test('the limit lies above the churn of today, and the wave goes clearly beyond it', () => {
  // 20 of 500 are 4 %: the limit is 5.5 %, the wave is to reach 9.5 % = 47.5 lost, so 27.5 more of the 290 that are left.
  expect(sizeWave({ lost: 20, atStart: 500 }, { lost: 10, atStart: 300 })).toEqual({ limit: '5.5', recovery: '5', share: 0.095 });
});

test('a share is never all of a segment, however small it is', () => {
  expect(sizeWave({ lost: 20, atStart: 500 }, { lost: 1, atStart: 9 }).share).toBe(0.9);
});
