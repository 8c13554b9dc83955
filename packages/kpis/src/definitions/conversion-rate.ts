import type { KpiDef } from '../types.ts';

export const conversionRate: KpiDef = {
  id: 'conversion_rate',
  names: { en: 'Conversion rate (prospect to paying customer)', fr: 'Taux de conversion des prospects en clients' },
  unit: 'percent',
  direction: 'higher_is_better',
  formula: 'new_customers / prospects',
  dimensions: ['channel'],
  description: 'Customers who paid for the first time in the window for each prospect whose lead was created in it.',
  notes: [
    'Period basis: a customer may come from a lead of an earlier window, so short windows can exceed 100.',
    'Prospects are counted once per subject: a second lead of the same person adds nothing.',
    'Counting distinct prospects needs the raw facts: the answer comes from ClickHouse, about a second behind, with its own completeness.',
    'No prospects: null with zero_denominator. A sudden drop may be a technical problem of the site.',
  ],
  benchmarks: [],
};
