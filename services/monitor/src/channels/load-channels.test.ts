import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from '@vigie/alerting';
import { createKafka } from '@vigie/kafka';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadChannels } from './load-channels.ts';
import { answering, closeReceivers, notification, receive } from './receiver.fixture.ts';

const base = { allowPrivateHosts: ['127.0.0.1'], fallback: null };
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const folder = mkdtempSync(join(tmpdir(), 'vigie-channels-'));
const file = join(folder, 'hook');
beforeAll(() => writeFileSync(file, `${secret}\n`));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeReceivers);

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
let openedCount = 0;
const load = (
  channels: readonly Channel[],
  env: Record<string, string> = {},
  logger: Parameters<typeof loadChannels>[1]['logger'] = quiet,
) =>
  loadChannels(channels, {
    ...{ env, logger, clock: Date.now },
    openKafka: () => {
      openedCount += 1;
      return createKafka({ connection: { brokers: ['127.0.0.1:1'] }, clientId: 'test', logger: quiet });
    },
  });

const all: readonly Channel[] = [
  { ...base, name: 'log', type: 'log' },
  {
    ...base,
    name: 'hook',
    type: 'webhook',
    url: { text: 'https://ops.example.org/' },
    secrets: [{ file }, { env: 'HOOK' }],
    format: 'standard',
  },
  { ...base, name: 'am-hook', type: 'webhook', url: { env: 'AM_HOOK' }, secrets: [], format: 'alertmanager' },
  { ...base, name: 'slack', type: 'slack', url: { env: 'SLACK' } },
  { ...base, name: 'teams', type: 'teams', url: { env: 'TEAMS' } },
  { ...base, name: 'discord', type: 'discord', url: { env: 'DISCORD' } },
  { ...base, name: 'pager', type: 'pagerduty', routingKey: { env: 'PAGER' }, url: 'https://events.pagerduty.com/v2/enqueue' },
  { ...base, name: 'am', type: 'alertmanager', url: 'https://am.example.org', resendMs: 60_000 },
  {
    ...{
      ...base,
      name: 'mail',
      type: 'email',
      host: 'mail.example.org',
      port: 587,
      tls: 'starttls',
      from: 'v@example.org',
      to: ['a@example.org'],
    },
    ...{ user: 'vigie', password: { env: 'MAIL' } },
  },
  { ...base, name: 'topic', type: 'kafka', topic: 'alerts' },
];
const url = 'https://hooks.example.org/services/T0001/secret-token';
const env = { HOOK: secret, AM_HOOK: url, SLACK: url, TEAMS: url, DISCORD: url, PAGER: '0123456789abcdef0123456789abcdef', MAIL: 'pass' };

describe('loadChannels', () => {
  test('makes a sender of every channel', () => {
    expect([...load(all, env).keys()]).toEqual(all.map(({ name }) => name));
  });
  test('opens Kafka for a channel that needs it only', () => {
    openedCount = 0;
    load(
      all.filter(({ type }) => type !== 'kafka'),
      env,
    );
    expect(openedCount).toBe(0);
  });
  test('names every secret that is missing or malformed at once, and shows none', () => {
    const wrong = {
      ...env,
      HOOK: 'whsec_c2hvcnQ-secret-token',
      SLACK: 'http://hooks.example.org/secret-token',
      TEAMS: '',
      PAGER: 'secret-token',
    };
    const missing: Channel = {
      ...base,
      name: 'lost',
      type: 'webhook',
      url: { text: url },
      secrets: [{ file: join(folder, 'none') }],
      format: 'standard',
    };
    let said = '';
    try {
      load([...all, missing], wrong);
    } catch (error) {
      said = String(error);
    }
    for (const name of ['hook, HOOK', 'slack, SLACK', 'teams, TEAMS', 'pager, PAGER', `lost, ${join(folder, 'none')}`])
      expect(said).toContain(`channel ${name}: `);
    expect(said).not.toContain('secret-token');
    expect(said).not.toContain('DISCORD');
  });
  test('a secret from a file may end with a line break, and a URL too', async () => {
    const receiver = await receive(answering(200, {}, 'ok'));
    const senders = load(
      [
        { ...base, name: 'hook', type: 'webhook', url: { text: receiver.url }, secrets: [{ file }], format: 'standard' },
        { ...base, name: 'slack', type: 'slack', url: { env: 'SLACK' } },
      ],
      { SLACK: `${receiver.url}\n` },
    );
    for (const name of ['hook', 'slack']) expect(await senders.get(name)!(notification)).toEqual({ kind: 'sent' });
    expect(receiver.received[0]!.headers['webhook-signature']).toMatch(/^v1,/);
  });
  test('the log gets firing as a warning and resolved as information', async () => {
    const lines: unknown[] = [];
    const send = load(
      [all[0]!],
      {},
      {
        warn: (...line: unknown[]) => void lines.push(['warn', ...line]),
        info: (...line: unknown[]) => void lines.push(['info', ...line]),
      },
    ).get('log')!;
    await send(notification);
    await send({ ...notification, kind: 'resolved' });
    expect(lines).toEqual([
      ['warn', { notification: 'msg_1', kind: 'firing', transitions: ['t'], episodes: ['e'] }, 'text'],
      ['info', { notification: 'msg_1', kind: 'resolved', transitions: ['t'], episodes: ['e'] }, 'text'],
    ]);
  });
});
