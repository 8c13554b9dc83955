import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matcherText, matches, parseMatcher } from './matcher.ts';

const matchesText = (text: string, labels: Readonly<Record<string, string>>): boolean => matches([parseMatcher(text)!], labels);

describe('parseMatcher', () => {
  test.each([
    ['severity=critical', { label: 'severity', op: '=', value: 'critical' }],
    [' severity = "critical" ', { label: 'severity', op: '=', value: 'critical' }],
    ['channel!=email', { label: 'channel', op: '!=', value: 'email' }],
    ['channel=~"paid_.*"', { label: 'channel', op: '=~', value: 'paid_.*' }],
    ['plan!~free|trial', { label: 'plan', op: '!~', value: 'free|trial' }],
    ['note="a \\"b\\" = c\\\\d"', { label: 'note', op: '=', value: 'a "b" = c\\d' }],
    ['note=""', { label: 'note', op: '=', value: '' }],
    ['zip=~"\\d+"', { label: 'zip', op: '=~', value: '\\d+' }],
  ])('reads %s', (text, matcher) => {
    expect(parseMatcher(text)).toEqual(matcher);
  });

  test.each(['', 'severity', '=critical', 'a b=c', 'a="b', 'a=b"', 'a="b"c"', 'severity==critical"', `a=${'x'.repeat(257)}`])(
    'refuses %s',
    (text) => {
      expect(parseMatcher(text)).toBeNull();
    },
  );

  test.each(['(', '[', '*', 'a)(b', '\\1', '(a)\\1', '(?=a)', '(?<!a)b', '(?<n>a)\\k<n>'])('refuses the expression %s', (expression) => {
    expect(parseMatcher(`a=~"${expression.replaceAll('\\', '\\\\')}"`)).toBeNull();
  });

  test.each([
    '(a+)+',
    '(a*)*b',
    '((a|b)*c)d',
    '(a|a)*',
    '(a|b|ab)+c',
    '([a-z]+)*',
    '((ab)*c)+',
    '(a+)(x)+(b(c|d)*e)f',
    '(a)((b+)c)*',
    '(a?){30}',
    '(x{1,9}){1,9}',
    '.*.*.*.*x',
    'a?a?a?a?a?a?a?aaaaaaa',
    '(?:a+){2,}',
    '\u{1F600}\u{1F600}(a+)+',
  ])('refuses the expression %s, which could take very long', (expression) => {
    expect(parseMatcher(`a=~"${expression}"`)).toBeNull();
  });

  test.each(['(x(a|b))(c)+', 'paid_.*', 'a|b|c', '(paid|organic)_social', '(?:ab)+c', '[a-z|*]+', '(eu|us)?-.+', '\\(x\\)+', '(ab){2}'])(
    'takes the expression %s',
    (expression) => {
      expect(parseMatcher(`a=~"${expression.replaceAll('\\', '\\\\')}"`)?.value).toBe(expression);
    },
  );

  test('what it wrote it reads again', () => {
    const matcher = fc.record({
      label: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/u),
      op: fc.constantFrom('=' as const, '!=' as const),
      value: fc.string({ maxLength: 100, unit: 'binary' }),
    });
    fc.assert(
      fc.property(matcher, (one) => {
        expect(parseMatcher(matcherText(one))).toEqual(one);
      }),
    );
  });
});

describe('matches', () => {
  test('expressions match the whole value', () => {
    expect(matchesText('channel=~paid', { channel: 'paid_search' })).toBe(false);
    expect(matchesText('channel=~paid|email', { channel: 'xemail' })).toBe(false);
    expect(matchesText('channel=~"paid_.*"', { channel: 'paid_search' })).toBe(true);
    expect(matchesText('channel!~"paid_.*"', { channel: 'paid_search' })).toBe(false);
    expect(matchesText('channel=~"a.b"', { channel: 'a\nb' })).toBe(true);
  });

  test('an absent label is empty text', () => {
    expect(matchesText('channel=""', {})).toBe(true);
    expect(matchesText('channel!=email', {})).toBe(true);
    expect(matchesText('channel=~".*"', {})).toBe(true);
    expect(matchesText('channel=~".+"', {})).toBe(false);
  });

  test('all must hold, and a list of none holds', () => {
    const both = [parseMatcher('a=1')!, parseMatcher('b!=2')!];
    expect([matches(both, { a: '1', b: '3' }), matches(both, { a: '1', b: '2' }), matches([], { a: '1' })]).toEqual([true, false, true]);
  });

  test('an expression that came past the parser and cannot be trusted matches nothing, negated or not', () => {
    const bad = { label: 'a', value: '(a+)+' };
    expect([matches([{ ...bad, op: '=~' }], { a: 'a' }), matches([{ ...bad, op: '!~' }], { a: 'b' })]).toEqual([false, false]);
  });
});
