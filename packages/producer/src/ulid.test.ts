import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createUlids } from './ulid.ts';

test('a ULID starts with its time, as the specification writes it', () => {
  // The example of the ULID specification: 01ARYZ6S41 is 2016-07-30T22:36:16.385Z ± the random part.
  const next = createUlids(
    () => 1469918176385,
    () => new Uint8Array(16),
  );
  expect(next()).toBe('01ARYZ6S410000000000000000');
});

test('ids strictly increase within a millisecond and when the clock goes back', () => {
  const times = [5, 5, 5, 4, 3, 6, 6, 1];
  const next = createUlids(() => times.shift() ?? 6, randomBytes);
  const ids = Array.from({ length: 1000 }, next);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
});

test('when the random part is used up, the time moves on instead', () => {
  const next = createUlids(
    () => 5,
    () => new Uint8Array(16).fill(255),
  );
  const ids = [next(), next()];
  expect(ids).toEqual(ids.toSorted());
  expect(ids[0]).not.toBe(ids[1]);
});
