import { expect, test } from 'vitest';
import { durationText, everyText } from './words.ts';

test.each([
  [0, '0 min'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
  [86_460_000, '1 d'],
  [5_400_000, '1 h 30 min'],
])('%d ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));

test('a period is read after "every"', () => {
  expect([60_000, 900_000, 3_600_000, 86_400_000].map(everyText)).toEqual(['minute', '15 min', 'hour', 'day']);
});
