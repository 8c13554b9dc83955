import type { Message, Notification } from '../announce/types.ts';
import { isFiring, notificationOf, outlineOf, type Outline } from './notification.ts';
import { cutText } from './plain-text.ts';

/** Teams refuses messages of about 28 KB. */
const bytesMax = 24 * 1024;
/** Left for "and n more", what is held, and the button. */
const bytesSpare = 2 * 1024;
const titleLengthMax = 300;
const lineLengthMax = 2_000;

/**
 * Renders a message for a workflow of Microsoft Teams that posts what a webhook brings: one adaptive card.
 *
 * Holds    at most 24 KB, with "and n more" for what does not fit; texts are RichTextBlocks, which know no markup
 * Source   Microsoft Learn, Workflows webhooks; adaptive card schema 1.4
 */
export function renderTeams(message: Message): readonly Notification[] {
  const outline = outlineOf(message);
  const [first] = message.alerts;
  const runbook = message.alerts.length === 1 ? (first?.record.rule.runbook ?? null) : null;
  const color = !isFiring(message) ? 'Good' : first?.record.transition.severity === 'critical' ? 'Attention' : 'Warning';
  const title = textBlock(cutText(outline.title, titleLengthMax), { weight: 'Bolder', size: 'Medium', color });
  const cardOf = (blocks: readonly object[]) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [title, ...blocks],
          ...(runbook === null || runbook.length > 1_000 ? {} : { actions: [{ type: 'Action.OpenUrl', title: 'Runbook', url: runbook }] }),
        },
      },
    ],
  });
  return [notificationOf(message, JSON.stringify(cardOf(fittingBlocks(outline, Buffer.byteLength(JSON.stringify(cardOf([])))))))];
}

function fittingBlocks({ entries, moreCount, held }: Outline, emptyBytes: number): readonly object[] {
  const blocks: object[] = [];
  let bytes = emptyBytes;
  for (const { line, why } of entries) {
    const block = entryBlock([line, ...why]);
    const size = Buffer.byteLength(JSON.stringify(block)) + 1;
    if (bytes + size > bytesMax - bytesSpare) break;
    blocks.push(block);
    bytes += size;
  }
  const untold = moreCount + entries.length - blocks.length;
  const last = [...(untold > 0 ? [`and ${untold} more`] : []), ...(held === null ? [] : [held])];
  return [...blocks, ...last.map((text) => textBlock(text, { isSubtle: true }))];
}

const textBlock = (text: string, look: object = {}): object => ({ type: 'RichTextBlock', inlines: [textRun(text, look)] });

function entryBlock(lines: readonly string[]): object {
  const [line, ...why] = lines.map((text) => cutText(text, lineLengthMax));
  return {
    type: 'RichTextBlock',
    separator: true,
    inlines: [textRun(line!), ...why.map((text) => textRun(`\n${text}`, { isSubtle: true }))],
  };
}

/** Two braces would begin a date or a template. */
const textRun = (text: string, look: object = {}): object => ({ type: 'TextRun', text: text.replaceAll('{{', '{ {'), ...look });
