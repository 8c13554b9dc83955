import type { History } from './history.ts';

const attemptsMax = 500;

/**
 * The smallest history found by leaving out events and asks that still fails: for failures on real servers, where fast-check is too eager.
 *
 * Holds    the result fails; at most `attemptsMax` attempts are made
 */
export async function shrinkHistory(history: History, stillFails: (smaller: History) => Promise<boolean>): Promise<History> {
  let attempts = 0;
  const tryIt = async (smaller: History): Promise<boolean> => {
    attempts += 1;
    return attempts <= attemptsMax && (await stillFails(smaller));
  };
  const asks = await withoutNeedless(history.asks, (kept) => tryIt({ ...history, asks: kept }));
  const events = await withoutNeedless(history.events, (kept) => tryIt({ ...history, asks, events: kept }));
  return { ...history, asks, events };
}

/** Leaves out halves, then quarters, down to single items, as long as what remains still fails. */
async function withoutNeedless<T>(items: readonly T[], fails: (kept: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length;) {
      const smaller = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await fails(smaller)) kept = smaller;
      else start += size;
    }
  }
  return kept;
}
