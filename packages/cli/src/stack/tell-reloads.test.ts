import { expect, test } from 'vitest';
import { reloadsOf, reloadText } from './tell-reloads.ts';

const none = { swapped: 0, refused: 0 };

test('the counts are read out of the metrics, and what is not there has not happened', () => {
  const metrics = '# TYPE vigie_monitor_rules_reloads_total counter\nvigie_monitor_rules_reloads_total{outcome="swapped"} 12\nup 1\n';
  expect(reloadsOf(metrics)).toEqual({ swapped: 12, refused: 0 });
});

test('rules that were taken or refused are told once, with the log that says why', () => {
  expect(reloadText(none, { swapped: 1, refused: 0 }, 'm.log')).toBe('the monitor has taken the changed rules');
  expect(reloadText(none, { swapped: 0, refused: 1 }, 'm.log')).toMatch(/^the changed rules were refused, .*: m\.log$/);
  expect(reloadText({ swapped: 1, refused: 1 }, { swapped: 1, refused: 1 }, 'm.log')).toBeNull();
});

test('a monitor that was started again counts from 0, and that is no reload', () => {
  expect(reloadText({ swapped: 3, refused: 1 }, none, 'm.log')).toBeNull();
  expect(reloadText({ swapped: 3, refused: 0 }, { swapped: 1, refused: 0 }, 'm.log')).toContain('taken');
});
