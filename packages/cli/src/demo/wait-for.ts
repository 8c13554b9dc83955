import { setTimeout as pause } from 'node:timers/promises';
import type { Screen } from './screen.ts';

export interface WaitOptions {
  readonly screen: Screen;
  /** What is waited for; shown with a countdown on a terminal. */
  readonly what: string;
  /** When it should come about, epoch ms. */
  readonly dueMs: number;
  /** Given up so long after that. */
  readonly graceMs: number;
}

const lookEveryMs = 100;

/** Looks until something is there, with a countdown on a terminal; null when it does not come. */
export async function waitFor<T>({ screen, what, dueMs, graceMs }: WaitOptions, look: () => T | undefined): Promise<T | null> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    const leftMs = dueMs - Date.now();
    if (leftMs < -graceMs) return null;
    screen.status(
      `  ${what}: ${leftMs > 0 ? `in ${Math.ceil(leftMs / 1000)} s` : `due ${Math.floor(-leftMs / 1000)} s ago, on its way ...`}`,
    );
    await pause(lookEveryMs);
  }
}
