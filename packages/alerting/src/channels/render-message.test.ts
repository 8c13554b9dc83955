import { describe, expect, test } from 'vitest';
import type { Message, Notification } from '../announce/types.ts';
import type { EmailBody } from './render-email.ts';
import { channels, messages } from './messages.fixture.ts';
import { renderMessage } from './render-message.ts';

const channelNames = Object.keys(channels) as (keyof typeof channels)[];
const messageNames = Object.keys(messages) as (keyof typeof messages)[];
const all = channelNames.flatMap((channel) => messageNames.map((message) => [channel, message] as const));

const render = (channel: keyof typeof channels, message: keyof typeof messages | Message) =>
  renderMessage(typeof message === 'string' ? messages[message] : message, channels[channel]);
/** The fields that a test looks at are named by its expectations. */
const bodyOf = (notification: Notification | undefined) => JSON.parse(notification!.body) as never;

/** Long lists are shown by their first two. */
function abridged(value: unknown): unknown {
  if (Array.isArray(value))
    return value.length > 30 ? [...value.slice(0, 2).map(abridged), `(${value.length - 2} more)`] : value.map(abridged);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, abridged(one)]));
}

describe('golden payloads', () => {
  test.each(all)('%s, %s', async (channel, message) => {
    const shown = render(channel, message).map((notification) => ({
      ...notification,
      text: notification.text.split('\n'),
      body: notification.body === '' ? '' : bodyOf(notification),
    }));
    await expect(`${JSON.stringify(abridged(shown), null, 2)}\n`).toMatchFileSnapshot(`golden/${channel}-${message}.json`);
  });
});

describe('every channel', () => {
  test.each(all)('%s, %s: the same bytes again, ids of their own, and every transition in one', (channel, message) => {
    const notifications = render(channel, message);
    expect(render(channel, message)).toEqual(notifications);
    expect(new Set(notifications.map(({ id }) => id)).size).toBe(notifications.length);
    const told = messages[message].alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id));
    expect(notifications.flatMap(({ transitions }) => transitions)).toEqual(told);
  });
  test.each(all)('%s, %s: the text for people has at most 20 alerts and no controls', (channel, message) => {
    for (const { text } of render(channel, message)) {
      expect(text.split('\n').filter((line) => /^\[(FIRING|RESOLVED|ESCALATED)/.test(line)).length).toBeLessThanOrEqual(20);
      // oxlint-disable-next-line no-control-regex -- these must not be there
      expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
    }
  });
  test('a large group says how many are not listed', () => {
    for (const channel of ['log', 'slack', 'discord', 'teams', 'email'] as const)
      expect(JSON.stringify(render(channel, 'group'))).toContain('and 37 more');
  });
  test('a broken summary falls back to the built-in text', () => {
    expect(render('log', 'hostile')[0]!.text).toContain('is 182.40 EUR (limit 180 EUR) over 7d to 2026-11-22T10:00:00Z');
  });
});

describe('Slack', () => {
  test.each(messageNames)('%s: within the limits of Block Kit, and nothing opens a mention or a link but the runbook', (message) => {
    const body: { text: string; blocks: { type: string; text?: { type: string; text: string }; elements?: unknown[] }[] } = bodyOf(
      render('slack', message)[0],
    );
    expect(body.blocks.length).toBeLessThanOrEqual(50);
    for (const { type, text } of body.blocks) {
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(type === 'header' ? 150 : 3_000);
      expect((text?.text ?? '').replaceAll('<https://wiki.example.org/cac?topic=paid&amp;view=full|Runbook>', '')).not.toMatch(
        /[<>]|&(?!amp;|lt;|gt;)/,
      );
    }
    expect(body.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    expect(body.text.length).toBeLessThanOrEqual(4_000);
  });
});

describe('Discord', () => {
  test.each(messageNames)('%s: within its limits, and nobody is mentioned', (message) => {
    const body: {
      content: string;
      allowed_mentions: unknown;
      embeds: { title?: string; description: string; footer?: { text: string } }[];
    } = bodyOf(render('discord', message)[0]);
    expect(body.allowed_mentions).toEqual({ parse: [] });
    expect(body.content.length).toBeLessThanOrEqual(2_000);
    expect(body.embeds).toHaveLength(1);
    const { title = '', description, footer } = body.embeds[0]!;
    expect(description.length).toBeLessThanOrEqual(4_096);
    expect(title.length + description.length + (footer?.text.length ?? 0)).toBeLessThanOrEqual(6_000);
    expect(`${body.content}${description}`).not.toMatch(/(?<!\\)[*_`~|<@]/);
  });
});

describe('Teams', () => {
  const lines = {
    ...messages.group,
    alerts: messages.group.alerts.map((alert) => ({
      ...alert,
      record: { ...alert.record, rule: { ...alert.record.rule, summary: '漢'.repeat(1_000) } },
    })),
  };
  test.each([...messageNames, lines])('at most 24 KB, with a count of what is left out', (message) => {
    const [notification] = render('teams', message);
    expect(Buffer.byteLength(notification!.body)).toBeLessThanOrEqual(24 * 1024);
  });
  test('lines that do not fit are counted with the others', () => {
    const body = render('teams', lines)[0]!.body;
    const shownCount =
      body.split('漢漢漢'.repeat(10)).length > 1
        ? (JSON.parse(body) as { attachments: { content: { body: unknown[] } }[] }).attachments[0]!.content.body.length - 2
        : 0;
    expect(shownCount).toBeGreaterThan(3);
    expect(body).toContain(`and ${57 - shownCount} more`);
  });
});

describe('PagerDuty', () => {
  test.each(messageNames)('%s: one event per alert, whose key is the episode, within the limits', (message) => {
    const notifications = render('pagerduty', message);
    expect(notifications).toHaveLength(messages[message].alerts.length);
    for (const [index, notification] of notifications.entries()) {
      const event: { event_action: string; dedup_key: string; payload?: { summary: string; severity: string } } = bodyOf(notification);
      expect(event.dedup_key).toBe(messages[message].alerts[index]!.record.transition.episode);
      expect(event.event_action).toBe(message === 'resolved' ? 'resolve' : 'trigger');
      expect(event.payload?.summary.length ?? 1).toBeLessThanOrEqual(1_024);
      expect(['critical', 'error', 'warning', 'info', undefined]).toContain(event.payload?.severity);
      expect(Buffer.byteLength(notification.body)).toBeLessThan(512 * 1024);
      expect(notification.queue).toBe(`${messages[message].lane.channel}:${event.dedup_key}`);
    }
  });
  test('what has no news is not sent, but in a repeat', () => {
    const [first, second, ...others] = messages.group.alerts;
    const message = { ...messages.group, alerts: [first!, { ...second!, transitions: [] }, ...others] };
    expect(render('pagerduty', message)).toHaveLength(56);
    expect(render('pagerduty', 'repeat')).toHaveLength(1);
  });
  test('an end in a message that tells of a firing is an end', () => {
    const [first, second, ...others] = messages.group.alerts;
    const message = { ...messages.group, alerts: [first!, { ...second!, status: 'resolved' as const }, ...others] };
    expect(message.kind).toBe('firing');
    const kinds = render('pagerduty', message).map(({ kind }) => kind);
    expect([kinds[0], kinds[1], kinds[2]]).toEqual(['firing', 'resolved', 'firing']);
    expect(render('slack', message)[0]?.kind).toBe('firing');
  });
});

describe('Alertmanager', () => {
  interface Alert {
    labels: Record<string, string>;
    startsAt: string;
    endsAt: string;
  }
  test.each(messageNames)('%s: names and values of labels are what it takes', (message) => {
    const alerts: Alert[] = bodyOf(render('alertmanager', message)[0]);
    for (const { labels, startsAt, endsAt } of alerts) {
      expect(labels['alertname']).toBe('cac-by-channel');
      for (const [name, value] of Object.entries(labels))
        expect([name, value]).toEqual([expect.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]*$/), expect.stringMatching(/[^]/)]);
      expect(Date.parse(endsAt)).toBeGreaterThanOrEqual(Date.parse(startsAt));
    }
  });
  test('a firing alert ends three resends ahead, a resolved one with its window', () => {
    const [firing]: Alert[] = bodyOf(render('alertmanager', 'firing')[0]);
    // Put together at 10:00:30, sent again every minute.
    expect(firing).toMatchObject({ startsAt: '2026-11-22T10:00:00Z', endsAt: '2026-11-22T10:03:30Z' });
    const [resolved]: Alert[] = bodyOf(render('alertmanager', 'resolved')[0]);
    expect(resolved).toMatchObject({ startsAt: '2026-11-22T05:00:00Z', endsAt: '2026-11-22T10:00:00Z' });
  });
  test('another severity is another alert there: the one before is ended', () => {
    const alerts: Alert[] = bodyOf(render('alertmanager', 'changed')[0]);
    expect(alerts.map(({ labels, endsAt }) => [labels['severity'], endsAt])).toEqual([
      ['warning', '2026-11-22T10:00:00Z'],
      ['critical', '2026-11-22T10:03:30Z'],
    ]);
    const again = { ...messages.changed, alerts: messages.changed.alerts.map((alert) => ({ ...alert, transitions: [] })) };
    expect(bodyOf(render('alertmanager', again)[0])).toHaveLength(1);
  });
});

describe('e-mail', () => {
  const mailOf = (message: keyof typeof messages | Message): EmailBody => bodyOf(render('email', message)[0]);
  test('no line break reaches the subject, and no markup the HTML', () => {
    const { subject, html } = mailOf('hostile');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(subject.length).toBeLessThanOrEqual(200);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });
  test('Message-ID comes from the notification, and mails of one episode share a thread', () => {
    expect(mailOf('firing').messageId).toBe(`<${messages.firing.id}@example.org>`);
    expect(mailOf('changed').references).toBe(mailOf('firing').references);
    expect(mailOf('group').references).not.toBe(mailOf('firing').references);
    expect(mailOf('firing').references).toMatch(/^<thread_[0-9a-f]{32}@example\.org>$/);
  });
});

describe('large groups for machines', () => {
  test('are several bodies of at most 100 alerts, every alert in one', () => {
    const many = { ...messages.group, alerts: Array.from({ length: 230 }, (_, index) => messages.group.alerts[index % 57]!) };
    for (const channel of ['webhook', 'webhook-alertmanager', 'kafka', 'alertmanager'] as const) {
      const notifications = render(channel, many);
      expect(notifications.reduce((count, { transitions }) => count + transitions.length, 0)).toBe(230);
      expect(Math.max(...notifications.map(({ transitions }) => transitions.length))).toBeLessThanOrEqual(100);
      expect(new Set(notifications.map(({ id }) => id)).size).toBe(notifications.length);
      expect(notifications[0]!.id).toBe(many.id);
    }
  });
});
