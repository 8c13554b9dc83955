import type { KpiDef } from '../types.ts';

export const cac: KpiDef = {
  id: 'cac',
  names: { en: 'Customer acquisition cost (blended)', fr: "Coût d'acquisition client (CAC)" },
  unit: 'currency',
  direction: 'lower_is_better',
  formula: '(marketing_cost + sales_cost) / new_customers',
  dimensions: ['channel', 'campaign'],
  reasonWithoutDenominator: 'no_acquisition',
  description: 'What marketing and sales cost for each customer who paid for the first time in the window.',
  notes: [
    'Spend without a new customer is null with no_acquisition, which a rule can alert on; neither spend nor customers is null with zero_denominator.',
    'A cost with a service period is spread over its days, so that pay day or a yearly contract does not make the cost jump.',
    'A supplier credit is a negative cost. Customers who return are not acquired again.',
    'Spend comes before the customers it wins, by about one sales cycle: prefer windows longer than that.',
    'A customer counts in the channel it is attributed to now; cost without a channel is under unknown, so the slices do not average to the total.',
  ],
  benchmarks: [
    {
      industry: 'e-commerce, United States',
      typical: '10 to 50 USD; exceptional below 10 USD',
      band: { low: '10', high: '50' },
      source: 'kpi-catalog',
    },
    {
      industry: 'software as a service, United States',
      typical: '7,000 to 10,000 USD; exceptional below 7,000 USD',
      band: { low: '7000', high: '10000' },
      source: 'kpi-catalog',
    },
  ],
};
