import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.ts';
import { until } from './until.ts';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
}

/** The identity of a running process; undefined when there is none (a zombie has ended). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends a signal only to the very process that was recorded. */
function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Ends a process in order, by force after the deadline, and returns when it is gone. */
export async function terminate(identity: ProcessIdentity, deadlineMs: number): Promise<void> {
  sendSignal(identity, 'SIGTERM');
  if (await until(() => !isAlive(identity), { deadlineMs, everyMs: 20 })) return;
  await killAndWait(identity);
}

export async function killAndWait(identity: ProcessIdentity): Promise<void> {
  sendSignal(identity, 'SIGKILL');
  if (await until(() => !isAlive(identity), { deadlineMs: 10_000, everyMs: 10 })) return;
  throw new Error(`expected process ${identity.pid} to be gone 10 s after SIGKILL, found it alive; look at it with ps -p ${identity.pid}`);
}

/** The command line of a process, for messages only. */
export function describeProcess(pid: number): string {
  return `process ${pid} (${commandLine(pid) ?? 'its command line is not readable'})`;
}

function commandLine(pid: number): string | undefined {
  try {
    const line =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return line.trim().slice(0, 120) || undefined;
  } catch {
    return undefined;
  }
}

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may itself hold spaces and parentheses, so count from the last one: proc(5)'s fields 3 (state), 20 and 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, threadCount, startTicks] = [fields[0], Number(fields[17]), fields[19]];
    // A zombie whose threads still run on their way out still holds its ports and files.
    if ((state === 'Z' || state === 'X') && threadCount <= 1) return undefined;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${bootId}:${startTicks}`;
  } catch {
    return undefined;
  }
}

/** True for what a state or lock file holds when it holds an identity. */
export function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'startTime' in value &&
    typeof value.startTime === 'string'
  );
}

function psStartTime(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}
