import type { Message, MessageAlert, Notification } from '../announce/types.ts';
import { notificationId } from '../ids.ts';
import { alertJson } from './alert-json.ts';
import { alertLine } from './alert-text.ts';
import { hasNews, notificationOf } from './notification.ts';
import { cutText } from './plain-text.ts';
import { instant } from './shown-number.ts';

const summaryLengthMax = 1_024;
/** An event may have 512 KB; what is larger goes without its drivers. */
const detailsLengthMax = 200_000;

/**
 * Renders a message as events of PagerDuty's Events API v2: one per alert, whose episode is the incident's key.
 *
 * Shapes   body: an event without its routing_key, which is a secret and put in when it is sent
 * Holds    only what has news is sent, unless the message is a repeat; events of one episode are one queue
 * Source   PagerDuty developer documentation, Events API v2, trigger and resolve events
 */
export function renderPagerDuty(message: Message): readonly Notification[] {
  const { id, kind, lane } = message;
  const told = kind === 'repeat' ? message.alerts : message.alerts.filter(hasNews);
  return told.map((alert) => {
    const { episode } = alert.record.transition;
    return notificationOf({ ...message, alerts: [alert], held: {} }, JSON.stringify(eventOf(alert, message)), {
      id: notificationId(`${id}+${episode}`, kind, lane.channel),
      queue: `${lane.channel}:${episode}`,
    });
  });
}

function eventOf(alert: MessageAlert, { lane }: Message): object {
  const { transition, rule } = alert.record;
  if (alert.status === 'resolved') return { event_action: 'resolve', dedup_key: transition.episode };
  return {
    event_action: 'trigger',
    dedup_key: transition.episode,
    client: 'Vigie',
    payload: {
      summary: cutText(alertLine(alert), summaryLengthMax),
      source: `vigie/${rule.tenant}`,
      // Its words are info, warning, error and critical.
      severity: transition.severity,
      timestamp: instant(transition.windowEndMs),
      component: rule.kpi,
      group: lane.route,
      class: rule.uid,
      custom_details: detailsOf(alert),
    },
    ...(rule.runbook === null ? {} : { links: [{ href: rule.runbook, text: 'Runbook' }] }),
  };
}

function detailsOf(alert: MessageAlert): object {
  const details = alertJson(alert);
  return JSON.stringify(details).length <= detailsLengthMax ? details : { ...details, drivers: [] };
}
