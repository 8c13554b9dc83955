import { z } from 'zod';
import { defineType } from '../define.ts';
import { customerDims, oneOf, text } from '../fields.ts';

/** What is known about a customer, apart from what it pays. */
export const customerTypes = {
  'customer.attributed': defineType({
    summary: 'The channel that a customer was won by became known; a later one moves the customer between slices.',
    subject: 'customer',
    feeds: 'the slices of everything acquired',
    data: z.object({
      ...customerDims,
      channel: text('The channel that the customer was won by.'),
    }),
    example: { subject: 'cust-42', time: '2026-03-04T10:20:00.000+01:00', data: { channel: 'search', campaign: 'spring' } },
  }),
  'customer.segment_changed': defineType({
    summary: "A customer's segment or country became known or changed: its whole past moves to the new slice.",
    subject: 'customer',
    feeds: 'slices by segment and country',
    data: z.object({
      ...customerDims,
      dimension: oneOf(['segment', 'country'], 'Which of the two.'),
      value: text('The value from now on, and for the past.'),
    }),
    example: { subject: 'cust-42', time: '2026-03-05T09:00:00.000+01:00', data: { dimension: 'segment', value: 'enterprise' } },
  }),
  'customer.erased': defineType({
    summary: 'The personal data of a customer has to go; numbers stay exact.',
    subject: 'customer',
    feeds: 'nothing: no number changes',
    data: z.object({}),
    example: { subject: 'cust-42', time: '2027-01-15T09:00:00.000+01:00', data: {} },
  }),
};
