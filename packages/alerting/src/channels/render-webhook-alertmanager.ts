import type { Message, MessageAlert, Notification } from '../announce/types.ts';
import { alertmanagerAnnotations, alertmanagerLabels, labelName } from './alertmanager-labels.ts';
import { batchesOf, isFiring, notificationOf } from './notification.ts';
import { instant } from './shown-number.ts';

/** How Alertmanager writes "not ended yet". */
const noEnd = '0001-01-01T00:00:00Z';

type Texts = Readonly<Record<string, string>>;

/**
 * Renders a message as Alertmanager's webhook would send it, for receivers that know that format.
 *
 * Source   Prometheus documentation, Alertmanager configuration, webhook_config, payload version 4
 */
export function renderAlertmanagerWebhook(message: Message): readonly Notification[] {
  return batchesOf(message, (alert) => JSON.stringify(alertOf(alert)).length).map((part) =>
    notificationOf(part, JSON.stringify(payloadOf(part)), { id: part.id }),
  );
}

function payloadOf(message: Message): object {
  const { lane } = message;
  const alerts = message.alerts.map(alertOf);
  const groupLabels = Object.fromEntries(Object.entries(lane.group).map(([label, value]) => [labelName(label), value]));
  return {
    version: '4',
    groupKey: `${lane.route}:{${Object.entries(groupLabels)
      .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
      .join(', ')}}`,
    truncatedAlerts: 0,
    status: isFiring(message) ? 'firing' : 'resolved',
    receiver: lane.channel,
    groupLabels,
    commonLabels: commonOf(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonOf(alerts.map(({ annotations }) => annotations)),
    externalURL: '',
    alerts,
  };
}

function alertOf(alert: MessageAlert) {
  const { transition } = alert.record;
  return {
    status: alert.status,
    labels: alertmanagerLabels(alert, transition.severity),
    annotations: alertmanagerAnnotations(alert),
    startsAt: instant(transition.episodeStartedMs),
    endsAt: alert.status === 'firing' ? noEnd : instant(transition.windowEndMs),
    generatorURL: '',
    // Sixteen hex digits, as Alertmanager has them; the same for one rule and slice, whatever its severity.
    fingerprint: transition.instance.slice(0, 16),
  };
}

function commonOf(all: readonly Texts[]): Texts {
  const [first, ...others] = all;
  return Object.fromEntries(Object.entries(first ?? {}).filter(([name, value]) => others.every((other) => other[name] === value)));
}
