import { describe, expect, test } from 'vitest';
import { type Fact, sinceNever } from '../types.ts';
import { CellRangeError, Fold, type HashIncrement } from './fold.ts';
import { hourMs, minuteKeptMs, quarterKeptMs } from './layout.ts';

const appendTimeMs = Date.parse('2026-05-12T12:07:20.000Z');
const source = { tenant: 't', zone: 'UTC', appendTimeMs, admitsSlice: () => true };
const fact = (own: Partial<Fact>): Fact => ({
  fact: 'orders',
  currency: '',
  at: appendTimeMs,
  since: sinceNever,
  value: 1,
  dims: {},
  entity: '',
  ...own,
});

function folded(...facts: Fact[]): readonly HashIncrement[] {
  const fold = new Fold();
  for (const one of facts) fold.add(one, source);
  return fold.increments();
}

const sizesOf = (increments: readonly HashIncrement[]) => increments.map(({ key }) => key.split(':').at(-2)!).toSorted();

describe('folding', () => {
  test('puts a fact into every pane size that still takes it, to the millisecond', () => {
    expect(sizesOf(folded(fact({ at: appendTimeMs - minuteKeptMs })))).toEqual(['d', 'm', 'q']);
    expect(sizesOf(folded(fact({ at: appendTimeMs - minuteKeptMs - 1 })))).toEqual(['d', 'q']);
    expect(sizesOf(folded(fact({ at: appendTimeMs - quarterKeptMs })))).toEqual(['d', 'q']);
    expect(sizesOf(folded(fact({ at: appendTimeMs - quarterKeptMs - 1 })))).toEqual(['d']);
    expect(sizesOf(folded(fact({ at: appendTimeMs + 400 * 24 * hourMs })))).toEqual(['d', 'm', 'q']);
  });

  test('keeps a group of panes as long as any of them may still be read', () => {
    for (const { key, expiresAtMs } of folded(fact({ at: appendTimeMs }))) {
      const size = key.split(':').at(-2);
      if (size === 'd') expect(expiresAtMs).toBe(0);
      else expect(expiresAtMs).toBeGreaterThan(appendTimeMs + (size === 'm' ? minuteKeptMs : quarterKeptMs));
    }
  });

  test('keeps the total of a stock and the pair of who came and went', () => {
    const since = Date.parse('2026-05-01T08:30:30Z');
    const keys = folded(fact({ fact: 'customers_lost', since })).map(({ key, fields }) => [key.replace(/:-?\d+$/, ''), fields]);
    expect(keys).toContainEqual(['cells:t:customers_lost:-:t', ['0', '1']]);
    expect(keys).toContainEqual([
      'pairs:t:customers_lost:-:20574',
      [`${20574 * 1440 + 8 * 60 + 30}|${Math.floor(appendTimeMs / 60_000)}`, '1'],
    ]);
    expect(folded(fact({ fact: 'customers_lost' })).some(({ key }) => key.startsWith('pairs'))).toBe(false);
  });

  test('leaves out what nets to zero, what is not live, and slices that are not admitted', () => {
    expect(folded(fact({}), fact({ value: -1 }))).toEqual([]);
    expect(folded(fact({ fact: 'purchases', entity: 'c1' }))).toEqual([]);
    const fold = new Fold();
    fold.add(fact({ dims: { channel: 'search', country: 'FR' } }), { ...source, admitsSlice: (dimension) => dimension === 'country' });
    expect(new Set(fold.increments().map(({ key }) => key.split(':')[3]))).toEqual(new Set(['-', 'country=FR']));
  });

  test('escapes what would mean something in a key, so that slices never share cells', () => {
    const keys = ['a:b', 'a%3ab', '{a}', 'a'].map((channel) =>
      folded(fact({ dims: { channel } }))
        .map(({ key }) => key)
        .join(),
    );
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).not.toMatch(/[{}]/);
  });

  test('refuses a sum that no exact integer can hold', () => {
    const large = fact({ fact: 'refunds', currency: 'EUR', value: Number.MAX_SAFE_INTEGER });
    expect(() => folded(large, fact({ fact: 'refunds', currency: 'EUR' }))).toThrow(CellRangeError);
    expect(() => folded(large, fact({ fact: 'refunds', currency: 'USD' }))).not.toThrow();
  });
});
