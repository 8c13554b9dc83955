import type { Logger } from '@vigie/runtime';
import type { Send } from './send.ts';

/** Writes messages into the service's own log. */
export function createLogSender(logger: Pick<Logger, 'info' | 'warn'>): Send {
  return async ({ id, kind, transitions, episodes, text }) => {
    const context = { notification: id, kind, transitions, episodes };
    if (kind === 'resolved') logger.info(context, text);
    else logger.warn(context, text);
    return { kind: 'sent' };
  };
}
