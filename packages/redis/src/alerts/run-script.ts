import { readFileSync } from 'node:fs';
import type { RedisClient } from '../connect.ts';
import { scriptOf, type Script } from '../script.ts';
import { pack, type Asked } from './pack.ts';

const scriptNames = [
  'begin',
  'bury-channel',
  'claim',
  'commit',
  'commit-lane',
  'journal-again',
  'load-lane',
  'put',
  'restore',
  'retry-dead',
  'settle',
  'trim-journal',
  'wake',
] as const;
export type AlertScript = (typeof scriptNames)[number];

/** Where alerts live, and what this process has seen of them. */
export interface AlertRedis {
  readonly client: RedisClient;
  /** Prefix of all keys. */
  readonly root: string;
  readonly journalBytesMax: number;
  /**
   * The epoch and the greatest sequence that this process knows. Every write says them, so that a Redis that was emptied, restored or set back in
   * time since then refuses what was decided before. '' and 0: nothing seen yet.
   */
  readonly seen: { epoch: string; sequence: number };
}

/** refused: somebody was faster, or there was nothing to change. full: no room. lost: Redis does not know what it should. */
export type ScriptStatus = 'ok' | 'refused' | 'full' | 'lost';

const sourceOf = (name: string): string => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
const prelude = sourceOf('prelude');
const scripts = new Map<AlertScript, Script>(scriptNames.map((name) => [name, scriptOf(`${prelude}\n${sourceOf(name)}`)]));

/**
 * Runs one script of alerts.
 *
 * Errors   those of the connection: it is then unknown whether it ran
 */
export async function runScript(at: AlertRedis, name: AlertScript, asked: Asked): Promise<{ status: ScriptStatus; more: unknown }> {
  const { client, root, seen } = at;
  const args = [root, seen.epoch, String(seen.sequence), pack(asked)];
  const reply = await scripts.get(name)!.run(client, [`${root}epoch`], args);
  if (!Array.isArray(reply)) throw new Error(`Expected a list from the alert store's ${name}, found ${JSON.stringify(reply)}.`);
  const [status, sequence, epoch, more] = reply as [ScriptStatus, string, string, unknown];
  if (status !== 'lost') {
    seen.sequence = Math.max(seen.sequence, Number(sequence));
    if (seen.epoch === '') seen.epoch = epoch;
  }
  return { status, more };
}

/** For writes of people, who are told and try again. */
export function requireWritten(status: ScriptStatus, what: string): void {
  if (status === 'lost') {
    throw new Error(
      `${what}: expected the alert state in Redis, found that it was lost and is not restored yet; the monitor restores it from ClickHouse, try again then`,
    );
  }
  if (status === 'full') throw new Error(`${what}: expected fewer of them in Redis, found no room for another; end or remove some`);
}
