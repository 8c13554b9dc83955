import { judgeAnswer, retryLater } from './judge-answer.ts';
import { createHttpSender, type HttpOptions } from './send-http.ts';
import type { Send } from './send.ts';

/** Posts to an incoming webhook of Slack, which has taken a message when it says `ok`; anything else with a 2xx comes from something between. */
export function createSlackSender(options: HttpOptions): Send {
  return createHttpSender(options, {
    requestOf: ({ body }) => ({ body }),
    judge: (answer, nowMs) => {
      const result = judgeAnswer(answer, nowMs);
      return result.kind === 'sent' && answer.text.trim() !== 'ok' ? retryLater(answer, null) : result;
    },
  });
}
