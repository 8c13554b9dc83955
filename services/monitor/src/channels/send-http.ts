import { webhookUrlProblem, type Notification } from '@vigie/alerting';
import type { Clock } from '@vigie/runtime';
import { judgeAnswer } from './judge-answer.ts';
import { systemNetwork, type Network } from './network.ts';
import { post, type Answer, type PostRequest } from './post.ts';
import { reasonOf, withoutSecrets } from './send-reason.ts';
import type { Send, SendResult } from './send.ts';

/** One attempt in all: look up, connect, send, answer. */
const attemptTimeoutMs = 10_000;

/** What every sender over HTTP is given. */
export interface HttpOptions {
  readonly url: string;
  readonly allowPrivateHosts: readonly string[];
  readonly clock: Clock;
  readonly network?: Network;
  readonly timeoutMs?: number;
}

/** How a channel differs from plain HTTP. */
export interface HttpKind {
  readonly requestOf: (notification: Notification) => Pick<PostRequest, 'body'> & Partial<Pick<PostRequest, 'headers'>>;
  readonly judge?: (answer: Answer, nowMs: number) => SendResult;
  /** Never in a reason, though an answer may repeat them; the URL is one anyway. */
  readonly secrets?: readonly string[];
}

/**
 * Makes a sender that posts to one URL.
 *
 * Holds    https only and public addresses only, except for allowed hosts; neither the URL nor a secret is in a result
 * Errors   none: every outcome is a result
 */
export function createHttpSender(options: HttpOptions, kind: HttpKind): Send {
  const { url, allowPrivateHosts, clock, network = systemNetwork, timeoutMs = attemptTimeoutMs } = options;
  const judge = kind.judge ?? judgeAnswer;
  const secrets = [...(kind.secrets ?? []), url];
  return async (notification) => {
    const problem = webhookUrlProblem(url, allowPrivateHosts);
    if (problem !== null) return { kind: 'retry', reason: problem, retryAfterMs: null };
    try {
      const request = { headers: {}, ...kind.requestOf(notification), url: new URL(url), allowPrivateHosts };
      const answer = await post(request, network, AbortSignal.timeout(timeoutMs));
      // Before anybody shortens it: half of a secret is one too.
      return judge({ ...answer, text: withoutSecrets(answer.text, secrets) }, clock());
    } catch (error) {
      return { kind: 'retry', reason: withoutSecrets(reasonOf(error), secrets), retryAfterMs: null };
    }
  };
}
