import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { logLevels } from './connection-config.ts';

export type LogLevel = (typeof logLevels)[number];

/** The part of pino that services use; `logger.info({ partition }, 'assigned')`. */
export type Logger = Pick<PinoLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'child'>;

/** Bodies of events are their owners' business, and secrets nobody's: under these names they never reach a log. */
const withheldKeys = ['event', 'events', 'record', 'records', 'body', 'data', 'rawBytes', 'password', 'secret', 'authorization'];

/**
 * Makes a JSON logger that writes one object per line to stdout.
 *
 * Holds    values under `event`, `record`, `body`, `data`, `password`, `secret` and the like are written as "[withheld]", at the top and one level down
 */
export function createLogger(
  { name, level }: { name: string; level: LogLevel },
  destination: DestinationStream = pino.destination({ fd: 1, sync: true }),
): Logger {
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: withheldKeys.flatMap((key) => [key, `*.${key}`]), censor: '[withheld]' },
    },
    destination,
  );
}
