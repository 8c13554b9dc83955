import type { KpiDef } from '../types.ts';

export const customerBaseGrowthRate: KpiDef = {
  id: 'customer_base_growth_rate',
  names: { en: 'Customer base growth rate', fr: 'Taux de croissance de la base clients' },
  unit: 'percent',
  direction: 'higher_is_better',
  formula: '(customers_at_end - customers_at_start) / customers_at_start',
  dimensions: ['channel', 'segment', 'country'],
  description: 'By how much the number of customers grew from the start of the window to its end.',
  notes: [
    'Negative when more customers left than came; returning customers count as growth.',
    'In a running calendar window the end lies ahead: ends that are already planned count.',
    'No customers at the start: null with zero_denominator.',
  ],
  benchmarks: [],
};
