import type { KpiDef } from '../types.ts';

export const customerRetentionRate: KpiDef = {
  id: 'customer_retention_rate',
  names: { en: 'Customer retention rate', fr: 'Taux de rétention client (taux de fidélisation)' },
  unit: 'percent',
  direction: 'higher_is_better',
  formula: '(customers_at_start - customers_lost) / customers_at_start',
  dimensions: ['channel', 'segment', 'country'],
  description: 'Of the customers at the start of the window, the share who stayed to its end without a break.',
  notes: [
    'The survivors of the start are counted directly. Customers at the end minus new ones would understate retention as soon as a new customer leaves inside the window.',
    'Equals 100 - churn, because both look at the same customers.',
    'No customers at the start: null with zero_denominator.',
    'Seasons matter: compare with the same period a year before.',
  ],
  benchmarks: [],
};
