import type { Message, Notification } from '../announce/types.ts';
import { alertJson } from './alert-json.ts';
import { batchesOf, notificationOf } from './notification.ts';
import { webhookJson } from './render-webhook.ts';

/** One record; the value is the JSON that a webhook gets. */
export interface KafkaBody {
  readonly key: string;
  readonly value: object;
}

/** Renders a message as records of a topic; records of one group have one key, so they stay in order. */
export function renderKafka(message: Message): readonly Notification[] {
  return batchesOf(message, (alert) => JSON.stringify(alertJson(alert)).length).map((part) => {
    const body: KafkaBody = { key: part.lane.id, value: webhookJson(part) };
    return notificationOf(part, JSON.stringify(body), { id: part.id });
  });
}
