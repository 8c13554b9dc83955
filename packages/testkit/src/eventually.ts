import { setTimeout as wait } from 'node:timers/promises';

export interface EventuallyOptions {
  deadlineMs?: number;
  everyMs?: number;
}

/**
 * Asks again until the check holds, and hands back what it returned.
 *
 * Holds    the check passes when it neither throws nor returns false; it is asked at least once, and once more at the deadline
 * Errors   Error with the last failure as its cause when the deadline has passed
 */
export async function eventually<T>(check: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { deadlineMs = 10_000, everyMs = 50 } = options;
  const end = performance.now() + deadlineMs;
  for (let tries = 1; ; tries++) {
    const late = performance.now() >= end;
    const outcome = await attempt(check);
    if (outcome.held) return outcome.value;
    if (late)
      throw new Error(`expected the check to hold within ${deadlineMs} ms, found after ${tries} tries: ${outcome.found}`, {
        cause: outcome.cause,
      });
    await wait(Math.min(everyMs, Math.max(0, end - performance.now())));
  }
}

type Outcome<T> = { held: true; value: T } | { held: false; found: string; cause: unknown };

async function attempt<T>(check: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await check();
    return value === false ? { held: false, found: 'false', cause: undefined } : { held: true, value };
  } catch (cause) {
    return { held: false, found: cause instanceof Error ? cause.message : String(cause), cause };
  }
}
