import type { KpiDef } from '../types.ts';

export const arpu: KpiDef = {
  id: 'arpu',
  names: { en: 'Average revenue per user', fr: 'Revenu moyen par utilisateur (ARPU)' },
  unit: 'currency',
  direction: 'higher_is_better',
  formula: '(gross_sales - discounts - refunds) / (customers_at_start + customers_joined)',
  dimensions: [],
  description: 'Revenue of the window for each customer who was active at some time in it.',
  notes: [
    'The divisor counts everybody present in the window, also who joined late or left early; it is not an average over time.',
    'Free users and trials are not customers here: it is revenue per paying user.',
    'Refunds can make it negative. Nobody present: null with zero_denominator.',
    'No slices: revenue carries the dimensions of its sale, customers carry their own.',
  ],
  benchmarks: [
    {
      industry: 'financial planning platforms, United States',
      typical: '50 to 200 USD; above average over 250 USD; exceptional over 300 USD',
      band: { low: '50', high: '200' },
      period: 'month',
      source: 'kpi-catalog',
    },
  ],
};
