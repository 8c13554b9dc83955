import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { backoffMs, retry } from './index.ts';

const backoff = { baseMs: 1, capMs: 4 };

describe('backoffMs', () => {
  test('lies between 0 and the doubling ceiling, and never over the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, dice) => {
        const waitMs = backoffMs(attempt, { baseMs: 5_000, capMs: 1_800_000 }, () => dice);
        const ceilingMs = attempt > 20 ? 1_800_000 : Math.min(1_800_000, 5_000 * 2 ** (attempt - 1));
        expect(Number.isInteger(waitMs) && waitMs >= 0 && waitMs <= ceilingMs).toBe(true);
      }),
    );
  });

  test('uses the full range: the jitter starts at zero', () => {
    expect(backoffMs(3, { baseMs: 100, capMs: 10_000 }, () => 0)).toBe(0);
    expect(backoffMs(3, { baseMs: 100, capMs: 10_000 }, () => 0.999999)).toBe(400);
  });
});

describe('retry', () => {
  test('tries until it succeeds, and tells each retry', async () => {
    const retries: number[] = [];
    const result = await retry(async (attempt) => (attempt < 3 ? Promise.reject(new Error('no')) : attempt), {
      attemptsMax: 5,
      backoff,
      onRetry: ({ attempt }) => retries.push(attempt),
    });
    expect(result).toBe(3);
    expect(retries).toEqual([1, 2]);
  });

  test('gives the last error after attemptsMax attempts', async () => {
    let attempts = 0;
    const failing = retry(async () => Promise.reject(new Error(`attempt ${++attempts}`)), { attemptsMax: 3, backoff });
    await expect(failing).rejects.toThrow('attempt 3');
    expect(attempts).toBe(3);
  });

  test('an error that is not retriable is given at once', async () => {
    let attempts = 0;
    const failing = retry(async () => Promise.reject(new Error(`attempt ${++attempts}`)), {
      attemptsMax: 3,
      backoff,
      retriable: () => false,
    });
    await expect(failing).rejects.toThrow('attempt 1');
  });

  test('an abort ends the wait with its reason', async () => {
    const controller = new AbortController();
    const failing = retry(async () => Promise.reject(new Error('no')), {
      attemptsMax: Infinity,
      backoff: { baseMs: 60_000, capMs: 60_000 },
      random: () => 0.9,
      signal: controller.signal,
      onRetry: () => controller.abort(new Error('draining')),
    });
    await expect(failing).rejects.toThrow('draining');
  });
});
