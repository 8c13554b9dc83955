import { z } from 'zod';
import { defineType } from '../define.ts';
import { count, customerDims, instant, text } from '../fields.ts';

const artworkId = text('The artwork.');
const receivedAt = instant('When the recording that it is made from came in.');

/** From a recording that a customer sends in to the artwork that is shipped. */
export const productionTypes = {
  'recording.submitted': defineType({
    summary: 'A customer sent in a recording.',
    subject: 'customer',
    feeds: 'artwork conversion',
    data: z.object({ ...customerDims, recording_id: text('The recording.') }),
    example: { subject: 'cust-42', time: '2026-03-04T20:15:00.000+01:00', data: { recording_id: 'rec-5', product: 'poster' } },
  }),
  'artwork.completed': defineType({
    summary: 'An artwork was finished.',
    subject: 'customer',
    feeds: 'artwork conversion, production time',
    data: z.object({
      ...customerDims,
      artwork_id: artworkId,
      recording_id: text('The recording that it is made from.'),
      recording_received_at: receivedAt,
      work_seconds: count('The work that went into it, in seconds.'),
      team: text('The team that made it.').exactOptional(),
    }),
    example: {
      subject: 'cust-42',
      time: '2026-03-06T15:00:00.000+01:00',
      data: {
        artwork_id: 'art-5',
        recording_id: 'rec-5',
        recording_received_at: '2026-03-04T20:15:00.000+01:00',
        work_seconds: 5400,
        product: 'poster',
        team: 'print',
      },
    },
  }),
  'artwork.shipped': defineType({
    summary: 'An artwork left the house.',
    subject: 'customer',
    feeds: 'lead time',
    data: z.object({ ...customerDims, artwork_id: artworkId, recording_received_at: receivedAt }),
    example: {
      subject: 'cust-42',
      time: '2026-03-07T10:00:00.000+01:00',
      data: { artwork_id: 'art-5', recording_received_at: '2026-03-04T20:15:00.000+01:00', product: 'poster' },
    },
  }),
};
