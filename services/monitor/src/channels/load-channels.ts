import { readFileSync } from 'node:fs';
import { webhookSecret, type Channel, type SecretSource, type WebhookSecret } from '@vigie/alerting';
import type { Clock, Env, Logger } from '@vigie/runtime';
import type { Send } from './send.ts';
import { createWebhookSender } from './send-webhook.ts';

/** One line per alert in the service's own log. */
function createLogSender(logger: Pick<Logger, 'info' | 'warn'>): Send {
  return async (notification) => {
    const context = {
      notification: notification.id,
      transition: notification.transition,
      episode: notification.episode,
      kind: notification.kind,
    };
    if (notification.kind === 'resolved') logger.info(context, notification.text);
    else logger.warn(context, notification.text);
    return { kind: 'sent' };
  };
}

/**
 * Makes the senders of all channels.
 *
 * Errors   one Error that names every secret that is missing or malformed; none of them is shown
 */
export function loadChannels(
  channels: readonly Channel[],
  from: { env: Env; clock: Clock; logger: Pick<Logger, 'info' | 'warn'> },
): Map<string, Send> {
  const problems: string[] = [];
  const senders = new Map<string, Send>();
  for (const channel of channels) {
    if (channel.type === 'log') {
      senders.set(channel.name, createLogSender(from.logger));
      continue;
    }
    const secrets: WebhookSecret[] = [];
    for (const source of channel.secrets) {
      try {
        secrets.push(webhookSecret(readSecret(source, from.env)));
      } catch (error) {
        problems.push(`channel ${channel.name}, ${nameOf(source)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    senders.set(channel.name, createWebhookSender({ channel, secrets, clock: from.clock }));
  }
  if (problems.length > 0)
    throw new Error(`The channels' secrets have problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return senders;
}

const nameOf = (source: SecretSource): string => ('env' in source ? source.env : source.file);

function readSecret(source: SecretSource, env: Env): string {
  if ('file' in source) return readFileSync(source.file, 'utf8');
  const value = env[source.env];
  if (!value) throw new Error('expected a secret in this variable, found nothing. Set it.');
  return value;
}
