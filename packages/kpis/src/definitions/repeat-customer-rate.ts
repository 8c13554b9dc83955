import type { KpiDef } from '../types.ts';

export const repeatCustomerRate: KpiDef = {
  id: 'repeat_customer_rate',
  names: { en: 'Repeat customer rate', fr: 'Taux de clients récurrents (taux de réachat)' },
  unit: 'percent',
  direction: 'higher_is_better',
  formula: 'repeat_buyers / buyers',
  dimensions: [],
  description: 'Of the customers with an order in the window, the share with two or more.',
  notes: [
    'Both orders lie in the window: a customer whose first order is older needs two in it to count.',
    'Orders of nobody known are left out. A refunded order stays an order; two orders of one day are two.',
    'Counting distinct customers needs the raw facts: the answer comes from ClickHouse, about a second behind, with its own completeness.',
    'No buyers: null with zero_denominator.',
  ],
  benchmarks: [
    {
      industry: 'all industries, United States',
      typical: 'about 20 %; exceptional from 40 %',
      band: { low: '20', high: '20' },
      period: 'year',
      source: 'kpi-catalog',
    },
  ],
};
