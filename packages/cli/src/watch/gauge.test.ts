import type { SeverityLimit } from '@vigie/alerting';
import { expect, test } from 'vitest';
import { gauge } from './gauge.ts';
import { lineText } from './spans.ts';

const drawn = (judged: number | null, limits: readonly SeverityLimit[], width = 20): string =>
  lineText(gauge({ judged, limits, width }, 'good'));
const above = (severity: SeverityLimit['severity'], limit: string, recovery: string): SeverityLimit => ({
  ...{ severity, comparison: 'at_or_above', limit, recovery },
});

// The scale goes from 0 to 10 and 12 % more, so a cell of twenty is 0.56 wide: 5 is in cell 8, 8 in cell 14, 10 in cell 17.
const churn = [above('warning', '5', '4.5'), above('critical', '10', '8')];

test('a value below the band stands left of it, and both limits can be told apart', () => {
  expect(drawn(1, churn)).toBe('·●······│·····░░░┃··');
});

test('in the band, at the warning and beyond the critical limit', () => {
  expect(drawn(9, churn)).toBe('········│·····░░●┃··');
  expect(drawn(5, churn)).toBe('········●·····░░░┃··');
  expect(drawn(11.2, churn)).toMatch(/^·+│·+░+┃●?·*●?·*$/);
});

test('a value in the cell of a limit that it does not reach stands on the near side, one that does stands on it', () => {
  expect(drawn(4.99, churn).indexOf('●')).toBe(7);
  expect(drawn(5, churn).indexOf('●')).toBe(8);
});

test('limits that are reached from above have their band on the far side', () => {
  const drop: SeverityLimit = { severity: 'warning', comparison: 'at_or_below', limit: '-20', recovery: '-10' };
  const text = drawn(-5, [drop]);
  expect(text.indexOf('│')).toBeLessThan(text.indexOf('░'));
  expect(text.lastIndexOf('░')).toBeLessThan(text.indexOf('●'));
});

test('without a value there are limits only, without limits there is room only, and the width is kept', () => {
  expect(drawn(null, churn)).toBe('········│·····░░░┃··');
  expect(drawn(3, [])).toBe(' '.repeat(20));
  for (const width of [0, 3, 7, 41]) expect(drawn(1e9, churn, width)).toHaveLength(width);
});
