import { cutText, plainText } from '@vigie/alerting';
import type { DeadLetter, Delivery, WaitingNotification } from '@vigie/redis';
import { momentText, plural } from './words.ts';

interface At {
  readonly nowMs: number;
  readonly zone: string;
}

const textLengthMax = 90;
const firstLine = (text: string): string => cutText(plainText(text.split('\n')[0] ?? ''), textLengthMax);
const time = (ms: number): string => new Date(ms).toISOString();

/** 15:01 sent to log: [FIRING critical] ... */
export function deliveryLine({ notification, outcome, reason, attempt, settledMs }: Delivery, at: At): string {
  const tries = attempt > 1 ? ` after ${plural(attempt, 'attempt')}` : '';
  const end =
    outcome === 'sent'
      ? `sent to ${notification.channel}${tries}`
      : `LOST on ${notification.channel}${tries} (${plainText(reason ?? 'not known')})`;
  return `${momentText(settledMs, at)} ${end}: ${firstLine(notification.text)}`;
}

export function waitingLine({ notification, attempt, reason, dueMs }: WaitingNotification, at: At): string {
  const why = reason === null ? 'waits' : `waits after ${plural(attempt, 'attempt')} (${plainText(reason)})`;
  return `${momentText(dueMs, at)} next attempt on ${notification.channel}, ${why}: ${firstLine(notification.text)}`;
}

/** channel, kind, state, attempts, last failure, next attempt, text */
export function waitingCells({ notification, attempt, reason, dueMs }: WaitingNotification, at: At): string[] {
  const { channel, kind, text } = notification;
  return [channel, kind, 'waiting', String(attempt), reason === null ? '' : plainText(reason), momentText(dueMs, at), firstLine(text)];
}

export function deliveryCells({ notification, outcome, reason, attempt, settledMs }: Delivery, at: At): string[] {
  const { channel, kind, text } = notification;
  return [
    channel,
    kind,
    `${outcome === 'sent' ? 'sent' : 'LOST'} ${momentText(settledMs, at)}`,
    String(attempt),
    plainText(reason ?? ''),
    '',
    firstLine(text),
  ];
}

export function deadCells({ notification, reason, attempt, atMs }: DeadLetter, at: At): string[] {
  const { channel, kind, text } = notification;
  return [channel, kind, `LOST ${momentText(atMs, at)}`, String(attempt), plainText(reason), '', firstLine(text)];
}

export function deliveryJson({ notification, outcome, reason, attempt, createdMs, settledMs }: Delivery): object {
  return { ...notification, state: outcome, attempts: attempt, reason, created: time(createdMs), settled: time(settledMs), next: null };
}

export function waitingJson({ notification, reason, attempt, createdMs, dueMs }: WaitingNotification): object {
  return { ...notification, state: 'waiting', attempts: attempt, reason, created: time(createdMs), settled: null, next: time(dueMs) };
}

export function deadJson({ notification: { id, channel, kind, queue, text }, reason, attempt, atMs }: DeadLetter): object {
  return {
    ...{ id, channel, kind, queue, text },
    state: 'dead',
    attempts: attempt,
    reason,
    created: null,
    settled: time(atMs),
    next: null,
  };
}
