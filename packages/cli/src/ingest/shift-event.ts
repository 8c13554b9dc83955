import type { EventInput } from '@vigie/events';

/** Fields of an event's data that say when something was; moved with the event's time. */
const instantFields = [
  'effective_at',
  'requested_at',
  'first_contact_at',
  'order_placed_at',
  'lead_created_at',
  'recording_received_at',
  'service_start',
  'service_end',
] as const;

/**
 * Moves an event in time, with the instants inside its data.
 *
 * Units    shiftMs: whole days, so that the time of day stays as it was
 * Holds    a moved event is another event: its id says by how much, since the same id must always come with the same time
 */
export function shiftEvent(event: EventInput, shiftMs: number): EventInput {
  if (shiftMs === 0 || event.time === undefined) return event;
  const data: Record<string, unknown> = { ...event.data };
  for (const field of instantFields) {
    const value = data[field];
    if (typeof value === 'string') data[field] = shiftText(value, shiftMs);
  }
  const moved = { ...event, data, time: new Date(timeMsOf(event) + shiftMs).toISOString() } as EventInput;
  return event.id === undefined ? moved : { ...moved, id: `${event.id}~${shiftMs / 86_400_000}d` };
}

function shiftText(text: string, shiftMs: number): string {
  const ms = Date.parse(text);
  // What is no instant is left for validation to name.
  if (Number.isNaN(ms)) return text;
  const moved = new Date(ms + shiftMs).toISOString();
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? moved.slice(0, 10) : moved;
}

export function timeMsOf(event: EventInput): number {
  return new Date(event.time ?? NaN).getTime();
}

/** The whole days between the latest event and now. */
export function shiftToNow(latestMs: number, nowMs: number): number {
  return Math.floor((nowMs - latestMs) / 86_400_000) * 86_400_000;
}
