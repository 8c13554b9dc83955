import { readFileSync } from 'node:fs';
import type { Logger, RedisConfig } from '@vigie/runtime';
import { Redis } from 'ioredis';

export type RedisClient = Redis;

/** Opens a client that reconnects for as long as it lives; commands wait a bounded time, so that a caller can decide what an outage means. */
export function connectRedis(config: RedisConfig, options: { name: string; logger: Logger }): RedisClient {
  const client = new Redis(config.url, {
    connectionName: options.name,
    ...(config.password === undefined ? {} : { password: config.password }),
    ...(config.caFile === undefined ? {} : { tls: { ca: readFileSync(config.caFile) } }),
    // A batch that may or may not have been applied is settled by its cursor, never by sending it again blindly.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 15_000,
    connectTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2_000),
  });
  let lastError = '';
  client.on('error', (error: Error) => {
    if (error.message === lastError) return;
    lastError = error.message;
    options.logger.warn({ err: error }, 'redis: connection lost, reconnecting');
  });
  client.on('ready', () => {
    lastError = '';
  });
  return client;
}

export class RedisSettingsError extends Error {
  override readonly name = 'RedisSettingsError';
}

/** Refuses a Redis that could forget: live cells need an append-only file and no eviction. */
export async function requireDurableRedis(client: RedisClient): Promise<void> {
  const info = await client.info();
  const read = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim() ?? 'unknown';
  const problems: string[] = [];
  if (read('aof_enabled') !== '1')
    problems.push(`appendonly: expected yes, found aof_enabled:${read('aof_enabled')}; start Redis with --appendonly yes`);
  if (read('maxmemory_policy') !== 'noeviction') {
    problems.push(
      `maxmemory-policy: expected noeviction, found ${read('maxmemory_policy')}; set it, or cells would vanish under memory pressure`,
    );
  }
  if (problems.length > 0) throw new RedisSettingsError(`redis: ${problems.join('; ')}`);
}
