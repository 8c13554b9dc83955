import { describe, expect, test } from 'vitest';
import { silenceOf } from './announce.fixture.ts';
import { parseMatcher } from './matcher.ts';
import { activeSilence, silenceProblem } from './silence.ts';

const day = 86_400_000;
const nowMs = 1_000 * day;
const draft = {
  matchers: [parseMatcher('rule=churn-30d')!],
  startsMs: nowMs,
  endsMs: nowMs + day,
  author: 'ada',
  comment: 'price change, expected',
};
const problem = (over: Partial<typeof draft>) => silenceProblem({ ...draft, ...over }, nowMs);

describe('a silence', () => {
  test('begins at its start and is over at its end', () => {
    const silences = [silenceOf('search', 10, 20)];
    const held = [9_999, 10_000, 19_999, 20_000].map((ms) => activeSilence(silences, { channel: 'search' }, ms) !== null);
    expect(held).toEqual([false, true, true, false]);
    expect(activeSilence(silences, { channel: 'email' }, 15_000)).toBeNull();
  });

  test('of several the one that ends last counts', () => {
    const silences = [silenceOf('search', 0, 30), silenceOf('search', 1, 50), silenceOf('search', 2, 40)];
    expect(activeSilence(silences, { channel: 'search' }, 5_000)?.endsMs).toBe(50_000);
  });

  test('is taken when it names what, until when, who and why', () => {
    expect(silenceProblem(draft, nowMs)).toBeNull();
    expect(problem({ matchers: [...draft.matchers, parseMatcher('channel!=email')!] })).toBeNull();
    expect(problem({ startsMs: nowMs + day, endsMs: nowMs + 91 * day })).toBeNull();
  });

  test.each([
    ['an end before its start', { startsMs: nowMs + day, endsMs: nowMs + day }, /^end:/],
    ['an end that has passed', { startsMs: nowMs - 2 * day, endsMs: nowMs }, /^end:/],
    ['more than 90 days', { endsMs: nowMs + 90 * day + 1 }, /90 days/],
    ['no end', { endsMs: Number.NaN }, /^start and end:/],
    ['an end at infinity', { endsMs: Infinity }, /^start and end:/],
    ['no author', { author: ' ' }, /^author:/],
    ['no comment', { comment: '' }, /^comment:/],
    ['a comment without end', { comment: 'x'.repeat(1_001) }, /1000 characters/],
    ['no matcher', { matchers: [] }, /^matchers:/],
    ['a matcher of everything', { matchers: [parseMatcher('rule=~".*"')!] }, /^matchers:/],
    ['only a matcher of what it is not', { matchers: [parseMatcher('severity!=info')!] }, /^matchers:/],
    ['too many matchers', { matchers: Array.from({ length: 21 }, () => draft.matchers[0]!) }, /^matchers:/],
  ])('is refused with %s', (_what, over, message) => {
    expect(problem(over)).toMatch(message);
  });
});
