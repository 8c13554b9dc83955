import type { EventInput } from '@vigie/events';
import { expect, test } from 'vitest';
import { completeEvent } from '../ingest/complete-event.ts';
import { madeUpCompany } from './made-up-company.ts';

const endMs = Date.parse('2026-03-01T12:00:00Z');

async function eventsOf(seed: number): Promise<EventInput[]> {
  const events: EventInput[] = [];
  for await (const event of madeUpCompany({ seed, endMs })) events.push(event);
  return events;
}

test('every event of the made-up company is one that Vigie takes, none in the future, each id once', async () => {
  const events = await eventsOf(1);
  const problems = events.flatMap((event) => {
    const checked = completeEvent(event, { source: 'x', tenant: 'default', nowMs: endMs });
    return checked.ok ? [] : [checked.problem];
  });
  expect(problems).toEqual([]);
  expect(events.filter(({ time }) => Number(time) > endMs)).toEqual([]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThanOrEqual(8);
});

test('the same seed gives the same company, another one another', async () => {
  expect(await eventsOf(1)).toEqual(await eventsOf(1));
  expect(await eventsOf(2)).not.toEqual(await eventsOf(1));
});
