import type { Message, Notification } from '../announce/types.ts';
import type { Channel } from '../types.ts';
import { notificationOf } from './notification.ts';
import { renderAlertmanager } from './render-alertmanager.ts';
import { renderDiscord } from './render-discord.ts';
import { renderEmail } from './render-email.ts';
import { renderKafka } from './render-kafka.ts';
import { renderPagerDuty } from './render-pagerduty.ts';
import { renderSlack } from './render-slack.ts';
import { renderTeams } from './render-teams.ts';
import { renderAlertmanagerWebhook } from './render-webhook-alertmanager.ts';
import { renderWebhook } from './render-webhook.ts';

/**
 * Renders a message for its channel: one notification, or several where a channel takes alerts one by one or a body would be too large.
 *
 * Holds    the same message gives the same bytes; no secret is in them; every transition of the message is in a notification
 */
export function renderMessage(message: Message, channel: Channel): readonly Notification[] {
  switch (channel.type) {
    case 'webhook':
      return channel.format === 'standard' ? renderWebhook(message) : renderAlertmanagerWebhook(message);
    case 'slack':
      return renderSlack(message);
    case 'pagerduty':
      return renderPagerDuty(message);
    case 'alertmanager':
      return renderAlertmanager(message, channel);
    case 'teams':
      return renderTeams(message);
    case 'discord':
      return renderDiscord(message);
    case 'email':
      return renderEmail(message, channel);
    case 'kafka':
      return renderKafka(message);
    case 'log':
      return [notificationOf(message, '')];
  }
}
