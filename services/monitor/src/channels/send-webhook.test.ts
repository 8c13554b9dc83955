import { webhookSecret } from '@vigie/alerting';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { answering, closeReceivers, notification, receive, type Receiver } from './receiver.fixture.ts';
import { createWebhookSender } from './send-webhook.ts';

const older = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const newer = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const strange = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
afterEach(closeReceivers);

async function deliver(secrets: readonly string[], times = 1): Promise<Receiver['received']> {
  const { url, received } = await receive(answering(204));
  let nowMs = Date.now();
  const clock = () => nowMs;
  const send = createWebhookSender({ url, allowPrivateHosts: ['127.0.0.1'], clock, secrets: secrets.map(webhookSecret) });
  for (let attempt = 0; attempt < times; attempt++) {
    expect(await send(notification)).toEqual({ kind: 'sent' });
    nowMs += 10_000;
  }
  return received;
}

const headersOf = ({ headers }: Receiver['received'][number]) => ({
  'webhook-id': String(headers['webhook-id']),
  'webhook-timestamp': String(headers['webhook-timestamp']),
  'webhook-signature': String(headers['webhook-signature']),
});

test('the library of Standard Webhooks accepts what is sent', async () => {
  const [request] = await deliver([older]);
  expect(new Webhook(older).verify(request!.body, headersOf(request!))).toEqual(JSON.parse(notification.body));
});

test('while secrets rotate, receivers with the old one and with the new one accept, and no other', async () => {
  const [request] = await deliver([newer, older]);
  const headers = headersOf(request!);
  for (const secret of [older, newer]) expect(() => new Webhook(secret).verify(request!.body, headers)).not.toThrow();
  expect(() => new Webhook(strange).verify(request!.body, headers)).toThrow('No matching signature');
  expect(() => new Webhook(older).verify(`${request!.body} `, headers)).toThrow('No matching signature');
});

test('every attempt has the same id and body, and a timestamp and signature of its own', async () => {
  const [first, second] = await deliver([older], 2);
  expect(second!.headers['webhook-id']).toBe(notification.id);
  expect(second!.body).toBe(first!.body);
  expect(Number(second!.headers['webhook-timestamp']) - Number(first!.headers['webhook-timestamp'])).toBe(10);
  expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
});

test('without a secret nothing is signed', async () => {
  const [request] = await deliver([]);
  expect(Object.keys(request!.headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
});
