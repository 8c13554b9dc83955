import { anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { alertsOf } from './alerts-of.ts';
import { board, firing, judged } from './board.fixture.ts';
import { chooseFiring } from './choose-alert.ts';

const seen = board([judged(anAlertRule(), [firing('a')])]);
const alerts = alertsOf(seen);

test('a rule of which nothing fires is told apart from a name that nobody knows', () => {
  expect(chooseFiring('churn', alerts, seen.ruleSet).episode).toBe('e-a');
  expect(() => chooseFiring('cac', alerts, seen.ruleSet)).toThrow('nothing of the rule cac fires');
  expect(() => chooseFiring('cax', alerts, seen.ruleSet)).toThrow('found "cax"');
  expect(() => chooseFiring('cac', alerts, null)).toThrow('found "cac"');
});
