import type { Message, MessageKind, Notification } from '../announce/types.ts';
import { alertJson } from './alert-json.ts';
import { batchesOf, isFiring, notificationOf } from './notification.ts';
import { instant } from './shown-number.ts';

const types: Readonly<Record<MessageKind, string>> = {
  firing: 'alert.firing',
  resolved: 'alert.resolved',
  changed: 'alert.changed',
  repeat: 'alert.repeated',
  flapping: 'alert.flapping',
};

/**
 * Renders a message in the form of Standard Webhooks: { type, timestamp, data }.
 *
 * Holds    every alert of the group is there: a large group is several notifications
 */
export function renderWebhook(message: Message): readonly Notification[] {
  return batchesOf(message, (alert) => JSON.stringify(alertJson(alert)).length).map((part) =>
    notificationOf(part, JSON.stringify(webhookJson(part)), { id: part.id }),
  );
}

/** The webhook's body; Kafka's value is the same. */
export function webhookJson(message: Message): object {
  const { id, kind, lane, alerts, held, atMs } = message;
  return {
    type: types[kind],
    timestamp: instant(atMs),
    data: {
      id,
      status: isFiring(message) ? 'firing' : 'resolved',
      group: lane.group,
      route: lane.route,
      channel: lane.channel,
      alerts: alerts.map(alertJson),
      held,
      summary: notificationOf(message, '').text,
    },
  };
}
