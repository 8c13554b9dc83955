import { expect, test } from 'vitest';
import { createVigieProducer, InvalidEventError } from './index.ts';

// No broker: what is refused here never leaves.
const nowMs = Date.parse('2027-02-01T12:00:00Z');

function offline() {
  return createVigieProducer({ kafka: { brokers: ['127.0.0.1:1'] }, source: 'test', clock: () => nowMs });
}

const order = { order_id: 'o-1', gross_minor: 1000, currency: 'EUR' };

test('a wrong event is refused before it leaves, naming field, expected and found', async () => {
  const producer = offline();
  const wrong = producer.publish({ type: 'order.placed', subject: 'cust-1', data: { ...order, gross_minor: 12.9 } });
  await expect(wrong).rejects.toThrow(InvalidEventError);
  await expect(wrong).rejects.toMatchObject({ reason: 'schema_violation', field: 'data.gross_minor', found: '12.9' });
  await expect(wrong).rejects.toThrow(/order\.placed was not sent: data\.gross_minor: expected an integer.*found 12\.9/);
  expect(producer.pendingCount).toBe(0);
  await producer.close();
});

test.each([
  ['a time too far ahead', { time: nowMs + 16 * 60_000 }, 'time_out_of_range'],
  ['a time that is none', { time: NaN }, 'not_an_envelope'],
  ['an empty subject', { subject: '' }, 'not_an_envelope'],
  ['a tenant in capitals', { tenant: 'Acme' }, 'not_an_envelope'],
  ['an unknown currency', { data: { ...order, currency: 'BTC' } }, 'schema_violation'],
  ['half a surrogate pair', { data: { ...order, channel: '\ud800' } }, 'lone_surrogates'],
  ['a number that JSON turns into null', { data: { ...order, gross_minor: Infinity } }, 'schema_violation'],
  ['more than a megabyte', { data: { ...order, notes: 'x'.repeat(1_000_001) } }, 'too_large'],
  ['a BigInt', { data: { ...order, big: 1n } }, 'bad_json'],
] as const)('%s is refused', async (_name, changes, reason) => {
  const producer = offline();
  await expect(producer.publish({ type: 'order.placed', subject: 'cust-1', data: order, ...changes })).rejects.toMatchObject({
    name: 'InvalidEventError',
    reason,
  });
  await producer.close();
});

test('the compiler refuses what the schema refuses', async () => {
  const producer = offline();
  // @ts-expect-error no such type
  await expect(producer.publish({ type: 'order.teleported', subject: 's', data: {} })).rejects.toMatchObject({ reason: 'unknown_type' });
  // @ts-expect-error no currency
  await expect(producer.publish({ type: 'order.placed', subject: 's', data: { order_id: 'o', gross_minor: 1 } })).rejects.toMatchObject({
    field: 'data.currency',
  });
  await producer.close();
});

test('limits that make no sense are named', () => {
  expect(() => createVigieProducer({ kafka: { brokers: ['127.0.0.1:1'] }, source: 'test', batchCountMax: 0 })).toThrow(
    /batchCountMax: expected an integer from 1 on, found 0/,
  );
});

test('closing twice is closing once, and afterwards nothing is taken', async () => {
  const producer = offline();
  await Promise.all([producer.close(), producer.close()]);
  await expect(producer.publish({ type: 'order.placed', subject: 's', data: order })).rejects.toMatchObject({
    name: 'ProducerClosedError',
  });
});
