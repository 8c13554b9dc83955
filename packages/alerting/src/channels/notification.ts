import { groupLineCountMax, headline, heldTextOf, messageText } from '../announce/group-text.ts';
import type { Message, MessageAlert, Notification } from '../announce/types.ts';
import { notificationId } from '../ids.ts';
import { alertLine, alertTitle, whyLines } from './alert-text.ts';

/** Alerts that are shown with their reasons; in a larger group each has its line. */
const explainedCountMax = 3;
/** Alerts in one body for machines: 100 of them with their drivers stay below what receivers and Kafka take. */
const batchAlertCountMax = 100;
const batchLengthMax = 400_000;

/** A message laid out for people: what every chat and mail shows, each in its own markup. */
export interface Outline {
  readonly title: string;
  /** What is new first; at most groupLineCountMax. */
  readonly entries: readonly { readonly line: string; readonly why: readonly string[]; readonly runbook: string | null }[];
  /** Alerts that are only counted. */
  readonly moreCount: number;
  readonly held: string | null;
}

export function outlineOf(message: Message): Outline {
  const { alerts } = message;
  const ordered = [...alerts.filter(hasNews), ...alerts.filter((alert) => !hasNews(alert))];
  const entries = ordered.slice(0, groupLineCountMax).map((alert) => {
    const why = alerts.length <= explainedCountMax ? whyLines(alert) : [];
    return { line: alertLine(alert), why, runbook: alert.record.rule.runbook };
  });
  return { title: titleOf(message), entries, moreCount: alerts.length - entries.length, held: heldTextOf(message.held) };
}

function titleOf(message: Message): string {
  const [only] = message.alerts;
  const isSimple = message.alerts.length === 1 && message.kind !== 'repeat' && message.kind !== 'flapping';
  return isSimple && only !== undefined ? alertTitle(only) : headline(message);
}

export const hasNews = ({ transitions }: MessageAlert): boolean => transitions.length > 0;

export const isFiring = ({ alerts }: Pick<Message, 'alerts'>): boolean => alerts.some(({ status }) => status === 'firing');

/**
 * A message as a notification.
 *
 * Shapes   part: what its channel needs otherwise than the whole message gives it
 */
export function notificationOf(message: Message, body: string, part: Partial<Pick<Notification, 'id' | 'queue'>> = {}): Notification {
  const { alerts, lane } = message;
  return {
    id: message.id,
    queue: lane.id,
    ...part,
    channel: lane.channel,
    kind: kindOf(message),
    transitions: alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id)),
    episodes: [...new Set(alerts.map(({ record }) => record.transition.episode))],
    body,
    text: textOf(message),
  };
}

/** A part of a message that tells nothing but ends is one that does: unlike the rest, it is true even when everything is over. */
function kindOf({ kind, alerts }: Message): Notification['kind'] {
  const isNews = kind === 'firing' || kind === 'changed';
  return isNews && alerts.every(({ status }) => status === 'resolved') ? 'resolved' : kind;
}

/** One alert is told with its reasons, several with a line each. */
function textOf(message: Message): string {
  const [only, ...others] = message.alerts;
  if (only === undefined || others.length > 0) return messageText(message, alertLine);
  const { runbook } = only.record.rule;
  const why = [...whyLines(only), ...(runbook === null ? [] : [`runbook: ${runbook}`])];
  const held = heldTextOf(message.held);
  return [messageText({ ...message, held: {} }, alertLine), ...why.map((line) => `  ${line}`), ...(held === null ? [] : [held])].join('\n');
}

/**
 * Cuts a message for machines, which want every alert, into messages that a receiver can take.
 *
 * Holds    every alert is in exactly one, in the same order; the first keeps the id
 */
export function batchesOf(message: Message, sizeOf: (alert: MessageAlert) => number): readonly Message[] {
  const batches: MessageAlert[][] = [];
  let length = Infinity;
  for (const alert of message.alerts) {
    const size = sizeOf(alert);
    if (length + size > batchLengthMax || batches.at(-1)!.length >= batchAlertCountMax) {
      batches.push([]);
      length = 0;
    }
    batches.at(-1)!.push(alert);
    length += size;
  }
  const { id, kind, lane } = message;
  return batches.map((alerts, index) => ({
    ...message,
    alerts,
    id: index === 0 ? id : notificationId(`${id}+${index}`, kind, lane.channel),
  }));
}
