import { integer, noShrink, subarray, tuple } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { History } from './history.ts';
import { randomHistory } from './random-history.ts';
import type { HistoryOptions } from './random-history.ts';

/**
 * Random histories for fast-check, which shrinks one by leaving out events and asks.
 *
 * Holds    any subsequence of a history is a history: order of arrival and append times stay as they are
 */
export function historyArbitrary(options: HistoryOptions = {}): Arbitrary<History> {
  return noShrink(integer({ min: 0, max: 0xffffffff })).chain((seed) => {
    const whole = randomHistory(seed, { eventCountMax: 60, ...options });
    return tuple(subarray([...whole.events]), subarray([...whole.asks], { minLength: 1 })).map(([events, asks]) => ({
      ...whole,
      events,
      asks,
    }));
  });
}
