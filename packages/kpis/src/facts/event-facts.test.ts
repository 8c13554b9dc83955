import { describe, expect, test } from 'vitest';
import { FactRangeError, pushFact } from './build.ts';
import { eventFacts } from './event-facts.ts';
import { eventOf, testSettings } from './test-events.ts';

const at = '2026-03-05T10:00:00.000Z';
const order = (data: Record<string, unknown>) =>
  eventOf('order.placed', at, { data: { order_id: 'o-1', gross_minor: 1000, currency: 'EUR', ...data } });
const valuesOf = (...given: Parameters<typeof eventFacts>) =>
  Object.fromEntries(eventFacts(...given).map(({ fact, value }) => [fact, value]));

describe('an order', () => {
  test('counts once, before and after its discount, at its own time', () => {
    expect(valuesOf(order({ discount_minor: 300, tax_minor: 140 }), testSettings)).toEqual({
      orders: 1,
      purchases: 1,
      gross_sales: 1000,
      discounts: 300,
      order_revenue: 700,
    });
    for (const fact of eventFacts(order({}), testSettings)) expect(fact.at).toBe(Date.parse(at));
  });

  test('of nobody known is an order and revenue, but nobody bought', () => {
    expect(valuesOf(order({ anonymous: true }), testSettings)).toEqual({ orders: 1, gross_sales: 1000, order_revenue: 1000 });
  });

  test.each([
    ['count', { orders: 1, purchases: 1, gross_sales: 1000, discounts: 1000 }],
    ['skip', { purchases: 1, gross_sales: 1000, discounts: 1000 }],
  ] as const)('of free goods is an order only where free orders count (%s), and a purchase either way', (freeOrders, expected) => {
    expect(valuesOf(order({ discount_minor: 1000 }), { ...testSettings, freeOrders })).toEqual(expected);
  });

  test('carries its own dimensions and no `unknown`', () => {
    const [fact] = eventFacts(order({ channel: 'search', country: 'unknown', product: 'mug' }), testSettings);
    expect(fact?.dims).toEqual({ channel: 'search', product: 'mug' });
  });
});

test('an invoice adds its discount back to gross sales, so that net sales are what was paid', () => {
  const invoice = eventOf('invoice.paid', at, {
    data: { invoice_id: 'i-1', net_minor: 700, discount_minor: 100, tax_minor: 99, currency: 'EUR' },
  });
  expect(valuesOf(invoice, testSettings)).toEqual({ gross_sales: 800, discounts: 100 });
});

test.each(['order.refunded', 'invoice.refunded'] as const)('%s counts at its own date', (type) => {
  const ids = type === 'order.refunded' ? { order_id: 'o-1' } : { invoice_id: 'i-1' };
  const refund = eventOf(type, at, { data: { refund_id: 'r-1', amount_minor: 250, currency: 'EUR', ...ids } });
  expect(eventFacts(refund, testSettings)).toMatchObject([{ fact: 'refunds', value: 250, at: Date.parse(at), currency: 'EUR' }]);
});

test('a fact that no exact integer can hold is refused with its name', () => {
  expect(() => pushFact([], { fact: 'refunds', at: 0, value: 2 ** 53, dims: {} })).toThrow(FactRangeError);
  expect(() => pushFact([], { fact: 'refunds', at: 0, value: 0.5, dims: {} })).toThrow(/refunds: expected an integer .* found 0\.5/);
});
