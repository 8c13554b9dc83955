import type { Message, MessageAlert, Notification } from '../announce/types.ts';
import { severityRank, type AlertmanagerChannel, type Severity } from '../types.ts';
import { alertmanagerAnnotations, alertmanagerLabels } from './alertmanager-labels.ts';
import { batchesOf, notificationOf } from './notification.ts';
import { instant } from './shown-number.ts';

/** A firing alert ends by itself when it was not sent again for so many intervals. */
const resendsMissedMax = 3;

/**
 * Renders a message as the array that POST /api/v2/alerts takes.
 *
 * Holds    labels are identity there, so another severity is another alert: the one of the severity before is ended in the same message
 * Source   Alertmanager, api/v2/openapi.yaml, postableAlerts
 */
export function renderAlertmanager(message: Message, channel: AlertmanagerChannel): readonly Notification[] {
  const endsMs = message.atMs + resendsMissedMax * channel.resendMs;
  const alertsOf = (alert: MessageAlert) => postableAlerts(alert, endsMs);
  return batchesOf(message, (alert) => JSON.stringify(alertsOf(alert)).length).map((part) =>
    notificationOf(part, JSON.stringify(part.alerts.flatMap(alertsOf)), { id: part.id }),
  );
}

function postableAlerts(alert: MessageAlert, endsMs: number): readonly object[] {
  const { transition } = alert.record;
  const { severity, windowEndMs } = transition;
  const postable = (of: Severity, endMs: number) => ({
    labels: alertmanagerLabels(alert, of),
    annotations: alertmanagerAnnotations(alert),
    startsAt: instant(transition.episodeStartedMs),
    endsAt: instant(endMs),
  });
  const current = postable(severity, alert.status === 'firing' ? endsMs : windowEndMs);
  return [...severitiesBefore(alert).map((before) => postable(before, windowEndMs)), current];
}

/** Those that it may be known by there and does not have any more; told once, because a missed one ends by itself. */
function severitiesBefore({ record, transitions }: MessageAlert): readonly Severity[] {
  if (transitions.length === 0) return [];
  const { severity, previousSeverity } = record.transition;
  const told = [previousSeverity, ...transitions.map((transition) => transition.severity)].filter(
    (one) => one !== null && one !== severity,
  );
  return [...new Set(told)].filter((one) => one !== null).toSorted((a, b) => severityRank(a) - severityRank(b));
}
