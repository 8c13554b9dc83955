import { judgeAnswer, retryLater } from './judge-answer.ts';
import { createHttpSender, type HttpOptions } from './send-http.ts';
import type { Send } from './send.ts';

/** Connectors that stand before Teams answer 200 and say in words that they failed, mostly for a 429 behind them. */
const failedWords = 'Webhook message delivery failed';

/** Posts to a workflow of Microsoft Teams. */
export function createTeamsSender(options: HttpOptions): Send {
  return createHttpSender(options, {
    requestOf: ({ body }) => ({ body }),
    judge: (answer, nowMs) => {
      const result = judgeAnswer(answer, nowMs);
      return result.kind === 'sent' && answer.text.includes(failedWords) ? retryLater(answer, null) : result;
    },
  });
}
