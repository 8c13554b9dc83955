import { z } from 'zod';
import { defineType } from '../define.ts';
import { amountMinor, count, currency, customerDims, flag, instant, text } from '../fields.ts';

const orderLineCountMax = 1000;
const linesExpected = `a list of at most ${orderLineCountMax} lines`;

const orderLine = z.object(
  {
    product: text('What was bought.'),
    quantity: count('How many.'),
    gross_minor: amountMinor('The line in minor units, before its discount and without tax.'),
    discount_minor: amountMinor('The discount on this line, already part of that of the order.').exactOptional(),
    unit_cost_minor: amountMinor('What one piece costs to make or buy.').exactOptional(),
  },
  { error: 'a line {product, quantity, gross_minor, discount_minor?, unit_cost_minor?}' },
);

/** Orders and invoices. One sale is either an order or an invoice, never both: revenue adds them up. */
export const salesTypes = {
  'order.placed': defineType({
    summary: 'An order was placed. Revenue is `gross_minor` less `discount_minor`.',
    subject: 'customer; the order itself where `anonymous`',
    feeds: 'revenue, average order value, repeat rate, purchase frequency, margin',
    data: z.object({
      order_id: text('The order.'),
      anonymous: flag(
        'An order of nobody known: its subject is the order id, it counts in orders and revenue, never as a customer.',
      ).exactOptional(),
      gross_minor: amountMinor('The goods in minor units, before discounts and without tax.'),
      discount_minor: amountMinor('All discounts of the order, in minor units; 0 when left out.').exactOptional(),
      tax_minor: amountMinor('Tax on top of the price, in minor units. Never revenue.').exactOptional(),
      currency: currency(),
      lines: z
        .array(orderLine, { error: linesExpected })
        .max(orderLineCountMax, { error: linesExpected })
        .describe('The lines of the order.')
        .exactOptional(),
      ...customerDims,
    }),
    example: {
      subject: 'cust-42',
      time: '2026-03-04T10:15:00.000+01:00',
      data: { order_id: 'o-981', gross_minor: 12990, discount_minor: 1000, currency: 'EUR', channel: 'search', country: 'FR' },
    },
  }),
  'order.refunded': defineType({
    summary: 'Money of an order was given back. It lowers revenue at the date of the refund; the order stays an order.',
    subject: 'customer; the order itself where it was anonymous',
    feeds: 'revenue',
    data: z.object({
      refund_id: text('The refund.'),
      order_id: text('The order.'),
      amount_minor: amountMinor('What was given back, in minor units, without tax.'),
      currency: currency(),
      order_placed_at: instant('When the order was placed.').exactOptional(),
      full: flag('Whether the whole order was given back.').exactOptional(),
      ...customerDims,
    }),
    example: {
      subject: 'cust-42',
      time: '2026-03-12T14:00:00.000+01:00',
      data: { refund_id: 'r-77', order_id: 'o-981', amount_minor: 11990, currency: 'EUR', full: true },
    },
  }),
  'invoice.paid': defineType({
    summary: 'An invoice was paid.',
    subject: 'customer',
    feeds: 'revenue, ARPU',
    data: z.object({
      invoice_id: text('The invoice.'),
      net_minor: amountMinor('What was paid in minor units, after discounts and without tax: the revenue.'),
      discount_minor: amountMinor('The discount that `net_minor` is already free of; for information.').exactOptional(),
      tax_minor: amountMinor('Tax on top of `net_minor`. Never revenue.').exactOptional(),
      currency: currency(),
      subscription_id: text('The subscription that it is for.').exactOptional(),
      ...customerDims,
    }),
    example: {
      subject: 'cust-42',
      time: '2026-04-04T06:00:00.000+02:00',
      data: { invoice_id: 'inv-3', net_minor: 2900, tax_minor: 580, currency: 'EUR', subscription_id: 'sub-42-1', plan: 'pro' },
    },
  }),
  'invoice.refunded': defineType({
    summary: 'Money of an invoice was given back. It lowers revenue at the date of the refund, and never MRR.',
    subject: 'customer',
    feeds: 'revenue',
    data: z.object({
      refund_id: text('The refund.'),
      invoice_id: text('The invoice.'),
      amount_minor: amountMinor('What was given back, in minor units, without tax.'),
      currency: currency(),
      ...customerDims,
    }),
    example: {
      subject: 'cust-42',
      time: '2026-04-20T09:00:00.000+02:00',
      data: { refund_id: 'r-78', invoice_id: 'inv-3', amount_minor: 1450, currency: 'EUR' },
    },
  }),
};
