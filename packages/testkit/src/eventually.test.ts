import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('a check that holds at its third try is asked three times and its value handed back', async () => {
  let tries = 0;
  const value = await eventually(
    () => {
      tries++;
      if (tries < 3) throw new Error('not yet');
      return `at try ${tries}`;
    },
    { everyMs: 1 },
  );
  expect(value).toBe('at try 3');
  expect(tries).toBe(3);
});

test('a check that never holds fails at the deadline with what was found last', async () => {
  const failure = eventually(
    () => {
      throw new Error('seven rows');
    },
    { deadlineMs: 30, everyMs: 5 },
  );
  await expect(failure).rejects.toThrow(/expected the check to hold within 30 ms, found after \d+ tries: seven rows/);
});

test('false is not holding, but zero and undefined are answers', async () => {
  await expect(eventually(() => false, { deadlineMs: 10, everyMs: 5 })).rejects.toThrow(/tries: false/);
  expect(await eventually(() => 0)).toBe(0);
  expect(await eventually(() => undefined)).toBeUndefined();
});
