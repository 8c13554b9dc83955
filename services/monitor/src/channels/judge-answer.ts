import type { Answer } from './post.ts';
import type { SendResult } from './send.ts';

/** Of the answer, so much goes into the reason. */
const answerShownMax = 200;
const retriedStatuses = new Set([408, 425, 429]);

/**
 * What an answer of HTTP means for the notification.
 *
 * Holds    2xx: it is there; 5xx, 408, 425, 429: later, and not before Retry-After; 410: the receiver is gone for good; the rest: never
 */
export function judgeAnswer(answer: Answer, nowMs: number): SendResult {
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status >= 500 || retriedStatuses.has(status)) return retryLater(answer, retryAfterMs(retryAfter, nowMs));
  if (status === 410) return { kind: 'disabled', reason: `the receiver answered 410, it is gone${saidOf(answer)}` };
  const why = status >= 300 && status < 400 ? ' (redirects are not followed; give the final URL)' : '';
  return { kind: 'dead', reason: `the receiver refused with ${status}${why}${saidOf(answer)}` };
}

export function retryLater(answer: Answer, afterMs: number | null): SendResult {
  return { kind: 'retry', reason: `the receiver answered ${answer.status}${saidOf(answer)}`, retryAfterMs: afterMs };
}

function saidOf({ text }: Answer): string {
  return text.trim() === '' ? '' : `: ${JSON.stringify(text.trim().slice(0, answerShownMax))}`;
}

/** Seconds, with decimals as Discord has them, or a date. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}(\.\d{1,9})?$/.test(header)) return Math.ceil(Number(header) * 1000);
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
