import type { Channel, SecretSource } from '../types.ts';
import type { ChannelEntry } from './channel-schema.ts';
import type { RulesFile } from './rules-schema.ts';

const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue';
const resendDefaultMs = 60_000;
const mailPorts = { starttls: 587, implicit: 465, none: 25 } as const;

/** The channels of a file that was checked; `log` is always among them. */
export function buildChannels({ channels }: RulesFile): readonly Channel[] {
  const declared = Object.entries(channels ?? {}).map(([name, entry]) => buildChannel(name, entry));
  const log: Channel = { name: 'log', type: 'log', allowPrivateHosts: [], fallback: null };
  return declared.some(({ name }) => name === 'log') ? declared : [...declared, log];
}

function buildChannel(name: string, entry: ChannelEntry): Channel {
  const base = {
    name,
    allowPrivateHosts: ('allow_private_hosts' in entry ? entry.allow_private_hosts : undefined) ?? [],
    fallback: ('fallback' in entry ? entry.fallback : undefined) ?? null,
  };
  switch (entry.type) {
    case 'log':
      return { ...base, type: 'log' };
    case 'webhook': {
      const secrets = entry.secret_env?.map((env) => ({ env })) ?? (entry.secret_file ?? []).map((file) => ({ file }));
      const url = entry.url === undefined ? secretOf(entry.url_env, entry.url_file) : { text: entry.url };
      return { ...base, type: 'webhook', url, secrets, format: entry.format ?? 'standard' };
    }
    case 'slack':
    case 'teams':
    case 'discord':
      return { ...base, type: entry.type, url: secretOf(entry.url_env, entry.url_file) };
    case 'pagerduty':
      return {
        ...base,
        type: 'pagerduty',
        routingKey: secretOf(entry.routing_key_env, entry.routing_key_file),
        url: entry.url ?? pagerDutyUrl,
      };
    case 'alertmanager':
      return { ...base, type: 'alertmanager', url: entry.url.replace(/\/+$/u, ''), resendMs: entry.resend ?? resendDefaultMs };
    case 'email': {
      const tls = entry.tls ?? 'starttls';
      const { host, from, to } = entry;
      const password = entry.user === undefined ? null : secretOf(entry.password_env, entry.password_file);
      return { ...base, type: 'email', host, port: entry.port ?? mailPorts[tls], tls, user: entry.user ?? null, password, from, to };
    }
    case 'kafka':
      return { ...base, type: 'kafka', topic: entry.topic };
  }
}

/** The schema has seen to it that one of them is there. */
function secretOf(env: string | undefined, file: string | undefined): SecretSource {
  return env === undefined ? { file: file ?? '' } : { env };
}
