import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Kafka, logLevel, type LogEntry, type SASLOptions } from 'kafkajs';
import { retriesWithin } from './produce-retries.ts';

/** Where Kafka is and how to log in. The `kafka` section of the configuration is one. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly ssl?: boolean;
  /** PEM of the authority that signed the brokers' certificates, where it is not a public one. */
  readonly sslCaFile?: string | undefined;
  readonly saslMechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What kafkajs has to say goes here; pino's loggers fit. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface KafkaClientOptions {
  readonly connection: KafkaConnection;
  /** Seen in the broker's logs and quotas. */
  readonly clientId: string;
  readonly logger: KafkaLogger;
  /** How long it tries to connect, and to connect again, about; ten seconds when left out. */
  readonly connectRetryForMs?: number;
}

export class KafkaConnectionError extends Error {
  override readonly name = 'KafkaConnectionError';
}

/**
 * Makes a client of Kafka; it connects when a producer, consumer or admin of it does.
 *
 * Holds    kafkajs logs through `logger` only: its errors as warnings, because what cannot be repaired comes back as a rejection
 * Errors   KafkaConnectionError when the CA file cannot be read or a login is incomplete (retriable: false)
 */
export function createKafka({ connection, clientId, logger, connectRetryForMs }: KafkaClientOptions): Kafka {
  silenceNegativeTimeouts();
  const ssl = sslOf(connection);
  const sasl = saslOf(connection);
  return new Kafka({
    brokers: [...connection.brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(connectRetryForMs === undefined ? {} : { retry: retriesWithin(connectRetryForMs) }),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => forward(entry, logger),
  });
}

function sslOf({ ssl, sslCaFile }: KafkaConnection): ConnectionOptions | boolean | undefined {
  if (ssl !== true) {
    if (sslCaFile === undefined) return undefined;
    throw new KafkaConnectionError(
      'expected VIGIE_KAFKA_SSL=true beside VIGIE_KAFKA_SSL_CA_FILE, found no TLS: set it, or drop the CA file',
    );
  }
  if (sslCaFile === undefined) return true;
  try {
    return { ca: [readFileSync(sslCaFile, 'utf8')] };
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new KafkaConnectionError(`expected a readable PEM file in VIGIE_KAFKA_SSL_CA_FILE, found ${found}: check the path`, { cause });
  }
}

function saslOf({ saslMechanism, username, password }: KafkaConnection): SASLOptions | undefined {
  if (saslMechanism === undefined) return undefined;
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? 'VIGIE_KAFKA_USERNAME' : 'VIGIE_KAFKA_PASSWORD';
    throw new KafkaConnectionError(`expected a user and a password for ${saslMechanism}, found no ${missing}: set it`);
  }
  // One branch per mechanism, because kafkajs types them as a union.
  if (saslMechanism === 'plain') return { mechanism: 'plain', username, password };
  if (saslMechanism === 'scram-sha-256') return { mechanism: 'scram-sha-256', username, password };
  return { mechanism: 'scram-sha-512', username, password };
}

function forward({ namespace, level, log }: LogEntry, logger: KafkaLogger): void {
  const { message, timestamp: _timestamp, logger: _logger, ...details } = log;
  const fields = { ...details, from: namespace ? `kafkajs ${namespace}` : 'kafkajs' };
  // Ours to decide, made with open eyes: a failed send gives up its producer (produce.ts), so the guarantee stands.
  if (message.startsWith('Limiting retries for the idempotent producer')) return;
  if (level === logLevel.ERROR || level === logLevel.WARN) logger.warn(fields, message);
  else if (level === logLevel.INFO) logger.info(fields, message);
  else logger.debug(fields, message);
}

let silenced = false;

/** kafkajs arms timers with a time that has passed, which Node 24 warns about at every start. Only that warning, and only from there, is dropped. */
function silenceNegativeTimeouts(): void {
  if (silenced) return;
  silenced = true;
  const emitWarning = process.emitWarning.bind(process);
  const filtered = (...args: Parameters<typeof process.emitWarning>): void => {
    const kind: unknown = args[1];
    if (kind === 'TimeoutNegativeWarning' && (new Error('where').stack ?? '').includes('kafkajs')) return;
    emitWarning(...args);
  };
  // Assigning through defineProperty keeps the overloads of the original for everybody else.
  Object.defineProperty(process, 'emitWarning', { value: filtered, writable: true, configurable: true });
}
