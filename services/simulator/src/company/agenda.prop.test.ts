import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../ledger/local-days.ts';
import { Agenda } from './agenda.ts';

test('what is put in comes out by time, and of one time as it was put in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.nat({ max: 30 }), (times, takenFirst) => {
      const agenda = new Agenda<number>();
      const taken: { atMs: number; item: number }[] = [];
      const take = (): void => {
        const next = agenda.take();
        if (next !== undefined) taken.push({ atMs: next.atMs, item: next.item });
      };
      const early = times.slice(0, takenFirst);
      for (const [item, atMs] of early.entries()) agenda.put(atMs, item);
      const expected = early.map((atMs, item) => ({ atMs, item })).toSorted((a, b) => a.atMs - b.atMs || a.item - b.item);
      for (let index = 0; index < early.length; index++) {
        expect(agenda.nextMs).toBe(expected[index]!.atMs);
        take();
      }
      expect(taken).toEqual(expected);
      expect([agenda.size, agenda.nextMs]).toEqual([0, Infinity]);
    }),
  );
});

test('parts add up to the whole, differ by one at most, and the larger ones come first', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), fc.integer({ min: 1, max: 400 }), (amount, count) => {
      const parts = spread(amount, count).map(Math.abs);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(Math.abs(amount));
      expect(parts[0]! - parts.at(-1)!).toBeLessThanOrEqual(1);
      expect(parts).toEqual(parts.toSorted((a, b) => b - a));
    }),
  );
});
