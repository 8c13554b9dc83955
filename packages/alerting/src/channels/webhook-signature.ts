import { createHmac, timingSafeEqual } from 'node:crypto';

/** A signing key, decoded. Made by webhookSecret(), so that a badly copied secret is found at the start and not at the first alert. */
export type WebhookSecret = { readonly key: Uint8Array };

export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

const prefix = 'whsec_';
const keyBytesMin = 24;
const keyBytesMax = 64;

/**
 * Reads a secret as Standard Webhooks writes them: whsec_ and 24 to 64 bytes in base64.
 *
 * Errors   Error that says what does not fit, and never the secret
 */
export function webhookSecret(text: string): WebhookSecret {
  const encoded = text.trim();
  const base64 = encoded.startsWith(prefix) ? encoded.slice(prefix.length) : encoded;
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(base64) && base64.length % 4 === 0;
  const key = isBase64 ? Buffer.from(base64, 'base64') : Buffer.alloc(0);
  if (key.length < keyBytesMin || key.length > keyBytesMax) {
    const found = isBase64 ? `${key.length} bytes` : 'something that is not base64';
    throw new Error(
      `Expected a webhook secret whsec_<base64 of ${keyBytesMin} to ${keyBytesMax} bytes>, found ${found} (not shown). ` +
        `Make one with: echo "whsec_$(openssl rand -base64 32)"`,
    );
  }
  return { key: new Uint8Array(key) };
}

/**
 * Signs one attempt at delivering a body, per Standard Webhooks.
 *
 * Shapes   secrets: one, or two during a rotation; each adds a signature, and a receiver accepts any that it knows
 * Units    timestampMs: epoch ms of this attempt; the id stays the same over all attempts
 */
export function signWebhook(message: { id: string; timestampMs: number; body: string; secrets: readonly WebhookSecret[] }): WebhookHeaders {
  const timestamp = String(Math.floor(message.timestampMs / 1000));
  const signatures = message.secrets.map((secret) => `v1,${hmac(secret, `${message.id}.${timestamp}.${message.body}`).toString('base64')}`);
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/**
 * Whether headers and body come from a holder of the secret, and recently: what a receiver should check.
 *
 * Units    nowMs: epoch ms; toleranceMs: how old or early the timestamp may be (default 5 minutes)
 */
export function verifyWebhook(
  received: { headers: Readonly<Record<string, string | string[] | undefined>>; body: string },
  secret: WebhookSecret,
  { nowMs, toleranceMs = 300_000 }: { nowMs: number; toleranceMs?: number },
): boolean {
  const id = received.headers['webhook-id'];
  const timestamp = received.headers['webhook-timestamp'];
  const signatures = received.headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1000) > toleranceMs) return false;
  const expected = hmac(secret, `${id}.${timestamp}.${received.body}`);
  return signatures.split(' ').some((signature) => {
    const given = signature.startsWith('v1,') ? Buffer.from(signature.slice(3), 'base64') : Buffer.alloc(0);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function hmac(secret: WebhookSecret, content: string): Buffer {
  return createHmac('sha256', secret.key).update(content, 'utf8').digest();
}
