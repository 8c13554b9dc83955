import type { KpiDef } from '../types.ts';

export const cacByChannel: KpiDef = {
  id: 'cac_by_channel',
  names: { en: 'Customer acquisition cost by channel', fr: "Coût d'acquisition client par canal" },
  unit: 'currency',
  direction: 'lower_is_better',
  formula: '(marketing_cost + sales_cost) / new_customers',
  dimensions: ['channel'],
  onlyBy: 'channel',
  reasonWithoutDenominator: 'no_acquisition',
  description: 'Marketing and sales cost of one channel for each customer won by it in the window.',
  notes: [
    'Only by channel: the blended cost of all channels is the KPI cac.',
    'A channel with spend and no new customer is listed as null with no_acquisition.',
    'Customers and cost without a channel are listed under unknown.',
    'A corrected attribution moves the customer, and its whole past, to the other channel.',
  ],
  benchmarks: [],
};
