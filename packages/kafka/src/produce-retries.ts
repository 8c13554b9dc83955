import type { RetryOptions } from 'kafkajs';

/** Waits of 0.1, 0.2, 0.4 ... s up to 4 s each, as many as fit into the time. */
export function retriesWithin(timeMs: number): RetryOptions {
  const initialRetryTime = 100;
  const maxRetryTime = 4_000;
  let retries = 0;
  for (let waitMs = initialRetryTime, sumMs = 0; sumMs < timeMs; waitMs = Math.min(2 * waitMs, maxRetryTime)) {
    sumMs += waitMs;
    retries++;
  }
  return { initialRetryTime, maxRetryTime, multiplier: 2, retries: Math.max(retries, 1) };
}
