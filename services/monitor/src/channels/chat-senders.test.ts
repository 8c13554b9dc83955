import { afterEach, describe, expect, test } from 'vitest';
import { answering, closeReceivers, notification, receive } from './receiver.fixture.ts';
import { createAlertmanagerSender } from './send-alertmanager.ts';
import { createDiscordSender } from './send-discord.ts';
import type { HttpOptions } from './send-http.ts';
import { createPagerDutySender } from './send-pagerduty.ts';
import { createSlackSender } from './send-slack.ts';
import { createTeamsSender } from './send-teams.ts';
import type { Send } from './send.ts';
import { spaced } from './spaced.ts';

afterEach(closeReceivers);

async function answerOf(create: (options: HttpOptions) => Send, ...answer: Parameters<typeof answering>) {
  const receiver = await receive(answering(...answer));
  const send = create({ url: receiver.url, allowPrivateHosts: ['127.0.0.1'], clock: () => 0, timeoutMs: 1_000 });
  return { result: await send(notification), ...receiver };
}

describe('Slack', () => {
  test('has taken a message when it says ok, and not when something between says 200', async () => {
    expect((await answerOf(createSlackSender, 200, {}, 'ok')).result).toEqual({ kind: 'sent' });
    expect((await answerOf(createSlackSender, 200, {}, '<html>Log in to this network')).result).toMatchObject({ kind: 'retry' });
  });
  // The words are those that Slack documents for incoming webhooks.
  test.each([
    [400, 'invalid_payload', 'dead'],
    [403, 'action_prohibited', 'dead'],
    [404, 'channel_not_found', 'dead'],
    [410, 'channel_is_archived', 'disabled'],
    [500, 'rollup_error', 'retry'],
  ])('%i %s is %s', async (status, text, kind) => {
    expect((await answerOf(createSlackSender, status, {}, text)).result).toMatchObject({ kind, reason: expect.stringContaining(text) });
  });
  test('a 429 is waited out as it asks', async () => {
    expect((await answerOf(createSlackSender, 429, { 'retry-after': '30' }, '')).result).toMatchObject({
      kind: 'retry',
      retryAfterMs: 30_000,
    });
  });
});

describe('Discord', () => {
  test('a 429 is waited out as its JSON and its header ask, whichever is longer', async () => {
    const body = JSON.stringify({ message: 'You are being rate limited.', retry_after: 64.57, global: false });
    expect((await answerOf(createDiscordSender, 429, {}, body)).result).toMatchObject({ kind: 'retry', retryAfterMs: 64_570 });
    expect((await answerOf(createDiscordSender, 429, { 'retry-after': '65' }, body)).result).toMatchObject({ retryAfterMs: 65_000 });
    expect((await answerOf(createDiscordSender, 429, { 'retry-after': '0.5' }, 'no JSON')).result).toMatchObject({ retryAfterMs: 500 });
  });
  test('204 is there; a webhook that was deleted is a dead letter', async () => {
    expect((await answerOf(createDiscordSender, 204)).result).toEqual({ kind: 'sent' });
    expect((await answerOf(createDiscordSender, 404, {}, '{"message": "Unknown Webhook", "code": 10015}')).result).toMatchObject({
      kind: 'dead',
    });
  });
});

describe('Teams', () => {
  test('202 is there, and a 200 that says that it failed is tried again', async () => {
    expect((await answerOf(createTeamsSender, 202)).result).toEqual({ kind: 'sent' });
    const failed = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429';
    expect((await answerOf(createTeamsSender, 200, {}, failed)).result).toMatchObject({ kind: 'retry' });
  });
});

describe('PagerDuty', () => {
  const routingKey = '0123456789abcdef0123456789abcdef';
  const create = (options: HttpOptions) => createPagerDutySender({ ...options, routingKey });
  test('the routing key is put into the event when it is sent', async () => {
    const { result, received } = await answerOf(create, 202, {}, '{"status":"success"}');
    expect(result).toEqual({ kind: 'sent' });
    expect(JSON.parse(received[0]!.body)).toEqual({ routing_key: routingKey, ...JSON.parse(notification.body) });
  });
  test('an event that it finds invalid is a dead letter, without the key; a limit or a fault is tried again', async () => {
    const invalid = `{"status":"invalid event","errors":["routing_key ${routingKey} is unknown"]}`;
    const { result } = await answerOf(create, 400, {}, invalid);
    expect(result).toMatchObject({ kind: 'dead', reason: expect.stringContaining('invalid event') });
    expect(JSON.stringify(result)).not.toContain(routingKey);
    expect((await answerOf(create, 429)).result.kind).toBe('retry');
    expect((await answerOf(create, 503)).result.kind).toBe('retry');
  });
});

describe('Alertmanager', () => {
  test('alerts go to /api/v2/alerts below its URL, with or without a slash at its end', async () => {
    const receiver = await receive(answering(200));
    for (const url of [`http://127.0.0.1:${receiver.port}`, `http://127.0.0.1:${receiver.port}/am/`])
      await createAlertmanagerSender({ url, allowPrivateHosts: ['127.0.0.1'], clock: () => 0 })(notification);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/api/v2/alerts', '/am/api/v2/alerts']);
  });
});

describe('spaced', () => {
  test('one message per second goes out, none is lost, and nobody waits longer than a claim is held', async () => {
    let nowMs = 50_000;
    const waits: number[] = [];
    const send = spaced(async () => ({ kind: 'sent' }), {
      ...{ intervalMs: 1_000, waitMsMax: 5_000, clock: () => nowMs },
      wait: async (ms) => void waits.push(ms),
    });
    const results = await Promise.all(Array.from({ length: 8 }, () => send(notification)));
    expect(waits).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(results.map(({ kind }) => kind)).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'retry', 'retry']);
    expect(results[6]).toMatchObject({ retryAfterMs: 6_000 });
    nowMs += 6_000;
    expect(await send(notification)).toEqual({ kind: 'sent' });
    expect(waits).toHaveLength(5);
  });
  test('a clock that is set back does not stop it', async () => {
    let nowMs = 1_000_000;
    const send = spaced(async () => ({ kind: 'sent' }), { intervalMs: 1_000, waitMsMax: 5_000, clock: () => nowMs, wait: async () => {} });
    await send(notification);
    nowMs = 0;
    expect(await send(notification)).toEqual({ kind: 'sent' });
  });
});
