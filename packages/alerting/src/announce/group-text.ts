import { cutText, plainText } from '../channels/plain-text.ts';
import { severities } from '../types.ts';
import type { Message, MessageAlert, MessageKind } from './types.ts';

/** Lines of alerts in one text; the rest is counted. */
export const groupLineCountMax = 20;

const openings: Readonly<Partial<Record<MessageKind, string>>> = {
  repeat: 'Still firing: ',
  flapping: 'Flapping, held from now on until calm: ',
};

/**
 * A message for people: a headline with counts per severity, then one line per alert, what is new first.
 *
 * Shapes   lineOf: one alert in words; line breaks in it become spaces
 * Holds    at most groupLineCountMax lines of alerts, then "and 37 more"; a message of one alert that says all by itself has no headline
 */
export function messageText(message: Message, lineOf: (alert: MessageAlert) => string): string {
  const { kind, alerts, held } = message;
  const news = alerts.filter(({ transitions }) => transitions.length > 0);
  const known = alerts.filter(({ transitions }) => transitions.length === 0);
  const lines = [...news, ...known].slice(0, groupLineCountMax).map((alert) => lineOf(alert).replaceAll(/\s*[\r\n]+\s*/gu, ' '));
  const moreCount = alerts.length - lines.length;
  const heldText = heldTextOf(held);
  const isPlain = alerts.length === 1 && openings[kind] === undefined && heldText === null;
  return [
    ...(isPlain ? [] : [headline(message)]),
    ...lines,
    ...(moreCount > 0 ? [`and ${moreCount} more`] : []),
    ...(heldText === null ? [] : [heldText]),
  ].join('\n');
}

/** Rules that a headline names; the rest is counted. */
const namesShownMax = 2;
const nameLengthMax = 60;

/** What a message is about in one line: 3 firing (2 critical, 1 warning), 1 resolved: Customer churn. */
export function headline({ kind, alerts }: Message): string {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const perSeverity = severities
    .toReversed()
    .map((severity) => ({ severity, count: firing.filter(({ record }) => record.transition.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  const resolvedCount = alerts.length - firing.length;
  const parts = [
    ...(firing.length > 0 ? [`${firing.length} firing (${perSeverity.join(', ')})`] : []),
    ...(resolvedCount > 0 ? [`${resolvedCount} resolved`] : []),
  ];
  return `${openings[kind] ?? ''}${parts.join(', ')}: ${namesOf(alerts)}`;
}

function namesOf(alerts: Message['alerts']): string {
  const names = [...new Set(alerts.map(({ record }) => cutText(plainText(record.rule.name), nameLengthMax)))];
  const moreCount = names.length - namesShownMax;
  return [...names.slice(0, namesShownMax), ...(moreCount > 0 ? [`${moreCount} more`] : [])].join(', ');
}

/** What of the group fires and is not told now; null when nothing is. */
export function heldTextOf(held: Message['held']): string | null {
  const { waiting, ...others } = held;
  const parts = Object.entries(others).map(([reason, count]) => `${count} ${reason}`);
  const texts = [
    ...(parts.length === 0 ? [] : [`not told now: ${parts.join(', ')}`]),
    ...(waiting === undefined ? [] : [`and ${waiting} more wait`]),
  ];
  return texts.length === 0 ? null : texts.join(', ');
}
