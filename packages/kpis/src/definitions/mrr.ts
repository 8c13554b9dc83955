import type { KpiDef } from '../types.ts';

export const mrr: KpiDef = {
  id: 'mrr',
  names: { en: 'Monthly recurring revenue', fr: 'Revenu mensuel récurrent (MRR)' },
  unit: 'currency',
  direction: 'higher_is_better',
  formula: 'closing_mrr',
  dimensions: ['plan', 'channel', 'segment', 'country'],
  description: 'What the paid subscriptions bring in per month, just before the window ends.',
  notes: [
    'The sum of all movements since the beginning: new + reactivation + expansion - contraction - churned - paused + resumed.',
    'Trials, free plans and paused subscriptions have no MRR. Refunds, one-off charges and tax never touch it.',
    'Producers send the monthly amount: a yearly price divided by 12, a quarterly one by 3, in minor units.',
    'By plan it is the plan as it was at each movement; by channel, segment and country the current value of the customer.',
    'Currencies are never mixed: each one has its own MRR.',
  ],
  benchmarks: [],
};
