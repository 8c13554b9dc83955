import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addSpan, type Span } from './spans.ts';

const spans = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 15 })).map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 12 },
);
const merged = (list: readonly Span[]): readonly Span[] => list.reduce<readonly Span[]>(addSpan, []);

test('merged spans cover exactly the instants of the spans added, sorted and apart', () => {
  fc.assert(
    fc.property(spans, (list) => {
      const result = merged(list);
      for (let at = 0; at < 80; at++) {
        const covers = ({ from, to }: Span): boolean => from <= at && at < to;
        expect(result.filter(covers).length).toBe(list.some(covers) ? 1 : 0);
      }
      for (const [index, span] of result.entries()) expect(span.from).toBeGreaterThan(result[index - 1]?.to ?? -1);
    }),
  );
});

test('the order in which spans are added does not matter, and a span inside another changes nothing', () => {
  fc.assert(
    fc.property(spans, (list) => {
      expect(merged(list.toReversed())).toEqual(merged(list));
      const result = merged(list);
      for (const span of list) expect(addSpan(result, span)).toBe(result);
    }),
  );
});
