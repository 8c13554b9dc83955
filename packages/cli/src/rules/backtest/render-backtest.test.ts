import { anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { picturedSlices } from './render-backtest.ts';

type Backtest = Parameters<typeof picturedSlices>[0];

test('slices that fired get a picture, the longest first, then those nearest to alarm', () => {
  const slices = [
    { slice: 'quiet', firingCount: 0, firingMs: 0, worst: [1, null] },
    { slice: 'empty', firingCount: 0, firingMs: 0, worst: [null, null] },
    { slice: 'near', firingCount: 0, firingMs: 0, worst: [2, 4.9] },
    { slice: 'short', firingCount: 3, firingMs: 60_000, worst: [5, 5] },
    { slice: 'long', firingCount: 1, firingMs: 120_000, worst: [6, 6] },
  ];
  const timeline = slices.map(({ slice, worst }) => ({ slice, worst, isUnknown: [] }));
  const backtest = { history: { rule: anAlertRule() }, report: { slices }, timeline } as unknown as Backtest;
  expect(picturedSlices(backtest).map(({ slice }) => slice)).toEqual(['long', 'short', 'near']);
});
