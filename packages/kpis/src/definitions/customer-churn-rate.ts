import type { KpiDef } from '../types.ts';

export const customerChurnRate: KpiDef = {
  id: 'customer_churn_rate',
  names: { en: 'Customer churn rate', fr: "Taux d'attrition client" },
  unit: 'percent',
  direction: 'lower_is_better',
  formula: 'customers_lost / customers_at_start',
  dimensions: ['channel', 'segment', 'country'],
  description: 'Of the customers at the start of the window, the share whose last paid subscription (or lapse period) ended in it.',
  notes: [
    'Who joined and left inside the window counts in neither part, so the rate never exceeds 100 and churn + retention = 100.',
    'Cancelling one of two subscriptions is a contraction, not churn; falling to a free plan is churn; a pause is not.',
    'A cancellation that arrives late restates the window in which it took effect.',
    'No customers at the start: null with zero_denominator.',
    'Compare only like periods: 10 % a quarter compounds to 34.39 % a year.',
  ],
  benchmarks: [
    {
      industry: 'subscription-based financial services, United States',
      typical: '5 to 7 %; above average 3 to 5 %; exceptional below 3 %',
      band: { low: '5', high: '7' },
      period: 'year',
      source: 'kpi-catalog',
    },
  ],
};
