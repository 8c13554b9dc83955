import { expect, test } from 'vitest';
import type { z } from 'zod';
import { encode, eventTypes, examples, jsonSchemas, schemas, type EventType } from './index.ts';
import { compiledTypes } from './registry.ts';

// Written down from the table of types in the project's description of events, not from the code.
const typeNames = `prospect.approached visit.recorded lead.created lead.disqualified deal.stage_entered deal.closed customer.attributed
customer.segment_changed customer.erased user.tier_changed user.activity_recorded subscription.started subscription.changed subscription.paused
subscription.resumed subscription.ended subscription.end_withdrawn invoice.paid invoice.refunded order.placed order.refunded cost.recorded
campaign.interaction_recorded cash.moved cash.balance_reported survey.answered workforce.changed work.logged recording.submitted
artwork.completed artwork.shipped fx.rate_published`.split(/\s+/);

test('every event type is there, and no other', () => {
  expect(eventTypes.toSorted()).toEqual(typeNames.toSorted());
  expect([...compiledTypes.keys()].toSorted()).toEqual(typeNames.toSorted());
});

test('a compiled schema answers as the one it was made from', () => {
  for (const type of eventTypes) {
    const plain: z.ZodType = schemas[type].data;
    const compiled = compiledTypes.get(type)!.data;
    for (const data of [examples[type].data, {}, { ...examples[type].data, currency: 5 }]) {
      expect(compiled.safeParse(data)).toEqual(plain.safeParse(data));
    }
  }
});

test('the instants of a type are the fields that its JSON Schema calls date-time', () => {
  const published = eventTypes.map((type) => [
    type,
    fieldsOf(type).flatMap(([field, schema]) => (schema.format === 'date-time' ? [field] : [])),
  ]);
  expect(eventTypes.map((type) => [type, compiledTypes.get(type)?.instantFields])).toEqual(published);
});

test('every field of every type is described by a sentence', () => {
  const bare = eventTypes.flatMap((type) =>
    fieldsOf(type).flatMap(([field, schema]) => (schema.description?.endsWith('.') ? [] : [`${type} ${field}`])),
  );
  expect(bare).toEqual([]);
});

function fieldsOf(type: EventType): [string, { format?: string; description?: string }][] {
  return Object.entries(Object(jsonSchemas()[type]['properties'] ?? {}));
}

test('encode leaves what is wrong with a time for validation to name', () => {
  const complete = { type: 'customer.erased', subject: 's', id: 'i', source: 'x', data: {} } as const;
  expect(JSON.parse(encode({ ...complete, time: 0 }).value)).toMatchObject({ time: '1970-01-01T00:00:00.000Z', tenantid: 'default' });
  expect(JSON.parse(encode({ ...complete, time: new Date('1999-01-01T00:00:00Z') }).value)).toMatchObject({
    time: '1999-01-01T00:00:00.000Z',
  });
  expect(JSON.parse(encode({ ...complete, time: '2026-03-04T10:15:00+01:00' }).value)).toMatchObject({ time: '2026-03-04T10:15:00+01:00' });
  expect(JSON.parse(encode({ ...complete, time: NaN }).value)).toMatchObject({ time: 'NaN' });
});
