import { z } from 'zod';
import { createHttpSender, type HttpOptions } from './send-http.ts';
import type { Send } from './send.ts';

const eventSchema = z.record(z.string(), z.unknown());

/** Posts events to PagerDuty; the routing key, which is a secret and therefore not in the outbox, is put in here. */
export function createPagerDutySender(options: HttpOptions & { readonly routingKey: string }): Send {
  const { routingKey } = options;
  return createHttpSender(options, {
    requestOf: ({ body }) => ({ body: JSON.stringify({ routing_key: routingKey, ...eventSchema.parse(JSON.parse(body)) }) }),
    secrets: [routingKey],
  });
}
