import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServerHandle } from '../types.ts';
import { ServersError } from '../types.ts';
import { messageOf } from './error-code.ts';
import type { ProcessIdentity } from './identity.ts';
import { identify, isAlive, killAndWait, terminate } from './identity.ts';
import { expectFree } from './ports.ts';
import type { Reaper } from './reaper.ts';
import { until } from './until.ts';

/** How one server is started as a child and how one sees that it serves. */
export interface ServerSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  ports: number[];
  logFile: string;
  /** Resolves when the server answers as it should; throws while it does not. */
  probe: () => Promise<void>;
}

export interface Supervision {
  reaper: Reaper;
  report: (line: string) => void;
  /** Called as soon as a child runs, so that its identity is on disk before anything can go wrong. */
  recordChild: (name: string, child: ProcessIdentity) => void;
}

export interface ManagedServer extends ServerHandle {
  start(): Promise<void>;
}

const readyDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;
const logBytesMax = 5_000_000;

/** One server as a child process of its own process group: started, watched, ended; `running` is the one to take over instead of starting. */
export function createManagedServer(spec: ServerSpec, supervision: Supervision, running?: ProcessIdentity): ManagedServer {
  let current: ProcessIdentity | undefined = running;
  // Per child, not one flag: the exit of the last one may be reported when the next one already runs.
  const endsExpected = new Set<number>();

  async function start(): Promise<void> {
    if (current !== undefined && isAlive(current)) return;
    for (const port of spec.ports) await expectFree(spec.name, port);
    current = launch(spec, (pid, how) => {
      if (!endsExpected.delete(pid)) supervision.report(`${spec.name} ended unexpectedly (${how}); its log is ${spec.logFile}`);
    });
    supervision.reaper.watch(current);
    supervision.recordChild(spec.name, current);
    await expectReady(spec, current);
  }

  async function end(how: (child: ProcessIdentity) => Promise<void>): Promise<void> {
    if (current === undefined) return;
    endsExpected.add(current.pid);
    await how(current);
    supervision.reaper.forget(current);
    current = undefined;
  }

  const stop = () => end((child) => terminate(child, stopDeadlineMs));
  return {
    start,
    stop,
    kill: () => end(killAndWait),
    restart: async () => {
      await stop();
      await start();
    },
  };
}

function launch(spec: ServerSpec, onExit: (pid: number, how: string) => void): ProcessIdentity {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, isLong(spec.logFile) ? 'w' : 'a');
  // A process group of its own: Ctrl-C in the terminal reaches the program, which drains first and then ends its servers.
  const child = spawn(spec.command, spec.args, { cwd: dirname(spec.logFile), env: spec.env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  child.once('error', () => {});
  child.once('exit', (code, signal) => onExit(child.pid ?? 0, signal ?? `exit code ${code}`));
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined) return identity;
  throw new ServersError(
    `expected ${spec.command} to start (${spec.name}), found that it did not run or ended at once; see ${spec.logFile}${lastLines(spec)}`,
  );
}

async function expectReady(spec: ServerSpec, child: ProcessIdentity): Promise<void> {
  let last = 'no answer yet';
  const answered = async (): Promise<boolean> => {
    try {
      await spec.probe();
      return true;
    } catch (error) {
      last = messageOf(error);
      return false;
    }
  };
  let ready = false;
  await until(async () => (ready = await answered()) || !isAlive(child), { deadlineMs: readyDeadlineMs, everyMs: 50 });
  if (ready) return;
  const found = isAlive(child) ? `"${last}"` : 'that it ended';
  await terminate(child, stopDeadlineMs);
  throw new ServersError(
    `expected ${spec.name} to serve within ${readyDeadlineMs / 1000} s, found ${found}; its log is ${spec.logFile}${lastLines(spec)}`,
  );
}

function isLong(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax;
}

function lastLines(spec: ServerSpec): string {
  try {
    const lines = readFileSync(spec.logFile, 'utf8').trimEnd().split('\n').slice(-8);
    return lines.join('').trim() === '' ? '' : ` and ends with:\n  ${lines.join('\n  ')}`;
  } catch {
    return '';
  }
}
