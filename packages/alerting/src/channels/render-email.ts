import { createHash } from 'node:crypto';
import type { Message, Notification } from '../announce/types.ts';
import type { EmailChannel } from '../types.ts';
import { isFiring, notificationOf, outlineOf, type Outline } from './notification.ts';
import { cutText, plainText } from './plain-text.ts';

/** Longer subjects are cut by readers, and folded by servers. */
const subjectLengthMax = 200;

/** What a mail is made of; from, to and the server are the channel's. */
export interface EmailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly references: string;
}

/**
 * Renders a message as a mail.
 *
 * Shapes   body: EmailBody
 * Holds    the subject is one line; the Message-ID is made of the notification's id, so a mail that is sent again is the same mail; every mail
 *          of a group from its oldest firing alert on refers to one thread, whose name is made of that alert's episode
 * Source   RFC 5322 §2.1.1 and §3.6.4
 */
export function renderEmail(message: Message, channel: EmailChannel): readonly Notification[] {
  const outline = outlineOf(message);
  const { text } = notificationOf(message, '');
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(channel.from)?.[1] ?? 'vigie.invalid';
  const body: EmailBody = {
    subject: cutText(plainText(outline.title), subjectLengthMax),
    text,
    html: htmlOf(message, outline),
    messageId: `<${message.id}@${domain}>`,
    references: `<${threadOf(message)}@${domain}>`,
  };
  return [notificationOf(message, JSON.stringify(body))];
}

function threadOf({ alerts, lane }: Message): string {
  const started = alerts
    .map(({ record }) => record.transition)
    .toSorted((a, b) => a.episodeStartedMs - b.episodeStartedMs || (a.episode < b.episode ? -1 : 1));
  const name = JSON.stringify(['thread', lane.id, started[0]?.episode ?? '']);
  return `thread_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

function htmlOf(message: Message, { title, entries, moreCount, held }: Outline): string {
  const color = isFiring(message) ? '#b91c1c' : '#15803d';
  const blocks = entries.map(({ line, why, runbook }) => {
    const link = runbook === null ? [] : [`<a href="${escaped(runbook)}">Runbook</a>`];
    const reasons = [...why.map(escaped), ...link].map((html) => `<br><span style="color:#555">${html}</span>`).join('');
    return `<p style="margin:0 0 12px"><strong>${escaped(line)}</strong>${reasons}</p>`;
  });
  const last = [...(moreCount > 0 ? [`and ${moreCount} more`] : []), ...(held === null ? [] : [held])];
  return [
    '<!doctype html><html><body style="font-family:sans-serif;font-size:14px">',
    `<h2 style="color:${color};font-size:18px">${escaped(title)}</h2>`,
    ...blocks,
    ...last.map((text) => `<p>${escaped(text)}</p>`),
    '</body></html>',
  ].join('\n');
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/gu, (character) => escapes[character]!);
