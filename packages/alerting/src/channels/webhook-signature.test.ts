import { describe, expect, test } from 'vitest';
import { signWebhook, verifyWebhook, webhookSecret } from './webhook-signature.ts';

/** The vector that the Standard Webhooks libraries publish in their own tests. */
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampMs: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const { id, timestampMs, body } = vector;

describe('signWebhook', () => {
  test('gives the published signature', () => {
    expect(signWebhook({ id, timestampMs, body, secrets: [webhookSecret(vector.secret)] })).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': vector.signature,
    });
  });

  test('during a rotation both secrets sign, and a receiver with either accepts', () => {
    const secrets = [webhookSecret(other), webhookSecret(vector.secret)];
    const headers = { ...signWebhook({ id, timestampMs, body, secrets }) };
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
    expect(headers['webhook-signature'].split(' ')[1]).toBe(vector.signature);
    for (const secret of secrets) expect(verifyWebhook({ headers, body }, secret, { nowMs: timestampMs })).toBe(true);
  });

  test('half a second does not matter, the timestamp is in whole seconds', () => {
    expect(signWebhook({ id, timestampMs: timestampMs + 999, body, secrets: [webhookSecret(vector.secret)] })['webhook-signature']).toBe(
      vector.signature,
    );
  });
});

describe('verifyWebhook', () => {
  const headers = { 'webhook-id': id, 'webhook-timestamp': '1614265330', 'webhook-signature': vector.signature };
  const secret = webhookSecret(vector.secret);
  const at = { nowMs: timestampMs };

  test('accepts the published vector', () => {
    expect(verifyWebhook({ headers, body }, secret, at)).toBe(true);
  });
  test.each([
    ['another body', { headers, body: `${body} ` }],
    ['another id', { headers: { ...headers, 'webhook-id': 'msg_x' }, body }],
    ['another timestamp', { headers: { ...headers, 'webhook-timestamp': '1614265331' }, body }],
    ['no signature', { headers: { ...headers, 'webhook-signature': undefined }, body }],
    ['a cut signature', { headers: { ...headers, 'webhook-signature': vector.signature.slice(0, 20) }, body }],
    ['another version', { headers: { ...headers, 'webhook-signature': vector.signature.replace('v1', 'v2') }, body }],
  ])('refuses %s', (_name, received) => {
    expect(verifyWebhook(received, secret, at)).toBe(false);
  });
  test('refuses what is older or newer than the tolerance', () => {
    for (const offsetMs of [-301_000, 301_000]) {
      expect(verifyWebhook({ headers, body }, secret, { nowMs: timestampMs + offsetMs })).toBe(false);
    }
  });
  test('refuses another secret', () => {
    expect(verifyWebhook({ headers, body }, webhookSecret(other), at)).toBe(false);
  });
});

describe('webhookSecret', () => {
  test.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'not base64 at all!', `whsec_${'A'.repeat(88)}`])('refuses %j without showing it', (text) => {
    expect(() => webhookSecret(text)).toThrow('Expected a webhook secret');
    const shown = text.length > 6 ? text : 'whsec_AAAA';
    expect(() => webhookSecret(text)).not.toThrow(shown);
  });
  test('takes a secret with a newline behind it, as files have', () => {
    expect(webhookSecret(`${vector.secret}\n`)).toEqual(webhookSecret(vector.secret));
  });
});
