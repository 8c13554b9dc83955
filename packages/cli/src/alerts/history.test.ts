import { alertsFromMs, anAlertRecord } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { merged, reachesFurther } from './history.ts';

const recordAt = (id: string, hours: number) => anAlertRecord(id, { windowEndMs: alertsFromMs + hours * 3_600_000 });

test('ClickHouse is asked only where Redis may not remember far enough', () => {
  const recent = [recordAt('b', 2), recordAt('a', 1)];
  const asked = { chosenCount: 1, limit: 50 };
  expect(reachesFurther(recent, { ...asked, sinceMs: alertsFromMs })).toBe(true);
  expect(reachesFurther(recent, { ...asked, sinceMs: alertsFromMs + 1.5 * 3_600_000 })).toBe(false);
  expect(reachesFurther(recent, { ...asked, sinceMs: null })).toBe(false);
  expect(reachesFurther(recent, { chosenCount: 50, limit: 50, sinceMs: alertsFromMs })).toBe(false);
});

test('what both remember is told once, the newest first', () => {
  const both = merged([recordAt('c', 3), recordAt('b', 2)], [recordAt('b', 2), recordAt('a', 1)]);
  expect(both.map(({ transition }) => transition.id)).toEqual(['c', 'b', 'a']);
});
