import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { identify } from '@vigie/local';

/** What a running `vigie up` tells the other commands: where everything is, and whom to stop. Holds passwords, so its owner alone may read it. */
export interface RunningStack {
  readonly version: 1;
  readonly pid: number;
  /** When that process started, as the system names it: a later process with the same number is another one. */
  readonly processStart: string;
  readonly startedAt: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly services: readonly { readonly name: string; readonly url: string; readonly logFile: string }[];
}

const fileOf = (dataDir: string): string => join(resolve(dataDir), 'up.json');

export function writeRunningStack(dataDir: string, stack: Omit<RunningStack, 'version' | 'pid' | 'processStart'>): void {
  const file = fileOf(dataDir);
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
  const whole: RunningStack = { version: 1, pid: process.pid, processStart: identify(process.pid)?.startTime ?? '', ...stack };
  writeFileSync(`${file}.tmp`, JSON.stringify(whole, null, 2), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

/** Removes the file, unless another process has taken the folder over since. */
export function dropRunningStack(dataDir: string): void {
  if (readFile(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true });
}

/** The stack that runs on a data folder; null when there is none (one that was killed counts as none). */
export function findRunningStack(dataDir: string): RunningStack | null {
  const stack = readFile(dataDir);
  return stack !== null && isRunning(stack) ? stack : null;
}

export function isRunning(stack: RunningStack): boolean {
  return identify(stack.pid)?.startTime === stack.processStart;
}

function readFile(dataDir: string): RunningStack | null {
  try {
    const found = JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Partial<RunningStack>;
    // A file of another version counts as none.
    return found.version === 1 && Number.isInteger(found.pid) && found.environment !== undefined ? (found as RunningStack) : null;
  } catch {
    return null;
  }
}
