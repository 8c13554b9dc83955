import type { Message, Notification } from '../announce/types.ts';
import type { Severity } from '../types.ts';
import { isFiring, notificationOf, outlineOf, type Outline } from './notification.ts';
import { cutEscaped } from './plain-text.ts';

/** Discord's limits are 2,000 for the content, 4,096 for a description, 2,048 for a footer and 6,000 for all of the embeds. */
const contentLengthMax = 1_000;
const descriptionLengthMax = 4_000;
const entryLengthMax = 1_500;

const colors: Readonly<Record<Severity, number>> = { info: 0x3b_82_f6, warning: 0xf5_9e_0b, critical: 0xdc_26_26 };
const resolvedColor = 0x16_a3_4a;

/**
 * Renders a message for a webhook of Discord: the headline as content, the alerts as one embed.
 *
 * Holds    nobody is mentioned, and marks of its markup are escaped; within the limits, with "and n more" for what does not fit
 * Source   Discord developer documentation, execute webhook, embed limits, allowed mentions
 */
export function renderDiscord(message: Message): readonly Notification[] {
  const outline = outlineOf(message);
  const [first] = message.alerts;
  const runbook = message.alerts.length === 1 ? (first?.record.rule.runbook ?? null) : null;
  const body = {
    content: escaped(outline.title, contentLengthMax),
    allowed_mentions: { parse: [] },
    embeds: [
      {
        description: descriptionOf(outline),
        color: isFiring(message) && first !== undefined ? colors[first.record.transition.severity] : resolvedColor,
        timestamp: new Date(message.atMs).toISOString(),
        ...(runbook === null ? {} : { title: 'Runbook', url: runbook }),
        ...(outline.held === null ? {} : { footer: { text: outline.held } }),
      },
    ],
  };
  return [notificationOf(message, JSON.stringify(body))];
}

const marks = new Set('\\*_~`|>#[]()<@:-');
function escaped(text: string, lengthMax: number): string {
  return cutEscaped(text, lengthMax, (character) => (marks.has(character) ? `\\${character}` : character));
}

function descriptionOf({ entries, moreCount }: Outline): string {
  const kept: string[] = [];
  let length = 0;
  for (const { line, why } of entries) {
    const text = escaped([line, ...why].join('\n'), entryLengthMax);
    if (length + text.length + 1 > descriptionLengthMax) break;
    kept.push(text);
    length += text.length + 1;
  }
  const untold = moreCount + entries.length - kept.length;
  return [...kept, ...(untold > 0 ? [`and ${untold} more`] : [])].join('\n');
}
