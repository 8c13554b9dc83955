import type { ServerHandle, Servers } from '../types.ts';
import { ServersError } from '../types.ts';

/** The variables that name a server; with all three, servers are somebody else's. */
export const addressNames = ['VIGIE_KAFKA_BROKERS', 'VIGIE_REDIS_URL', 'VIGIE_CLICKHOUSE_URL'] as const;

const prefixes = ['VIGIE_KAFKA_', 'VIGIE_REDIS_', 'VIGIE_CLICKHOUSE_'];

/** Which of the addresses are set; some but not all is a mistake, since two halves of two systems would make one. */
export function hasAddresses(env: NodeJS.ProcessEnv): boolean {
  const set = addressNames.filter((name) => env[name]);
  if (set.length === 0) return false;
  if (set.length === addressNames.length) return true;
  const missing = addressNames.filter((name) => !env[name]);
  throw new ServersError(
    `expected all of ${addressNames.join(', ')} or none, found ${set.join(', ')} without ${missing.join(', ')}; ` +
      'set the missing ones to use your own servers, or unset the others to have servers started',
  );
}

/** Servers that run elsewhere: addresses, passwords and TLS settings are passed on as they are, and nothing is started, stopped or killed. */
export function useEnvironment(env: NodeJS.ProcessEnv): Servers {
  const brokers = env['VIGIE_KAFKA_BROKERS']!.split(',').map((broker) => broker.trim());
  const clickhouse = {
    url: env['VIGIE_CLICKHOUSE_URL']!,
    user: env['VIGIE_CLICKHOUSE_USER'] || 'vigie',
    password: env['VIGIE_CLICKHOUSE_PASSWORD'] ?? '',
    analystUser: env['VIGIE_CLICKHOUSE_ANALYST_USER'] || 'analyst',
    analystPassword: env['VIGIE_CLICKHOUSE_ANALYST_PASSWORD'] ?? '',
  };
  const passedOn = Object.entries(env).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined && prefixes.some((prefix) => entry[0].startsWith(prefix));
  });
  return {
    provider: 'environment',
    kafka: { ...refuse('Kafka'), brokers },
    redis: { ...refuse('Redis'), url: redisUrl(env) },
    clickhouse: { ...refuse('ClickHouse'), ...clickhouse },
    environment: {
      ...Object.fromEntries(passedOn),
      VIGIE_CLICKHOUSE_USER: clickhouse.user,
      VIGIE_CLICKHOUSE_ANALYST_USER: clickhouse.analystUser,
    },
    stop: async () => {},
  };
}

/** With the password in it, as the other providers give it; a rediss:// URL with a CA file still needs VIGIE_REDIS_CA_FILE from `environment`. */
function redisUrl(env: NodeJS.ProcessEnv): string {
  const url = new URL(env['VIGIE_REDIS_URL']!);
  if (env['VIGIE_REDIS_PASSWORD']) url.password = encodeURIComponent(env['VIGIE_REDIS_PASSWORD']);
  return url.href;
}

function refuse(name: string): ServerHandle {
  const refusal = (verb: string) => async (): Promise<void> => {
    throw new ServersError(
      `expected a server that Vigie started, found ${name} given by the environment, which it does not ${verb}; ` +
        `unset ${addressNames.join(', ')} to have servers started for tests that do`,
    );
  };
  return { kill: refusal('kill'), stop: refusal('stop'), restart: refusal('restart') };
}
