import type { KpiDef } from '../types.ts';

export const revenue: KpiDef = {
  id: 'revenue',
  names: { en: 'Revenue (net sales)', fr: "Chiffre d'affaires" },
  unit: 'currency',
  direction: 'higher_is_better',
  formula: 'gross_sales - discounts - refunds',
  dimensions: ['channel', 'country', 'plan'],
  description: 'Orders and invoices of the window after discounts and refunds, without tax.',
  notes: [
    'A refund counts at its own date, also when the sale lies in an earlier window, so a quiet window can be negative.',
    'One sale is either an order or an invoice: send one of the two.',
    'Orders of nobody known count. Tax is never revenue.',
    'By channel, country and plan it is what the order, invoice or refund itself says.',
    'Currencies are never mixed.',
  ],
  benchmarks: [],
};
