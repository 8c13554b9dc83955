import { decodeStored } from '@vigie/events';
import { asyncProperty, assert as fcAssert } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { historyArbitrary } from './arbitrary.ts';
import { toRecord } from './history.ts';
import type { History } from './history.ts';
import { askOracle, findPython } from './oracle.ts';
import { randomHistory } from './random-history.ts';
import { shrinkHistory } from './shrink.ts';

const seeds = Array.from({ length: 400 }, (_, seed) => seed);

function rejectionReasons(events: Parameters<typeof toRecord>[0][]): string[] {
  return events.flatMap((event) => {
    const { value, appendTimeMs } = toRecord(event);
    const decoded = decodeStored(new TextEncoder().encode(value), appendTimeMs);
    return decoded.ok ? [] : [decoded.rejection.reason];
  });
}

describe('a random history', () => {
  test('is the same for the same seed', () => {
    expect(randomHistory(7)).toEqual(randomHistory(7));
    expect(randomHistory(7)).not.toEqual(randomHistory(8));
  });

  test('arrives in the order of its append times', () => {
    for (const seed of seeds) {
      const times = randomHistory(seed).events.map((event) => event.append_time);
      expect(times).toEqual(times.toSorted());
    }
  });

  test('is made of events that only lie too far ahead where they are rejected', () => {
    const reasons = new Set(seeds.flatMap((seed) => rejectionReasons([...randomHistory(seed).events])));
    expect([...reasons].toSorted()).toEqual(['effective_at_out_of_range', 'time_out_of_range']);
  });

  test('keeps far from the limit of 15 minutes where a real broker gives the append times', () => {
    const appendAtMs = Date.UTC(2026, 10, 22, 12, 34, 56);
    const reasons = (laterMs: number): string[][] =>
      seeds.map((seed) =>
        rejectionReasons(
          randomHistory(seed, { appendAtMs }).events.map((event) => ({
            ...event,
            append_time: new Date(appendAtMs + laterMs).toISOString(),
          })),
        ),
      );
    expect(reasons(3_600_000)).toEqual(reasons(0));
  });

  test.skipIf(!findPython().ok)('is rejected by decode exactly as often as by the oracle', async () => {
    const histories = seeds.map((seed) => ({ ...randomHistory(seed), asks: [{ measure: 'dead_letters' }] }));
    const expected = (await askOracle(histories)).flat();
    expect(histories.map((history) => rejectionReasons([...history.events]).length)).toEqual(expected);
    expect(expected.some((count) => count !== 0)).toBe(true);
  });

  test.skipIf(!findPython().ok)(
    'shrinks to the events and asks that matter',
    async () => {
      const seed = await firstFailing();
      const small = await shrinkHistory(randomHistory(seed, { eventCountMax: 12 }), answersAboveOne);
      expect(small.asks).toHaveLength(1);
      expect(small.events.length).toBeLessThanOrEqual(2);
    },
    60_000,
  );

  test.skipIf(!findPython().ok)(
    'comes from fast-check as well, any subsequence of it',
    async () => {
      await fcAssert(
        asyncProperty(historyArbitrary(), async (history) => {
          const [answers] = await askOracle([history]);
          expect(answers).toHaveLength(history.asks.length);
        }),
        { numRuns: 20 },
      );
    },
    60_000,
  );
});

async function answersAboveOne(history: History): Promise<boolean> {
  const [answers] = await askOracle([history]);
  return answers?.some((answer) => typeof answer === 'number' && answer > 1) ?? false;
}

async function firstFailing(): Promise<number> {
  for (const seed of seeds) if (await answersAboveOne(randomHistory(seed, { eventCountMax: 12 }))) return seed;
  throw new Error('expected a history with an answer above 1, found none');
}
