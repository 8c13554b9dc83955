import { z } from 'zod';
import { defineType } from '../define.ts';
import { amountMinor, currency, customerDims, flag, instant, oneOf, text } from '../fields.ts';

const intervals = ['month', 'quarter', 'year'] as const;
const subscriptionId = text('The subscription; one customer may have several.');
const effectiveAt = instant('When it counts from, if not at `time` (which is when it was known). At most 10 years ahead.').exactOptional();
const mrrMinor = amountMinor(
  'Monthly recurring revenue in minor units, without tax. A yearly price arrives divided by 12. 0 is a free plan or a trial.',
);

/** The life of a subscription: what MRR and churn are made of. */
export const subscriptionTypes = {
  'subscription.started': defineType({
    summary: 'A subscription started, or started again.',
    subject: 'customer',
    feeds: 'MRR, customers, churn',
    data: z.object({
      ...customerDims,
      subscription_id: subscriptionId,
      plan: text('The plan subscribed to; MRR is sliced by it.'),
      interval: oneOf(intervals, 'How often it is billed.'),
      mrr_minor: mrrMinor,
      currency: currency(),
      effective_at: effectiveAt,
    }),
    example: {
      subject: 'cust-42',
      time: '2026-03-04T10:15:00.000+01:00',
      data: { subscription_id: 'sub-42-1', plan: 'pro', interval: 'month', mrr_minor: 2900, currency: 'EUR' },
    },
  }),
  'subscription.changed': defineType({
    summary: 'The price or the plan of a subscription changed.',
    subject: 'customer',
    feeds: 'expansion, contraction',
    data: z.object({
      ...customerDims,
      subscription_id: subscriptionId,
      mrr_minor: mrrMinor,
      currency: currency(),
      interval: oneOf(intervals, 'How often it is billed from now on.').exactOptional(),
      effective_at: effectiveAt,
    }),
    example: {
      subject: 'cust-42',
      time: '2026-05-04T10:15:00.000+02:00',
      data: { subscription_id: 'sub-42-1', mrr_minor: 4900, currency: 'EUR', plan: 'team', effective_at: '2026-06-01T00:00:00.000+02:00' },
    },
  }),
  'subscription.paused': defineType({
    summary: 'A subscription was paused: the customer stays, with MRR 0.',
    subject: 'customer',
    feeds: 'paused MRR',
    data: z.object({ ...customerDims, subscription_id: subscriptionId, effective_at: effectiveAt }),
    example: { subject: 'cust-42', time: '2026-07-01T08:00:00.000+02:00', data: { subscription_id: 'sub-42-1' } },
  }),
  'subscription.resumed': defineType({
    summary: 'A paused subscription goes on, possibly at another price.',
    subject: 'customer',
    feeds: 'resumed MRR',
    data: z.object({
      ...customerDims,
      subscription_id: subscriptionId,
      effective_at: effectiveAt,
      mrr_minor: amountMinor('The MRR from now on, in minor units; the one before the pause when left out.').exactOptional(),
    }),
    example: { subject: 'cust-42', time: '2026-08-01T08:00:00.000+02:00', data: { subscription_id: 'sub-42-1', mrr_minor: 4900 } },
  }),
  'subscription.ended': defineType({
    summary: 'A subscription ended, or will end at `effective_at`, which may lie in the future.',
    subject: 'customer',
    feeds: 'churn',
    data: z.object({
      ...customerDims,
      subscription_id: subscriptionId,
      effective_at: effectiveAt,
      requested_at: instant('When the customer asked for it.').exactOptional(),
      reason: text('Why, in your own words.').exactOptional(),
      voluntary: flag('Whether the customer wanted it (a failed payment: false).').exactOptional(),
    }),
    example: {
      subject: 'cust-42',
      time: '2026-09-10T12:00:00.000+02:00',
      data: { subscription_id: 'sub-42-1', effective_at: '2026-09-30T23:59:59.999+02:00', reason: 'too expensive', voluntary: true },
    },
  }),
  'subscription.end_withdrawn': defineType({
    summary: 'A planned end is taken back.',
    subject: 'customer',
    feeds: 'churn',
    data: z.object({ ...customerDims, subscription_id: subscriptionId }),
    example: { subject: 'cust-42', time: '2026-09-20T12:00:00.000+02:00', data: { subscription_id: 'sub-42-1' } },
  }),
};
