import { judgeAnswer } from './judge-answer.ts';
import type { Answer } from './post.ts';
import { createHttpSender, type HttpOptions } from './send-http.ts';
import type { Send } from './send.ts';

/** Posts to a webhook of Discord, whose 429 says in its JSON how long to wait, in seconds with decimals. */
export function createDiscordSender(options: HttpOptions): Send {
  return createHttpSender(options, {
    requestOf: ({ body }) => ({ body }),
    judge: (answer, nowMs) => {
      const result = judgeAnswer(answer, nowMs);
      if (result.kind !== 'retry') return result;
      const askedMs = bodyRetryAfterMs(answer);
      return askedMs === null ? result : { ...result, retryAfterMs: Math.max(askedMs, result.retryAfterMs ?? 0) };
    },
  });
}

function bodyRetryAfterMs({ text }: Answer): number | null {
  try {
    const body: unknown = JSON.parse(text);
    const seconds = typeof body === 'object' && body !== null && 'retry_after' in body ? body.retry_after : null;
    return typeof seconds === 'number' && seconds >= 0 && Number.isFinite(seconds) ? Math.ceil(seconds * 1000) : null;
  } catch {
    return null;
  }
}
