import { describe, expect, test } from 'vitest';
import type { RuleHealth } from '../types.ts';
import { brokenAfterMs, failedHealth, nextHealth } from './health.ts';

const minuteMs = 60_000;
const healthy: RuleHealth = { state: 'HEALTHY' };
const ok = { failure: null, missing: null };

describe('health of a rule', () => {
  test('a read that fails makes ERROR since then, and BROKEN after ten minutes of nothing else', () => {
    let health: RuleHealth = healthy;
    const states = [0, 1, 9, 10, 11].map((minute) => {
      health = failedHealth(health, { nowMs: 1_000 + minute * minuteMs, reason: `attempt ${minute}` });
      return health;
    });
    expect(brokenAfterMs).toBe(10 * minuteMs);
    expect(states.map(({ state }) => state)).toEqual(['ERROR', 'ERROR', 'ERROR', 'BROKEN', 'BROKEN']);
    expect(states.at(-1)).toEqual({ state: 'BROKEN', sinceMs: 1_000, reason: 'attempt 11' });
  });

  test('a window that was judged ends ERROR and BROKEN, and the next failure begins anew', () => {
    const broken: RuleHealth = { state: 'BROKEN', sinceMs: 0, reason: 'no connection' };
    expect(nextHealth(broken, { atMs: 60 * minuteMs, ...ok })).toEqual(healthy);
    expect(failedHealth(healthy, { nowMs: 70 * minuteMs, reason: 'again' })).toMatchObject({ state: 'ERROR', sinceMs: 70 * minuteMs });
  });

  test('a clock that was set back breaks nothing and mends nothing', () => {
    const error = failedHealth(healthy, { nowMs: 60 * minuteMs, reason: 'x' });
    expect(failedHealth(error, { nowMs: 0, reason: 'x' })).toMatchObject({ state: 'ERROR', sinceMs: 60 * minuteMs });
    expect(failedHealth({ state: 'BROKEN', sinceMs: 60 * minuteMs, reason: 'x' }, { nowMs: 0, reason: 'x' }).state).toBe('BROKEN');
  });

  test('missing data is NO_DATA since it was told first; a failure is graver', () => {
    const missing = nextHealth(healthy, { atMs: 1, failure: null, missing: 'no data of channel=ads' });
    expect(missing).toEqual({ state: 'NO_DATA', sinceMs: 1, reason: 'no data of channel=ads' });
    expect(nextHealth(missing, { atMs: 2, failure: null, missing: 'still' })).toEqual({ state: 'NO_DATA', sinceMs: 1, reason: 'still' });
    expect(nextHealth(missing, { atMs: 2, failure: 'no connection', missing: 'still' })).toMatchObject({ state: 'ERROR', sinceMs: 2 });
    expect(nextHealth(missing, { atMs: 2, ...ok })).toEqual(healthy);
  });
});
