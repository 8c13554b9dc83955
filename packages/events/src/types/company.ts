import { z } from 'zod';
import { defineType } from '../define.ts';
import { count, instant, oneOf, signedCount, text, customerDims } from '../fields.ts';

/** Campaigns, surveys and the people who do the work. */
export const companyTypes = {
  'campaign.interaction_recorded': defineType({
    summary: 'People saw a campaign or reacted to it.',
    subject: 'campaign',
    feeds: 'campaign engagement',
    data: z.object({
      ...customerDims,
      kind: oneOf(['impression', 'click', 'like', 'share', 'comment', 'reply'], 'What they did.'),
      count: count('How many times.'),
    }),
    example: { subject: 'spring', time: '2026-03-04T00:00:00.000+01:00', data: { channel: 'social', kind: 'like', count: 318 } },
  }),
  'survey.answered': defineType({
    summary: 'A question of a survey was answered.',
    subject: 'respondent (pseudonymous for staff)',
    feeds: 'NPS, customer satisfaction index, support score, staff happiness',
    data: z
      .object({
        ...customerDims,
        response_id: text('The response.'),
        survey: oneOf(['nps', 'csat', 'support', 'employee'], 'Which survey.'),
        score: signedCount('The answer, a whole number on the scale. Half points: send score and scale doubled.'),
        scale_min: signedCount('The lowest answer possible.'),
        scale_max: signedCount('The highest answer possible.'),
        previous_score: signedCount('What the same respondent answered the last time.').exactOptional(),
        team: text('The team it is about, or of.').exactOptional(),
        ticket_id: text('The support case it is about.').exactOptional(),
      })
      .refine((data) => data.scale_min < data.scale_max, { error: 'a scale_max above scale_min', path: ['scale_max'] })
      .refine((data) => data.score >= data.scale_min && data.score <= data.scale_max, {
        error: 'a score on the scale scale_min..scale_max',
        path: ['score'],
      }),
    example: {
      subject: 'cust-42',
      time: '2026-03-20T12:00:00.000+01:00',
      data: { response_id: 'resp-4', survey: 'nps', score: 9, scale_min: 0, scale_max: 10, previous_score: 7 },
    },
  }),
  'workforce.changed': defineType({
    summary: 'Someone joined, left, or changed their working time.',
    subject: 'employee reference',
    feeds: 'productivity',
    data: z.object({
      fte_delta_milli: signedCount(
        'Change in thousandths of a full-time position: +1000 joins full time, −200 goes from five days to four.',
      ),
      team: text('The team.').exactOptional(),
      effective_at: instant('When it counts from, if not at `time`. At most 10 years ahead.').exactOptional(),
    }),
    example: {
      subject: 'emp-17',
      time: '2026-03-02T09:00:00.000+01:00',
      data: { fte_delta_milli: 1000, team: 'support', effective_at: '2026-04-01T00:00:00.000+02:00' },
    },
  }),
  'work.logged': defineType({
    summary: 'Hours were worked, and units of output made.',
    subject: 'team',
    feeds: 'productivity (by hours)',
    data: z.object({
      hours_milli: count('Thousandths of an hour.'),
      output_units: count('What was made in them.').exactOptional(),
      team: text('The team, where the subject is another one.').exactOptional(),
      product: text('The product worked on.').exactOptional(),
    }),
    example: { subject: 'team-print', time: '2026-03-04T17:00:00.000+01:00', data: { hours_milli: 7500, output_units: 42 } },
  }),
};
