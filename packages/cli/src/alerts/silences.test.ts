import { anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { board } from './board.fixture.ts';
import { readEnd, readMatchers, requireLabels } from './silences.ts';

const nowMs = Date.UTC(2026, 2, 1, 12);

test('a silence ends after a length of time or at an instant with its offset', () => {
  expect(readEnd({ for: '2h' }, nowMs)).toBe(Date.UTC(2026, 2, 1, 14));
  expect(readEnd({ for: '7d' }, nowMs)).toBe(Date.UTC(2026, 2, 8, 12));
  expect(readEnd({ until: '2026-03-01T18:00+01:00' }, nowMs)).toBe(Date.UTC(2026, 2, 1, 17));
  expect(readEnd({ until: '2026-03-01T18:00Z' }, nowMs)).toBe(Date.UTC(2026, 2, 1, 18));
});

test.each([
  [{}, 'a silence needs an end'],
  [{ for: '2h', until: '2026-03-01T18:00Z' }, 'expected either'],
  [{ for: 'ever' }, '--for: expected a length of time'],
  [{ until: '2026-03-01T18:00' }, '--until: expected an instant with its offset'],
  [{ until: 'tomorrow' }, '--until: expected an instant'],
])('an end that is none is refused with what one looks like: %j', (options, message) => {
  expect(() => readEnd(options, nowMs)).toThrow(message);
});

test('matchers are read as people write them, and a wrong one is shown', () => {
  expect(readMatchers(['severity=critical', 'channel=~"paid_.*"'])).toEqual([
    { label: 'severity', op: '=', value: 'critical' },
    { label: 'channel', op: '=~', value: 'paid_.*' },
  ]);
  expect(() => readMatchers(['severity critical'])).toThrow('found "severity critical"');
  expect(() => readMatchers([])).toThrow('found none');
});

test('a label that no rule has is refused with the one that was meant; without rules every label is taken', () => {
  const { ruleSet } = board([]);
  const own = { ...anAlertRule('lag'), groupBy: 'partition', labels: { team: 'growth' } };
  const rules = { ...ruleSet!, rules: [...ruleSet!.rules, own] };
  const known = ['rule=churn', 'severity=critical', 'channel=search', 'partition=3', 'team=growth'];
  expect(() => requireLabels(readMatchers(known), rules)).not.toThrow();
  expect(() => requireLabels(readMatchers(['rule=churn', 'rul=churn-30d']), rules)).toThrow(
    'no rule has a label "rul". Did you mean rule?',
  );
  expect(() => requireLabels(readMatchers(['whatever=x']), rules)).toThrow('no rule has a label "whatever". Known: campaign, channel,');
  expect(() => requireLabels(readMatchers(['rul=churn-30d']), null)).not.toThrow();
});
