import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from './connect.ts';

export interface Script {
  run(client: RedisClient, keys: readonly string[], args: readonly (string | number | Uint8Array)[]): Promise<unknown>;
}

/** A Lua script of this folder, run by its hash and loaded when the server does not know it (after a restart). */
export function loadScript(name: string): Script {
  return scriptOf(readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8'));
}

export function scriptOf(source: string): Script {
  const sha = createHash('sha1').update(source).digest('hex');
  return {
    async run(client, keys, args) {
      const rest = [keys.length, ...keys, ...args.map((arg) => (arg instanceof Uint8Array ? Buffer.from(arg) : arg))];
      try {
        return await client.call('EVALSHA', sha, ...rest);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return await client.call('EVAL', source, ...rest);
      }
    },
  };
}
