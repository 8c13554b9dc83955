import { signWebhook, type WebhookSecret } from '@vigie/alerting';
import { createHttpSender, type HttpOptions } from './send-http.ts';
import type { Send } from './send.ts';

/** Posts notifications signed per Standard Webhooks; unsigned where there is no secret, which only `format: alertmanager` allows. */
export function createWebhookSender(options: HttpOptions & { readonly secrets: readonly WebhookSecret[] }): Send {
  const { secrets, clock } = options;
  return createHttpSender(options, {
    requestOf: ({ id, body }) => ({
      body,
      headers: secrets.length === 0 ? {} : { ...signWebhook({ id, timestampMs: clock(), body, secrets }) },
    }),
  });
}
