import type { Clock } from '@vigie/runtime';
import type { Send } from './send.ts';

export interface Spacing {
  readonly intervalMs: number;
  /** Who would wait longer comes back later, so that no claim is held past its lease. */
  readonly waitMsMax: number;
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Lets one notification through per interval.
 *
 * Holds    none is lost: it waits, or is to be tried again when there is room
 */
export function spaced(send: Send, { intervalMs, waitMsMax, clock, wait }: Spacing): Send {
  let freeAtMs = -Infinity;
  return async (notification) => {
    const nowMs = clock();
    // Nobody books further ahead: a turn that lies beyond was booked before the clock was set back.
    if (freeAtMs - nowMs > waitMsMax + intervalMs) freeAtMs = nowMs;
    const turnMs = Math.max(nowMs, freeAtMs);
    const waitMs = turnMs - nowMs;
    if (waitMs > waitMsMax)
      return { kind: 'retry', reason: `waits for its turn: one message per ${intervalMs / 1000} s`, retryAfterMs: waitMs };
    freeAtMs = turnMs + intervalMs;
    if (waitMs > 0) await wait(waitMs);
    return send(notification);
  };
}
