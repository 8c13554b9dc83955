import { expect, test } from 'vitest';
import { overflowMark, registryName, SliceRegistry } from './slice-registry.ts';

test('a dimension that meets one value too many is overflowed for good, and says so once', () => {
  const known = new Map<string, Set<string>>();
  const registry = new SliceRegistry(known, 2);
  expect(['a', 'b', 'a', 'c', 'a', 'd'].map((value) => registry.admit('t', 'channel', value))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(registry.added.map(({ value }) => value)).toEqual(['a', 'b']);
  expect(registry.overflowed).toEqual([{ tenant: 't', dimension: 'channel' }]);
  const next = new SliceRegistry(known, 2);
  expect(next.admit('t', 'channel', 'a')).toBe(false);
  expect(next.overflowed).toEqual([]);
  expect(known.get(registryName('t', 'channel'))?.has(overflowMark)).toBe(true);
});

test('tenants and dimensions have bounds of their own', () => {
  const registry = new SliceRegistry(new Map(), 1);
  expect(registry.admit('t', 'channel', 'a')).toBe(true);
  expect(registry.admit('t', 'country', 'FR')).toBe(true);
  expect(registry.admit('u', 'channel', 'b')).toBe(true);
  expect(registry.admit('u', 'channel', 'c')).toBe(false);
  expect(registry.admit('t', 'channel', 'a')).toBe(true);
});
