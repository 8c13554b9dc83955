import type { Message, Notification } from '../announce/types.ts';
import { notificationOf, outlineOf, type Outline } from './notification.ts';
import { cutEscaped } from './plain-text.ts';

const headerLengthMax = 150;
/** Slack refuses sections of more than 3,000. */
const sectionLengthMax = 2_900;
const textLengthMax = 3_000;
const linkLengthMax = 1_000;

/**
 * Renders a message for an incoming webhook of Slack: a header, one section per alert, and the same as text for notifications.
 *
 * Holds    & < > are escaped, so nothing that came with the data mentions anybody or makes a link; at most 23 blocks
 * Source   Slack developer documentation, message formatting and Block Kit reference
 */
export function renderSlack(message: Message): readonly Notification[] {
  const outline = outlineOf(message);
  const { text } = notificationOf(message, '');
  const body = {
    text: escaped(text, textLengthMax),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: escaped(outline.title, headerLengthMax), emoji: false } },
      ...outline.entries.map((entry) => section(sectionText(entry))),
      ...footerOf(outline),
    ],
  };
  return [notificationOf(message, JSON.stringify(body))];
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
function escaped(text: string, lengthMax: number): string {
  return cutEscaped(text, lengthMax, (character) => escapes[character] ?? character);
}

const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });

function sectionText({ line, why, runbook }: Outline['entries'][number]): string {
  const link = runbook === null || runbook.length > linkLengthMax ? '' : `\n<${linkTarget(runbook)}|Runbook>`;
  const lines = [line, ...why].join('\n');
  return escaped(lines, sectionLengthMax - link.length) + link;
}

/** | and > end the target of a link. */
function linkTarget(url: string): string {
  return url.replaceAll('&', '&amp;').replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
}

function footerOf({ moreCount, held }: Outline): readonly object[] {
  const lines = [...(moreCount > 0 ? [`and ${moreCount} more`] : []), ...(held === null ? [] : [held])];
  return lines.length === 0 ? [] : [{ type: 'context', elements: lines.map((text) => ({ type: 'plain_text', text, emoji: false })) }];
}
