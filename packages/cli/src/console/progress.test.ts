import { expect, test } from 'vitest';
import { describeProgress } from './progress.ts';

const at = (done: number, total: number | null, tookMs: number): string =>
  describeProgress({ label: 'verifying', unit: 'questions', done, total, tookMs });

test('the time left is told when there is something to guess it from, in the units that people use', () => {
  // 100 of 4,000 in 100 s: 39 times as much is left, 3,900 s.
  expect(at(100, 4_000, 100_000)).toMatch(/ 2 % {2}100 questions {2}1 questions\/s {2}1 h 5 min left$/);
  expect(at(1, 4_000, 1_000)).toMatch(/ 0 % {2}1 question {2}1 questions\/s$/);
});

test('numbers have thousands separators, with a total and without', () => {
  expect(at(1_234, null, 1_000)).toBe('verifying 1,234 questions  1,234 questions/s');
  expect(at(2_000, 4_000, 2_000)).toContain(' 50 %  2,000 questions  1,000 questions/s  2 s left');
});
