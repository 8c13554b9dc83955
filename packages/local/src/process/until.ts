import { setTimeout as wait } from 'node:timers/promises';

export interface UntilOptions {
  deadlineMs: number;
  everyMs: number;
}

/** Asks until the answer is yes or the deadline has passed; says which. */
export async function until(check: () => boolean | Promise<boolean>, options: UntilOptions): Promise<boolean> {
  const end = performance.now() + options.deadlineMs;
  for (;;) {
    if (await check()) return true;
    if (performance.now() >= end) return false;
    await wait(options.everyMs);
  }
}
