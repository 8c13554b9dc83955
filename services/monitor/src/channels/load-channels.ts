import { readFileSync } from 'node:fs';
import { webhookSecret, webhookUrlProblem, type Channel, type SecretSource } from '@vigie/alerting';
import { pause, type Clock, type Env, type Logger } from '@vigie/runtime';
import { createAlertmanagerSender } from './send-alertmanager.ts';
import { createDiscordSender } from './send-discord.ts';
import { createEmailSender } from './send-email.ts';
import { createKafkaSender, type KafkaSenderOptions } from './send-kafka.ts';
import { createLogSender } from './send-log.ts';
import { createPagerDutySender } from './send-pagerduty.ts';
import { createSlackSender } from './send-slack.ts';
import { createTeamsSender } from './send-teams.ts';
import { createWebhookSender } from './send-webhook.ts';
import type { Network } from './network.ts';
import type { Send } from './send.ts';
import { spaced } from './spaced.ts';

/** Slack takes a message per second and webhook; a claim is held for 20 s, of which an attempt may need half. */
const slackIntervalMs = 1_000;
const slackWaitMsMax = 5_000;

export interface ChannelSurroundings {
  readonly env: Env;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Called for channels of type kafka only. */
  readonly openKafka: () => KafkaSenderOptions['kafka'];
  readonly network?: Network;
  /** For one attempt in all; for tests that have no time to wait. */
  readonly timeoutMs?: number;
}

/**
 * Makes the senders of all channels.
 *
 * Errors   one Error that names every secret that is missing or malformed, and every URL that cannot be one; none of them is shown
 */
export function loadChannels(channels: readonly Channel[], surroundings: ChannelSurroundings): Map<string, Send> {
  const problems: string[] = [];
  const senders = new Map<string, Send>();
  for (const channel of channels) {
    const secrets = new SecretReader(channel.name, surroundings.env);
    const sender = senderOf(channel, { ...surroundings, secrets });
    problems.push(...secrets.problems);
    if (secrets.problems.length === 0) senders.set(channel.name, sender());
  }
  if (problems.length > 0)
    throw new Error(`The channels' secrets have problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  return senders;
}

/** Reads the channel's secrets at once; makes the sender when asked to, if they were all there. */
function senderOf(
  channel: Channel,
  { secrets, clock, logger, openKafka, network, timeoutMs }: ChannelSurroundings & { secrets: SecretReader },
): () => Send {
  const { allowPrivateHosts } = channel;
  const reached = {
    ...{ allowPrivateHosts, clock },
    ...(network === undefined ? {} : { network }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  switch (channel.type) {
    case 'log':
      return () => createLogSender(logger);
    case 'webhook': {
      const url = 'text' in channel.url ? channel.url.text : secrets.url(channel.url, allowPrivateHosts);
      const keys = channel.secrets.flatMap((source) => secrets.read(source, webhookSecret));
      return () => createWebhookSender({ ...reached, url, secrets: keys });
    }
    case 'slack': {
      const url = secrets.url(channel.url, allowPrivateHosts);
      const spacing = { intervalMs: slackIntervalMs, waitMsMax: slackWaitMsMax, clock, wait: pause };
      return () => spaced(createSlackSender({ ...reached, url }), spacing);
    }
    case 'teams':
    case 'discord': {
      const url = secrets.url(channel.url, allowPrivateHosts);
      return () => (channel.type === 'teams' ? createTeamsSender : createDiscordSender)({ ...reached, url });
    }
    case 'pagerduty': {
      const [routingKey = ''] = secrets.read(channel.routingKey, routingKeyOf);
      return () => createPagerDutySender({ ...reached, url: channel.url, routingKey });
    }
    case 'alertmanager':
      return () => createAlertmanagerSender({ ...reached, url: channel.url });
    case 'email': {
      const [password = ''] = channel.password === null ? [] : secrets.read(channel.password, (text) => text.replace(/\r?\n$/, ''));
      const login = channel.user === null ? null : { user: channel.user, password };
      return () => createEmailSender({ ...channel, ...reached, login });
    }
    case 'kafka': {
      const kafka = openKafka();
      return () => createKafkaSender({ kafka, topic: channel.topic });
    }
  }
}

/** PagerDuty's integration keys have 32 characters. */
function routingKeyOf(text: string): string {
  const key = text.trim();
  if (!/^[A-Za-z0-9]{32}$/.test(key))
    throw new Error(`expected a routing key of 32 letters and digits, found ${key.length} characters (not shown)`);
  return key;
}

/** Reads secrets and collects what is wrong with them. */
class SecretReader {
  readonly problems: string[] = [];
  readonly #channel: string;
  readonly #env: Env;

  constructor(channel: string, env: Env) {
    this.#channel = channel;
    this.#env = env;
  }

  /** One value, or none when there was a problem. */
  read<T>(source: SecretSource, parse: (text: string) => T): readonly T[] {
    try {
      return [parse(this.#text(source))];
    } catch (error) {
      const name = 'env' in source ? source.env : source.file;
      this.problems.push(`channel ${this.#channel}, ${name}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  }

  url(source: SecretSource, allowPrivateHosts: readonly string[]): string {
    const [url = ''] = this.read(source, (text) => {
      const problem = webhookUrlProblem(text.trim(), allowPrivateHosts);
      if (problem !== null) throw new Error(problem);
      return text.trim();
    });
    return url;
  }

  #text(source: SecretSource): string {
    if ('file' in source) return readFileSync(source.file, 'utf8');
    const value = this.#env[source.env];
    if (!value) throw new Error('expected a secret in this variable, found nothing. Set it.');
    return value;
  }
}
