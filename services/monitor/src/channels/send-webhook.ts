import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Channel, Notification, WebhookSecret } from '@vigie/alerting';
import { signWebhook, webhookUrlProblem } from '@vigie/alerting';
import type { Clock } from '@vigie/runtime';
import { checkHost, guardedLookup } from './address-guard.ts';
import type { Send, SendResult } from './send.ts';

/** One attempt in all: connect, send, answer. */
const attemptTimeoutMs = 10_000;
const answerBytesMax = 4096;
/** Of the answer, so much goes into the reason. */
const answerShownMax = 200;

export interface WebhookOptions {
  readonly channel: Pick<Extract<Channel, { type: 'webhook' }>, 'url' | 'allowPrivateHosts'>;
  readonly secrets: readonly WebhookSecret[];
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly lookup?: ReturnType<typeof guardedLookup>;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

/**
 * Posts notifications to a webhook, signed per Standard Webhooks.
 *
 * Holds    https only and public addresses only, except for allowed hosts; the address is checked as the connection is made; redirects are
 *          not followed; at most 4 KB of the answer are read; the URL is in no result, because it may be a secret
 * Errors   none: every outcome is a result
 */
export function createWebhookSender(options: WebhookOptions): Send {
  return async (notification) => {
    try {
      return resultOf(await post(notification, options), options.clock());
    } catch (error) {
      return { kind: 'retry', reason: reasonOf(error), retryAfterMs: null };
    }
  };
}

async function post(notification: Notification, options: WebhookOptions): Promise<Answer> {
  const { channel, secrets, clock } = options;
  const problem = webhookUrlProblem(channel.url, channel.allowPrivateHosts);
  if (problem !== null) throw new Error(problem);
  const url = new URL(channel.url);
  const isAllowed = channel.allowPrivateHosts.some((host) => host === url.hostname || `[${host}]` === url.hostname);
  if (!isAllowed) checkHost(url.hostname);
  const { id, body } = notification;
  const headers = {
    ...signWebhook({ id, timestampMs: clock(), body, secrets }),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Vigie',
  };
  const signal = AbortSignal.timeout(options.timeoutMs ?? attemptTimeoutMs);
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // A connection of its own for every attempt: one that is kept alive would skip the check of its address.
    const outgoing = send(
      url,
      { method: 'POST', headers, agent: false, signal, ...(isAllowed ? {} : { lookup: options.lookup ?? guardedLookup() }) },
      (answer) => readAnswer(answer, resolve),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The status decides; what comes after it, a reset included, only makes the reason longer or shorter. */
function readAnswer(answer: IncomingMessage, resolve: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const done = (): void => {
    const text = Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8');
    resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] ?? null, text });
    answer.destroy();
  };
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= answerBytesMax) done();
  });
  answer.on('end', done);
  answer.on('error', done);
}

const retriedStatuses = new Set([408, 425, 429]);

function resultOf({ status, retryAfter, text }: Answer, nowMs: number): SendResult {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const said = text.trim() === '' ? '' : `: ${JSON.stringify(text.trim().slice(0, answerShownMax))}`;
  if (status >= 500 || retriedStatuses.has(status)) {
    return { kind: 'retry', reason: `the receiver answered ${status}${said}`, retryAfterMs: retryAfterMs(retryAfter, nowMs) };
  }
  const why = status >= 300 && status < 400 ? ' (redirects are not followed; give the final URL)' : '';
  return { kind: 'dead', reason: `the receiver refused with ${status}${why}${said}` };
}

/** Seconds or a date, as HTTP has it. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return error.name === 'PrivateAddressError' || code === null ? error.message : `no connection (${code})`;
}
