import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alertsIn, compareTransitions, type SeenTransition, transitionsIn } from './received.ts';

/** What the monitor sends, as its own tests hold it. */
const golden = (name: string): unknown => {
  const file = new URL(`../../../alerting/src/channels/golden/webhook-${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as readonly { body: unknown }[])[0]!.body;
};
const delivery = (name: string, verified = true) => ({ headers: {}, body: JSON.stringify(golden(name)), verified, receivedMs: 0 });

const firing: SeenTransition = {
  ...{ rule: 'cac-by-channel', slice: 'paid_search', kind: 'firing', severity: 'critical', value: '182.40' },
  windowEndMs: Date.parse('2026-11-22T10:00:00Z'),
};

test('a delivery says which transition it tells; a repeat tells none, and an unsigned one is not listened to', () => {
  expect(transitionsIn([delivery('firing')], ['cac-by-channel'])).toEqual([firing]);
  expect(transitionsIn([delivery('firing')], ['churn-30d'])).toEqual([]);
  expect(transitionsIn([delivery('repeat')], ['cac-by-channel'])).toEqual([]);
  expect(alertsIn(delivery('firing', false))).toEqual([]);
  expect(alertsIn({ headers: {}, body: 'hello', verified: true, receivedMs: 0 })).toEqual([]);
});

test.each<[keyof SeenTransition, Partial<SeenTransition>]>([
  ['rule', { rule: 'churn-30d' }],
  ['slice', { slice: null }],
  ['windowEndMs', { windowEndMs: firing.windowEndMs + 60_000 }],
  ['kind', { kind: 'resolved' }],
  ['severity', { severity: 'warning' }],
  ['value', { value: '182.41' }],
])('a transition that differs in its %s is missing and another one too many', (_part, change) => {
  const { equal, missing, extra } = compareTransitions([firing], [{ ...firing, ...change }]);
  expect([equal.length, missing.length, extra.length]).toEqual([0, 1, 1]);
});

test('each transition counts as often as it occurs', () => {
  const compared = compareTransitions([firing], [firing, firing]);
  expect([compared.equal.length, compared.missing.length, compared.extra.length]).toEqual([1, 0, 1]);
  expect(compareTransitions([firing, firing], [firing]).missing).toHaveLength(1);
});
