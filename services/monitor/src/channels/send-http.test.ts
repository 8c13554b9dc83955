import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { retryAfterMs } from './judge-answer.ts';
import { systemNetwork } from './network.ts';
import { answering, closeReceivers, notification, receive } from './receiver.fixture.ts';
import { createHttpSender, type HttpOptions } from './send-http.ts';
import { localhostTls, otherHostTls } from './tls.fixture.ts';

const nowMs = Date.UTC(2026, 10, 22, 10);
afterEach(() => {
  closeReceivers();
  setDefaultCACertificates([]);
});

const senderOf = (url: string, over: Partial<HttpOptions> = {}) =>
  createHttpSender(
    { url, allowPrivateHosts: ['127.0.0.1', 'localhost'], clock: () => nowMs, timeoutMs: 300, ...over },
    { requestOf: ({ body }) => ({ body }), secrets: ['routing-key-0123456789'] },
  );
const sendTo = async (handler: RequestListener) => senderOf((await receive(handler)).url)(notification);

describe('what an answer means', () => {
  test.each([
    [200, 'sent'],
    [202, 'sent'],
    [204, 'sent'],
    [301, 'dead'],
    [307, 'dead'],
    [400, 'dead'],
    [401, 'dead'],
    [404, 'dead'],
    [413, 'dead'],
    [410, 'disabled'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [599, 'retry'],
  ])('%i is %s', async (status, kind) => {
    expect((await sendTo(answering(status))).kind).toBe(kind);
  });
  test('a redirect is not followed', async () => {
    const target = await receive(answering(200));
    expect(await sendTo(answering(302, { location: target.url }))).toMatchObject({
      kind: 'dead',
      reason: expect.stringContaining('redirects are not followed'),
    });
    expect(target.received).toEqual([]);
  });
  test('Retry-After is handed on, as seconds, with decimals and as a date', async () => {
    expect(await sendTo(answering(429, { 'retry-after': '120' }))).toMatchObject({ retryAfterMs: 120_000 });
    expect(await sendTo(answering(503, { 'retry-after': 'Sun, 22 Nov 2026 10:01:00 GMT' }))).toMatchObject({ retryAfterMs: 60_000 });
    expect(retryAfterMs('0.35', nowMs)).toBe(350);
    expect(retryAfterMs('soon', nowMs)).toBeNull();
    expect(retryAfterMs('Sun, 22 Nov 2026 09:00:00 GMT', nowMs)).toBe(0);
  });
});

describe('what a network does', () => {
  test('the body arrives as it is, on a connection of its own per attempt', async () => {
    const receiver = await receive(answering(204, { connection: 'keep-alive' }));
    const send = senderOf(receiver.url);
    expect([await send(notification), await send(notification)]).toEqual([{ kind: 'sent' }, { kind: 'sent' }]);
    expect(receiver.received.map(({ body }) => body)).toEqual([notification.body, notification.body]);
    expect(receiver.received[0]!.headers).toMatchObject({ 'content-type': 'application/json', connection: 'close' });
  });
  test('a connection that is reset, refused or silent is tried again', async () => {
    expect(await sendTo((request) => request.socket.destroy())).toMatchObject({ kind: 'retry', reason: 'no connection (ECONNRESET)' });
    expect(await sendTo(() => {})).toMatchObject({ kind: 'retry', reason: 'no answer in time' });
    const { url } = await receive(answering(200));
    closeReceivers();
    expect(await senderOf(url)(notification)).toMatchObject({ kind: 'retry', reason: 'no connection (ECONNREFUSED)' });
  });
  test('a server that speaks no HTTP is tried again', async () => {
    const server = createServer((socket) => socket.end('220 mail ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    expect((await senderOf(`http://127.0.0.1:${port}/`)(notification)).kind).toBe('retry');
    server.close();
  });
  test('a look-up that never ends is given up in time', async () => {
    const never = () => new Promise<never>(() => undefined);
    const network = { ...systemNetwork, resolve: never };
    const result = await senderOf('https://ops.example.org/', { network, timeoutMs: 50 })(notification);
    expect(result).toMatchObject({ kind: 'retry', reason: 'no answer in time' });
  });
  test('an answer without end is cut at 4 KB and counts by its status', async () => {
    const result = await sendTo((_request, response) => {
      response.writeHead(500);
      const more = setInterval(() => response.write('x'.repeat(2000)), 1);
      response.on('close', () => clearInterval(more));
    });
    expect(result).toMatchObject({ kind: 'retry', reason: expect.stringContaining('the receiver answered 500') });
  });
  test('a body that drips past the deadline counts by its status: the receiver has it', async () => {
    const result = await sendTo((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      const more = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(more));
    });
    expect(result).toEqual({ kind: 'sent' });
  });
  test('headers that never end are given up in time', async () => {
    const result = await sendTo((request) => {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      const more = setInterval(() => request.socket.write('x-a: b\r\n'), 20);
      request.socket.on('close', () => clearInterval(more));
    });
    expect(result).toMatchObject({ kind: 'retry', reason: 'no answer in time' });
  });
  test('a reset after the status counts by the status', async () => {
    const result = await sendTo((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x');
      setImmediate(() => request.socket.destroy());
    });
    expect(result).toEqual({ kind: 'sent' });
  });
});

describe('TLS', () => {
  test('a certificate that signs itself is refused, and the reason says what to do', async () => {
    const receiver = await receive(answering(200), localhostTls);
    expect(await senderOf(receiver.url)(notification)).toMatchObject({
      kind: 'retry',
      reason: expect.stringMatching(/DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/),
    });
    expect(receiver.received).toEqual([]);
  });
  test('one whose authority is known is accepted, by address and by name', async () => {
    setDefaultCACertificates([localhostTls.cert]);
    const receiver = await receive(answering(200), localhostTls);
    expect(await senderOf(receiver.url)(notification)).toEqual({ kind: 'sent' });
    expect(await senderOf(`https://localhost:${receiver.port}/`)(notification)).toEqual({ kind: 'sent' });
  });
  test('one for another host is refused', async () => {
    setDefaultCACertificates([otherHostTls.cert]);
    const receiver = await receive(answering(200), otherHostTls);
    expect(await senderOf(receiver.url)(notification)).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('for another host'),
    });
    expect(receiver.received).toEqual([]);
  });
  test('plain http behind an https URL is tried again', async () => {
    const receiver = await receive(answering(200));
    expect((await senderOf(receiver.url.replace('http:', 'https:'))(notification)).kind).toBe('retry');
  });
});

describe('secrets', () => {
  test('an answer that repeats the path or a key does not carry them into the reason', async () => {
    const result = await sendTo((request, response) =>
      response.writeHead(404).end(`Cannot POST ${request.url} with routing-key-0123456789, channel T0123456789`),
    );
    expect(result).toEqual({
      kind: 'dead',
      reason: 'the receiver refused with 404: "Cannot POST (not shown) with (not shown), channel (not shown)"',
    });
  });
  test('one that would be cut in half by the length of a reason is taken out before, and one that comes back decoded too', async () => {
    const cut = await sendTo((_request, response) => response.writeHead(404).end(`${'x'.repeat(190)}routing-key-0123456789`));
    expect(JSON.stringify(cut)).not.toContain('routing-k');
    const receiver = await receive((request, response) => response.writeHead(404).end(decodeURIComponent(request.url ?? '')));
    const decoded = await senderOf(`${receiver.url}/s%C3%A9cret%20token`)(notification);
    expect(JSON.stringify(decoded)).not.toContain('sécret');
  });
  test.each([
    ['plain http to a host that is not allowed', 'http://ops.example.org/'],
    ['user and password', 'https://user:secret-token@ops.example.org/'],
    ['a private address', 'https://127.0.0.1:1/secret-token'],
    ['no URL', 'secret-token'],
  ])('%s: no connection, and the URL is not in the reason', async (_name, url) => {
    const result = await senderOf(url, { allowPrivateHosts: [] })(notification);
    expect(result.kind).toBe('retry');
    expect(JSON.stringify(result)).not.toContain('secret-token');
  });
});
