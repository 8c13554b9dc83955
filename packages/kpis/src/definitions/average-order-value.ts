import type { KpiDef } from '../types.ts';

export const averageOrderValue: KpiDef = {
  id: 'average_order_value',
  names: { en: 'Average order value', fr: 'Panier moyen' },
  unit: 'currency',
  direction: 'higher_is_better',
  formula: 'order_revenue / orders',
  dimensions: ['channel', 'country'],
  description: 'What an order of the window is worth on average, after its discount and without tax.',
  notes: [
    'Per order, not per customer. A refunded order stays an order at its value; refunds lower revenue instead.',
    "Whether an order of nothing but free goods counts is the tenant's setting freeOrders.",
    'Orders are counted in all currencies, revenue in the one asked for: with several currencies ask the tenant that sells in one.',
    'No orders: null with zero_denominator.',
  ],
  benchmarks: [
    {
      industry: 'personalised gifts, United States',
      typical: '50 to 150 USD; above average 200 to 300 USD; exceptional over 300 USD',
      band: { low: '50', high: '150' },
      source: 'kpi-catalog',
    },
  ],
};
