import type { KpiDef } from '../types.ts';

export const expansionMrr: KpiDef = {
  id: 'expansion_mrr',
  names: { en: 'Expansion MRR', fr: "MRR d'expansion" },
  unit: 'currency',
  direction: 'higher_is_better',
  formula: 'expansion_mrr',
  dimensions: ['plan', 'channel', 'segment', 'country'],
  description: 'By how much the MRR of customers who were already paying grew in the window: upgrades, seats, second subscriptions.',
  notes: [
    'An increase from nothing is new or reactivation MRR, never expansion. A resumed subscription is neither.',
    'Changes at the same instant are netted per customer first: an upgrade and a downgrade of equal size are nothing.',
    'By plan the amounts are signed, so that a move between plans adds up: the plan that is left may show a negative expansion.',
    'No expansion is 0, not null.',
  ],
  benchmarks: [],
};
