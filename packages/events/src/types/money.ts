import { z } from 'zod';
import { defineType } from '../define.ts';
import { amountMinor, currency, dayOrInstant, dayOrInstantMs, oneOf, signedAmountMinor, text } from '../fields.ts';

export const serviceDaysMax = 3660;
const dayMs = 86_400_000;

interface ServicePeriod {
  readonly service_start?: string;
  readonly service_end?: string;
}

function isBothOrNeither(data: ServicePeriod): boolean {
  return (data.service_start === undefined) === (data.service_end === undefined);
}

function isOneForm(data: ServicePeriod): boolean {
  if (data.service_start === undefined || data.service_end === undefined) return true;
  return (data.service_start.length === 10) === (data.service_end.length === 10);
}

function isPeriodInBounds(data: ServicePeriod): boolean {
  if (data.service_start === undefined || data.service_end === undefined) return true;
  const lengthMs = dayOrInstantMs(data.service_end) - dayOrInstantMs(data.service_start);
  return lengthMs > 0 && lengthMs <= serviceDaysMax * dayMs;
}

/** Costs, cash and exchange rates. */
export const moneyTypes = {
  'cost.recorded': defineType({
    summary: 'A cost came up. With a service period it is spread over its local days in whole minor units, else it lands at `time`.',
    subject: 'cost centre',
    feeds: 'CAC, ROI, cost per lead, margin, burn',
    data: z
      .object({
        cost_id: text('The cost.'),
        category: oneOf(
          ['marketing', 'sales', 'cogs', 'service', 'retention', 'payroll', 'overhead'],
          'What it was spent on; CAC is marketing and sales.',
        ),
        amount_minor: signedAmountMinor("The cost in minor units, without tax; below 0 for a vendor's credit."),
        currency: currency(),
        channel: text('The channel it was spent on.').exactOptional(),
        campaign: text('The campaign it was spent on.').exactOptional(),
        product: text('The product it was spent on.').exactOptional(),
        segment: text('The segment it was spent on.').exactOptional(),
        team: text('The team that spent it.').exactOptional(),
        supplier: text('Who was paid.').exactOptional(),
        service_start: dayOrInstant('First day of the period it pays for. Comes with service_end.').exactOptional(),
        service_end: dayOrInstant(
          `End of that period, exclusive: the day after its last one. At most ${serviceDaysMax} days after the start.`,
        ).exactOptional(),
      })
      .refine(isBothOrNeither, { error: 'service_start and service_end both, or neither', path: ['service_end'] })
      .refine(isOneForm, { error: 'service_start and service_end both as dates, or both as instants', path: ['service_end'] })
      .refine(isPeriodInBounds, { error: `service_end after service_start, by at most ${serviceDaysMax} days`, path: ['service_end'] }),
    example: {
      subject: 'cc-marketing',
      time: '2026-03-31T18:00:00.000+02:00',
      data: {
        cost_id: 'k-301',
        category: 'marketing',
        amount_minor: 310000,
        currency: 'EUR',
        channel: 'search',
        service_start: '2026-03-01',
        service_end: '2026-04-01',
      },
    },
  }),
  'cash.moved': defineType({
    summary: 'Money came into an account or left it.',
    subject: 'account',
    feeds: 'burn',
    data: z.object({
      movement_id: text('The movement.'),
      direction: oneOf(['in', 'out'], 'Into the account or out of it.'),
      amount_minor: amountMinor('How much, in minor units; the direction gives the sign.'),
      currency: currency(),
      category: oneOf(
        ['operating', 'investing', 'financing', 'transfer'],
        'As in a cash-flow statement; a transfer between own accounts burns nothing.',
      ),
      supplier: text('Who was paid.').exactOptional(),
    }),
    example: {
      subject: 'acc-main',
      time: '2026-03-31T16:00:00.000+02:00',
      data: { movement_id: 'm-9', direction: 'out', amount_minor: 1250000, currency: 'EUR', category: 'operating', supplier: 'landlord' },
    },
  }),
  'cash.balance_reported': defineType({
    summary: 'The balance of an account, as its bank states it.',
    subject: 'account',
    feeds: 'burn (anchor and reconciliation)',
    data: z.object({ balance_minor: signedAmountMinor('The balance in minor units; below 0 when overdrawn.'), currency: currency() }),
    example: { subject: 'acc-main', time: '2026-03-31T23:59:59.999+02:00', data: { balance_minor: 48_210_000, currency: 'EUR' } },
  }),
  'fx.rate_published': defineType({
    summary: 'An exchange rate: one unit of `base` is worth `rate` units of `quote`.',
    subject: 'currency pair',
    feeds: 'reporting in one currency',
    data: z
      .object({
        base: currency('The currency that is priced.'),
        quote: currency('The currency that the price is in.'),
        rate: z
          .string({ error: 'a decimal as text, above 0, such as "1.0842"' })
          .regex(/^(?=.*[1-9])\d{1,12}(\.\d{1,12})?$/, { error: 'a decimal as text, above 0, such as "1.0842"' })
          .describe('Decimal number as text (never a float), above 0, up to 12 digits on either side.'),
      })
      .refine((data) => data.base !== data.quote, { error: 'another currency than base', path: ['quote'] }),
    example: { subject: 'EUR/USD', time: '2026-03-31T16:00:00.000+02:00', data: { base: 'EUR', quote: 'USD', rate: '1.0842' } },
  }),
};
