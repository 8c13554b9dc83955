import { z } from 'zod';
import { defineType } from '../define.ts';
import { amountMinor, currency, customerDims, flag, instant, oneOf, text } from '../fields.ts';

const lead = {
  lead_id: text('The lead; the same id in every event about it.'),
  lead_created_at: instant('When the lead came up, where that is not the time of its first event.').exactOptional(),
  ...customerDims,
};

/** From the first contact to the signature. */
export const acquisitionTypes = {
  'prospect.approached': defineType({
    summary: 'Someone who may become a customer was approached, or came by.',
    subject: 'prospect',
    feeds: 'acquisition rate',
    data: z.object({
      direction: oneOf(['inbound', 'outbound'], 'Who made the first step.').exactOptional(),
      first_touch: flag('Whether this was the first contact with this prospect.').exactOptional(),
      ...customerDims,
    }),
    example: {
      subject: 'prospect-7',
      time: '2026-03-02T09:00:00.000+01:00',
      data: { channel: 'outbound-mail', campaign: 'spring', direction: 'outbound', first_touch: true },
    },
  }),
  'visit.recorded': defineType({
    summary: 'A visit (session) took place.',
    subject: 'visitor',
    feeds: 'conversion (visit basis)',
    data: z.object({
      session_id: text('The session.'),
      converted: flag('Whether the visit ended in a purchase.').exactOptional(),
      ...customerDims,
    }),
    example: {
      subject: 'visitor-93',
      time: '2026-03-02T10:12:00.000+01:00',
      data: { session_id: 'se-1', channel: 'search', converted: false },
    },
  }),
  'lead.created': defineType({
    summary: 'A lead came up.',
    subject: 'lead',
    feeds: 'conversion, cost per lead',
    data: z.object(lead),
    example: {
      subject: 'lead-12',
      time: '2026-03-02T11:00:00.000+01:00',
      data: { lead_id: 'l-12', channel: 'search', campaign: 'spring' },
    },
  }),
  'lead.disqualified': defineType({
    summary: 'A lead turned out to be none.',
    subject: 'lead',
    feeds: 'conversion, cost per lead',
    data: z.object(lead),
    example: {
      subject: 'lead-12',
      time: '2026-03-09T11:00:00.000+01:00',
      data: { lead_id: 'l-12', channel: 'search', lead_created_at: '2026-03-02T11:00:00.000+01:00' },
    },
  }),
  'deal.stage_entered': defineType({
    summary: 'A deal moved to another stage of the funnel.',
    subject: 'lead or customer',
    feeds: 'funnel',
    data: z.object({
      deal_id: text('The deal.'),
      stage: text('The stage it is in now.'),
      from_stage: text('The stage it was in before.').exactOptional(),
      ...customerDims,
    }),
    example: { subject: 'lead-12', time: '2026-03-10T15:30:00.000+01:00', data: { deal_id: 'd-5', stage: 'proposal', from_stage: 'demo' } },
  }),
  'deal.closed': defineType({
    summary: 'A deal was won or lost.',
    subject: 'lead or customer',
    feeds: 'sales cycle and its variability, win rate',
    data: z
      .object({
        deal_id: text('The deal.'),
        outcome: oneOf(['won', 'lost'], 'How it ended.'),
        first_contact_at: instant('When the first contact with this lead was; the sales cycle starts there.'),
        amount_minor: amountMinor('What the deal is worth. Comes with a currency.').exactOptional(),
        currency: currency().exactOptional(),
        ...customerDims,
      })
      .refine((data) => (data.amount_minor === undefined) === (data.currency === undefined), {
        error: 'amount_minor and currency both, or neither',
        path: ['amount_minor'],
      }),
    example: {
      subject: 'lead-12',
      time: '2026-04-01T17:00:00.000+02:00',
      data: { deal_id: 'd-5', outcome: 'won', first_contact_at: '2026-03-02T11:00:00.000+01:00', amount_minor: 480000, currency: 'EUR' },
    },
  }),
};
