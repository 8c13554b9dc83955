import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clickhouse, connectClickhouse } from '@vigie/clickhouse';
import { createKafka } from '@vigie/kafka';
import { parseSettings, type SettingsBook } from '@vigie/kpis';
import { connectRedis, type RedisClient } from '@vigie/redis';
import { type ConnectionConfig, connectionConfig, createLogger, type Env, type Logger, readConfig, serviceVariables } from '@vigie/runtime';
import { CliError } from './console/cli-error.ts';
import { findRunningStack } from './stack/state-file.ts';

type Kafka = ReturnType<typeof createKafka>;

/** Everything a command needs of a running Vigie; connections open when they are first asked for. */
export interface Context {
  readonly config: ConnectionConfig;
  readonly environment: Env;
  /** Where the addresses come from, for messages. */
  readonly origin: string;
  readonly settings: SettingsBook;
  /** Names the live numbers in Redis. */
  readonly place: { readonly prefix: string; readonly topic: string };
  readonly logger: Logger;
  redis(): RedisClient;
  clickhouse(as?: 'owner' | 'analyst'): Clickhouse;
  kafka(): Kafka;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly env: Env;
  readonly dataDir: string;
}

const addressNames = ['VIGIE_KAFKA_BROKERS', 'VIGIE_REDIS_URL', 'VIGIE_CLICKHOUSE_URL'] as const;

/**
 * Finds the servers: those that the environment names, else those of a `vigie up` on the data folder.
 *
 * Errors   CliError when there are neither; ConfigError; SettingsError
 */
export function openContext(options: ContextOptions): Context {
  const { environment, origin } = findEnvironment(options);
  const config = readConfig(connectionConfig, environment);
  const settings = readSettings(environment[settingsName] || undefined);
  const level = serviceVariables.logLevel.parse(environment['VIGIE_LOG_LEVEL'] || 'silent');
  const logger = createLogger({ name: 'vigie', level }, { write: (line: string) => void process.stderr.write(line) });
  const closers: (() => Promise<void> | void)[] = [];
  const once = <T>(open: () => T, close: (opened: T) => Promise<void> | void): (() => T) => {
    let opened: { value: T } | undefined;
    return () => {
      if (opened === undefined) {
        const value = open();
        opened = { value };
        closers.push(() => close(value));
      }
      return opened.value;
    };
  };
  const clickhouses = {
    owner: once(
      () => connectClickhouse(config.clickhouse, { name: 'vigie-cli' }),
      (clickhouse) => clickhouse.close(),
    ),
    analyst: once(
      () => connectClickhouse(config.clickhouse, { name: 'vigie-cli', as: 'analyst' }),
      (clickhouse) => clickhouse.close(),
    ),
  };
  return {
    config,
    environment,
    origin,
    settings,
    place: { prefix: config.redis.prefix, topic: config.kafka.topic },
    logger,
    redis: once(
      () => connectRedis(config.redis, { name: 'vigie-cli', logger }),
      (redis) => redis.disconnect(),
    ),
    clickhouse: (as = 'owner') => clickhouses[as](),
    kafka: once(
      () => createKafka({ connection: config.kafka, clientId: 'vigie-cli', logger }),
      () => {},
    ),
    close: async () => {
      for (const close of closers.splice(0)) await close();
    },
  };
}

const settingsName = 'VIGIE_SETTINGS_FILE';

/** The settings of a file; without one, every tenant has the built-in ones. */
function readSettings(file: string | undefined): SettingsBook {
  if (file === undefined) return parseSettings('');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliError(`${settingsName}: expected a readable file, found ${found} at ${resolve(file)}; correct the path`);
  }
  return parseSettings(text);
}

function findEnvironment({ env, dataDir }: ContextOptions): { environment: Env; origin: string } {
  const named = addressNames.filter((name) => env[name]);
  if (named.length > 0) return { environment: env, origin: `the environment (${named.join(', ')})` };
  const running = findRunningStack(dataDir);
  if (running !== null) {
    return { environment: { ...env, ...running.environment }, origin: `vigie up, process ${running.pid}, in ${resolve(dataDir)}` };
  }
  throw new CliError(
    `expected a running Vigie, found no "vigie up" on ${resolve(dataDir)} and no ${addressNames[0]} in the environment. ` +
      'Start one in another terminal: npm run vigie -- up. Or name your servers: VIGIE_KAFKA_BROKERS, VIGIE_REDIS_URL, VIGIE_CLICKHOUSE_URL',
  );
}
