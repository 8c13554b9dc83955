import { createServer, type RequestListener, type Server } from 'node:http';
import { verifyWebhook, webhookSecret, type Notification } from '@vigie/alerting';
import { afterEach, describe, expect, test } from 'vitest';
import { createWebhookSender, retryAfterMs, type WebhookOptions } from './send-webhook.ts';

const secret = webhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const nowMs = Date.UTC(2026, 10, 22, 10);
const notification: Notification = {
  id: 'msg_1',
  channel: 'hook',
  kind: 'firing',
  episode: 'e',
  transition: 't',
  body: '{"type":"alert.firing","text":"Résiliations 🙂"}',
  text: 'text',
};
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return `http://127.0.0.1:${address.port}/hook`;
}
const senderOf = (url: string, over: Partial<WebhookOptions> = {}) =>
  createWebhookSender({
    channel: { url, allowPrivateHosts: ['127.0.0.1'] },
    secrets: [secret],
    clock: () => nowMs,
    timeoutMs: 300,
    ...over,
  });
const sendTo = async (handler: RequestListener) => senderOf(await listen(handler))(notification);
const answering =
  (status: number, headers: Record<string, string> = {}, text = ''): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(text);

const lookup: WebhookOptions['lookup'] = (host, _options, callback) => callback(new Error(`refused ${host}`), []);

describe('createWebhookSender', () => {
  test('what arrives is the body, with a signature that its secret verifies', async () => {
    let isValid = false;
    let seen = '';
    const result = await sendTo((request, response) => {
      request.on('data', (chunk: Buffer) => (seen += chunk.toString('utf8')));
      request.on('end', () => {
        isValid = verifyWebhook({ headers: request.headers, body: seen }, secret, { nowMs });
        response.writeHead(204).end();
      });
    });
    expect(result).toEqual({ kind: 'sent' });
    expect(seen).toBe(notification.body);
    expect(isValid).toBe(true);
  });

  test.each([
    [200, 'sent'],
    [204, 'sent'],
    [301, 'dead'],
    [307, 'dead'],
    [400, 'dead'],
    [401, 'dead'],
    [404, 'dead'],
    [410, 'dead'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
  ])('%i is %s', async (status, kind) => {
    expect((await sendTo(answering(status))).kind).toBe(kind);
  });

  test('a redirect is not followed', async () => {
    let followed = false;
    const target = await listen((_request, response) => {
      followed = true;
      response.writeHead(200).end();
    });
    expect(await sendTo(answering(302, { location: target }))).toMatchObject({
      kind: 'dead',
      reason: expect.stringContaining('redirects are not followed'),
    });
    expect(followed).toBe(false);
  });

  test('Retry-After is handed on, as seconds and as a date', async () => {
    expect(await sendTo(answering(429, { 'retry-after': '120' }))).toMatchObject({ retryAfterMs: 120_000 });
    expect(retryAfterMs('Sun, 22 Nov 2026 10:01:00 GMT', nowMs)).toBe(60_000);
    expect(retryAfterMs('soon', nowMs)).toBeNull();
  });

  test('an answer without end is cut at 4 KB and counts by its status', async () => {
    const result = await sendTo((_request, response) => {
      response.writeHead(500);
      const more = setInterval(() => response.write('x'.repeat(2000)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(result).toMatchObject({ kind: 'retry', reason: expect.stringContaining('the receiver answered 500') });
  });

  test('a connection that is reset, refused or silent is tried again', async () => {
    expect(await sendTo((request) => request.socket.destroy())).toMatchObject({ kind: 'retry', reason: 'no connection (ECONNRESET)' });
    expect(await sendTo(() => {})).toMatchObject({ kind: 'retry', reason: 'no answer in time' });
    const url = await listen(answering(200));
    servers.at(-1)!.close();
    expect(await senderOf(url)(notification)).toMatchObject({ kind: 'retry', reason: 'no connection (ECONNREFUSED)' });
  });

  test('a reset after the status counts by the status: the receiver has it', async () => {
    const result = await sendTo((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x');
      setImmediate(() => request.socket.destroy());
    });
    expect(result).toEqual({ kind: 'sent' });
  });

  test.each([
    ['plain http to a host that is not allowed', 'http://ops.example.org/'],
    ['a private address that is not allowed', 'https://127.0.0.1:1/secret-token'],
    ['an integer that is a private address', 'https://2130706433/secret-token'],
    ['a private IPv6 address', 'https://[::1]/secret-token'],
  ])('%s is never connected to, and the URL is not in the reason', async (_name, url) => {
    const result = await senderOf(url, { channel: { url, allowPrivateHosts: [] } })(notification);
    expect(result.kind).toBe('retry');
    expect(JSON.stringify(result)).toMatch(/expected (https|.* on the open internet)/);
    expect(JSON.stringify(result)).not.toContain('secret-token');
  });

  test('a name that resolves inside is refused when the connection is made', async () => {
    const url = 'https://ops.example.org/secret-token';
    expect(await senderOf(url, { channel: { url, allowPrivateHosts: [] }, lookup })(notification)).toMatchObject({
      kind: 'retry',
      reason: 'refused ops.example.org',
    });
  });
});
