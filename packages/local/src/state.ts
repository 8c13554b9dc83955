import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './process/error-code.ts';
import type { ProcessIdentity } from './process/identity.ts';
import { describeProcess, identify, isAlive, isIdentity } from './process/identity.ts';
import { until } from './process/until.ts';
import type { AllPorts } from './types.ts';
import { ServersError } from './types.ts';

/** What a data folder remembers about its servers, so that a later run can tell ours from a foreign process. */
export interface LocalState {
  /** The process that started the servers. */
  owner?: ProcessIdentity;
  /** True when the servers were meant to outlive it. */
  keepRunning: boolean;
  children: Record<string, ProcessIdentity>;
  ports?: AllPorts;
}

/** Passwords of the local servers, made once per data folder and readable by its owner alone. */
export interface Secrets {
  redis: string;
  clickhouse: string;
  analyst: string;
}

const lockDeadlineMs = 120_000;

export function readState(dataDir: string): LocalState {
  const found = readJson(join(dataDir, 'servers.json'));
  return isState(found) ? found : { keepRunning: false, children: {} };
}

export function writeState(dataDir: string, state: LocalState): void {
  writeAtomically(join(dataDir, 'servers.json'), state);
}

export function readOrMakeSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  const found = readJson(file);
  if (isSecrets(found)) return found;
  const secrets = makeSecrets();
  writeAtomically(file, secrets);
  return secrets;
}

export function makeSecrets(): Secrets {
  const [redis, clickhouse, analyst] = [0, 1, 2].map(() => randomBytes(18).toString('base64url'));
  return { redis: redis!, clickhouse: clickhouse!, analyst: analyst! };
}

/** Runs `work` while no other process starts or ends servers in this data folder. */
export async function withLock<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'servers.lock');
  const got = await until(() => tryLock(file), { deadlineMs: lockDeadlineMs, everyMs: 100 });
  if (!got) {
    const holder = readJson(file);
    throw new ServersError(
      `expected the lock ${file} to be free within ${lockDeadlineMs / 1000} s, found it held by ${isIdentity(holder) ? describeProcess(holder.pid) : 'an unknown process'}; ` +
        'wait for it, end it, or use another data folder (VIGIE_DATA_DIR)',
    );
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string): boolean {
  const mine = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    // A link appears whole or not at all: nobody ever reads a half-written lock.
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    dropStaleLock(file, mine);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function dropStaleLock(file: string, mine: string): void {
  const holder = readJson(file);
  if (!isIdentity(holder) || isAlive(holder)) return;
  // Moved aside, not deleted: if another process took the lock since we looked, what we moved is its lock, and it goes back.
  const aside = `${mine}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readJson(aside);
  if (isIdentity(moved) && isAlive(moved)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A file of another version or a damaged one counts as none. */
function isState(value: unknown): value is LocalState {
  if (!isRecord(value) || typeof value['keepRunning'] !== 'boolean' || !isRecord(value['children'])) return false;
  const portsFit = value['ports'] === undefined || (isRecord(value['ports']) && Object.values(value['ports']).every(Number.isInteger));
  return portsFit && Object.values(value['children']).every(isIdentity) && (value['owner'] === undefined || isIdentity(value['owner']));
}

function isSecrets(value: unknown): value is Secrets {
  return isRecord(value) && ['redis', 'clickhouse', 'analyst'].every((name) => typeof value[name] === 'string');
}

function writeAtomically(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(temporary, file);
}
