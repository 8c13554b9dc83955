import { z } from 'zod';
import { defineType } from '../define.ts';
import { count, customerDims, oneOf, text } from '../fields.ts';

const tiers = ['none', 'free', 'trial', 'paid'] as const;

/** What users do with the product. */
export const usageTypes = {
  'user.tier_changed': defineType({
    summary: 'A user moved between no plan, a free one, a trial and a paid one.',
    subject: 'user',
    feeds: 'free-to-paid conversion',
    data: z.object({
      from: oneOf(tiers, 'The tier until now.'),
      to: oneOf(tiers, 'The tier from now on.'),
      ...customerDims,
    }),
    example: { subject: 'user-8', time: '2026-03-04T10:15:00.000+01:00', data: { from: 'free', to: 'paid', plan: 'pro' } },
  }),
  'user.activity_recorded': defineType({
    summary: 'A user did something.',
    subject: 'user',
    feeds: 'engagement, active users',
    data: z.object({
      activity: oneOf(['login', 'session', 'content', 'planning'], 'What was done.'),
      count: count('How many times; 1 when left out.').exactOptional(),
      duration_seconds: count('How long it took, in seconds.').exactOptional(),
      feature: text('The feature that was used.').exactOptional(),
      ...customerDims,
    }),
    example: {
      subject: 'user-8',
      time: '2026-03-04T10:16:00.000+01:00',
      data: { activity: 'session', duration_seconds: 540, feature: 'editor', plan: 'pro' },
    },
  }),
};
