import type { EventInput } from '@vigie/events';
import { expect, test } from 'vitest';
import { shiftEvent, shiftToNow } from './shift-event.ts';

const dayMs = 86_400_000;

test('an event is moved with the instants inside of it, and is another event then', () => {
  const event: EventInput<'subscription.ended'> = {
    type: 'subscription.ended',
    id: 'e1',
    subject: 'c1',
    time: '2025-09-10T12:00:00Z',
    data: { subscription_id: 's1', effective_at: '2025-09-30T23:59:59.999Z' },
  };
  expect(shiftEvent(event, 10 * dayMs)).toEqual({
    ...event,
    id: 'e1~10d',
    time: '2025-09-20T12:00:00.000Z',
    data: { subscription_id: 's1', effective_at: '2025-10-10T23:59:59.999Z' },
  });
});

test('dates stay dates, and what is no instant is left for validation to name', () => {
  const event = {
    type: 'cost.recorded',
    id: 'k',
    subject: 'm',
    time: 0,
    data: { service_start: '2025-02-28', service_end: 'soon' },
  } as unknown as EventInput;
  expect(shiftEvent(event, dayMs).data).toEqual({ service_start: '2025-03-01', service_end: 'soon' });
});

test('nothing is moved by no days, and the latest event ends up within a day before now', () => {
  const event: EventInput<'lead.created'> = { type: 'lead.created', id: 'l', subject: 'l', time: 5, data: { lead_id: 'l' } };
  expect(shiftEvent(event, 0)).toBe(event);
  expect(shiftToNow(Date.parse('2025-09-29T10:00Z'), Date.parse('2026-03-01T09:00Z'))).toBe(152 * dayMs);
  expect(shiftToNow(Date.parse('2026-03-01T09:00Z'), Date.parse('2026-03-01T09:00Z'))).toBe(0);
});
