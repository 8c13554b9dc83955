import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * The wait before the next attempt: exponential, with full jitter, so that those who failed together do not come back together.
 *
 * Units    attempt: 1 after the first failure; the result in whole ms, 0 <= result <= min(capMs, baseMs * 2^(attempt - 1))
 */
export function backoffMs(attempt: number, backoff: Backoff, random: () => number): number {
  const ceilingMs = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(attempt - 1, 50));
  return Math.floor(random() * (ceilingMs + 1));
}

export interface RetryOptions {
  /** Including the first; Infinity until the signal aborts. */
  readonly attemptsMax: number;
  readonly backoff: Backoff;
  readonly random?: () => number;
  readonly signal?: AbortSignal;
  /** Whether trying again can help; default: always. */
  readonly retriable?: (error: unknown) => boolean;
  readonly onRetry?: (retry: { error: unknown; attempt: number; waitMs: number }) => void;
}

/**
 * Calls `fn` until it succeeds, with back-off and full jitter between attempts.
 *
 * Errors   the last error of `fn`, when attempts ran out or it is not retriable; the signal's reason, when it aborts
 */
export async function retry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, random = Math.random } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= options.attemptsMax || options.retriable?.(error) === false) throw error;
      const waitMs = backoffMs(attempt, options.backoff, random);
      options.onRetry?.({ error, attempt, waitMs });
      await pause(waitMs, signal);
    }
  }
}

/** Waits; the abort of the signal ends the wait with the signal's reason. */
export async function pause(waitMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
