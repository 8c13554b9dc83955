import { decodeStored, type Event, type EventType, partitionKey } from '@vigie/events';
import type { TenantSettings } from '../types.ts';

/** Events as they come out of `decode`, for the tests of this package. */
export function eventOf(
  type: EventType,
  time: string,
  given: { data: Record<string, unknown>; subject?: string; id?: string; source?: string },
): Event {
  const { data, subject = 'c1', id = `${type} ${time}`, source = 'test' } = given;
  const text = JSON.stringify({ specversion: '1.0', id, source, type, subject, time, data });
  const decoded = decodeStored(Buffer.from(text), Date.parse('2030-01-01T00:00:00Z'));
  if (!decoded.ok) throw new Error(`test event of ${partitionKey('default', subject)}: ${decoded.rejection.message}`);
  return decoded.event;
}

export const testSettings: TenantSettings = {
  basis: 'subscriptions',
  lapseAfterDays: 90,
  zone: 'Europe/Paris',
  currency: 'EUR',
  freeOrders: 'count',
};
