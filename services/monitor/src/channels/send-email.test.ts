import { setDefaultCACertificates } from 'node:tls';
import type { EmailBody } from '@vigie/alerting';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { answering, closeReceivers, notification as anyNotification, receive } from './receiver.fixture.ts';
import { createEmailSender, type EmailOptions } from './send-email.ts';
import { localhostTls } from './tls.fixture.ts';

const body: EmailBody = {
  subject: '[FIRING critical] Résiliations 🙂',
  text: 'Churn is 5.12%\n  explain: vigie kpi explain',
  html: '<p>Churn is 5.12%</p>',
  messageId: '<msg_1@example.org>',
  references: '<thread_1@example.org>',
};
const notification = { ...anyNotification, body: JSON.stringify(body) };
const password = 'correct horse battery';

interface Mail {
  readonly raw: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
}
const servers: SMTPServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close(() => undefined);
  closeReceivers();
  setDefaultCACertificates([]);
});

/** A real mail server on 127.0.0.1 that keeps what it gets. */
async function serve(options: SMTPServerOptions = {}): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    ...localhostTls,
    authOptional: true,
    onAuth: (auth, _session, callback) =>
      auth.username === 'vigie' && auth.password === password
        ? callback(null, { user: 'vigie' })
        : callback(Object.assign(new Error(`wrong password ${auth.password}`), { responseCode: 535 })),
    onData: (stream, session, callback) => {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ raw, to, user: session.user, secure: session.secure });
        callback(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return { port: address.port, mails };
}

const senderOf = (port: number, over: Partial<EmailOptions> = {}) =>
  createEmailSender({
    ...{ host: '127.0.0.1', port, tls: 'none', login: null, from: 'Vigie <vigie@example.org>', to: ['a@example.org', 'b@example.org'] },
    allowPrivateHosts: ['127.0.0.1', 'localhost'],
    timeoutMs: 3_000,
    ...over,
  });

/** Fails a command with a code. */
const failing = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode });

describe('a mail', () => {
  test('arrives at all recipients with its id, its thread, text and HTML', async () => {
    const { port, mails } = await serve();
    expect(await senderOf(port)(notification)).toEqual({ kind: 'sent' });
    expect(mails[0]!.to).toEqual(['a@example.org', 'b@example.org']);
    for (const header of [
      'Message-ID: <msg_1@example.org>',
      'In-Reply-To: <thread_1@example.org>',
      'References: <thread_1@example.org>',
      'From: Vigie <vigie@example.org>',
      'Auto-Submitted: auto-generated',
    ])
      expect(mails[0]!.raw).toContain(`${header}\r\n`);
    expect(mails[0]!.raw).toMatch(/Content-Type: text\/plain[^]*Churn is 5\.12%[^]*Content-Type: text\/html[^]*<p>Churn is 5\.12%<\/p>/);
  });
  test('a line break in a subject adds no header, and a path in a body is no file', async () => {
    const { port, mails } = await serve();
    const hostile = { ...body, subject: 'a\r\nBcc: all@example.org\r\n\r\nhello', text: 'file:///etc/passwd', html: '/etc/passwd' };
    expect(await senderOf(port)({ ...notification, body: JSON.stringify(hostile) })).toEqual({ kind: 'sent' });
    const [head] = mails[0]!.raw.split('\r\n\r\n');
    expect(head).not.toMatch(/^bcc:/im);
    expect(mails[0]!.to).toEqual(['a@example.org', 'b@example.org']);
    expect(mails[0]!.raw).not.toContain('root:');
  });
});

describe('TLS and login', () => {
  test('STARTTLS with a certificate of a known authority, then the login', async () => {
    setDefaultCACertificates([localhostTls.cert]);
    const { port, mails } = await serve({ authOptional: false });
    const options = { tls: 'starttls', host: 'localhost', login: { user: 'vigie', password } } as const;
    expect(await senderOf(port, options)(notification)).toEqual({ kind: 'sent' });
    expect(mails[0]).toMatchObject({ secure: true, user: 'vigie' });
  });
  test('TLS from the first byte', async () => {
    setDefaultCACertificates([localhostTls.cert]);
    const { port, mails } = await serve({ secure: true });
    expect(await senderOf(port, { tls: 'implicit' })(notification)).toEqual({ kind: 'sent' });
    expect(mails[0]).toMatchObject({ secure: true });
  });
  test.each(['starttls', 'implicit'] as const)('%s: a certificate that signs itself is refused, and nothing is sent', async (tls) => {
    const { port, mails } = await serve({ secure: tls === 'implicit' });
    expect(await senderOf(port, { tls })(notification)).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('self-signed certificate'),
    });
    expect(mails).toEqual([]);
  });
  test('a server without STARTTLS gets neither the password nor the mail', async () => {
    const { port, mails } = await serve({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const result = await senderOf(port, { tls: 'starttls', login: { user: 'vigie', password } })(notification);
    expect(result.kind).not.toBe('sent');
    expect(mails).toEqual([]);
  });
  test('a wrong password is a dead letter, and is not shown though the server repeats it', async () => {
    setDefaultCACertificates([localhostTls.cert]);
    const { port } = await serve();
    const result = await senderOf(port, { tls: 'starttls', login: { user: 'vigie', password: 'wrong-password-123' } })(notification);
    expect(result).toMatchObject({ kind: 'dead', reason: expect.stringContaining('535') });
    expect(JSON.stringify(result)).not.toContain('wrong-password-123');
  });
});

describe('what a server says', () => {
  test.each([
    [421, 'retry'],
    [450, 'retry'],
    [452, 'retry'],
    [550, 'dead'],
    [552, 'dead'],
    [554, 'dead'],
  ])('%i is %s', async (code, kind) => {
    const { port } = await serve({ onMailFrom: (_address, _session, callback) => callback(failing(code, 'as the test says')) });
    expect(await senderOf(port)(notification)).toMatchObject({ kind, reason: expect.stringContaining(`${code} as the test says`) });
  });
  test.each([
    [450, 'retry'],
    [550, 'dead'],
  ])('one of two recipients is refused with %i: %s, because somebody does not know', async (code, kind) => {
    const { port, mails } = await serve({
      onRcptTo: ({ address }, _session, callback) => callback(address.startsWith('b') ? failing(code, 'no such mailbox') : null),
    });
    expect(await senderOf(port)(notification)).toMatchObject({ kind, reason: expect.stringContaining('1 of 2 recipients were refused') });
    expect(mails[0]!.to).toEqual(['a@example.org']);
  });
  test('no server, one that is silent, and one that speaks another language are tried again', async () => {
    const { port } = await receive(answering(200));
    expect((await senderOf(port, { timeoutMs: 500 })(notification)).kind).toBe('retry');
    closeReceivers();
    expect(await senderOf(port)(notification)).toMatchObject({ kind: 'retry', reason: 'no connection (ECONNREFUSED)' });
    const { port: slow } = await serve({ onConnect: () => undefined });
    expect(await senderOf(slow, { timeoutMs: 200 })(notification)).toMatchObject({ kind: 'retry', reason: 'no answer in time' });
  });
});
