import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from '../console/cli-error.ts';

export interface ServiceOptions {
  readonly name: string;
  /** The service's main.ts, from the root of the project. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  readonly report: (line: string) => void;
  /** What says that it can do its work. */
  readonly readyPath?: '/readyz' | '/livez';
  /** False: once ended it stays down. */
  readonly restarts?: boolean;
}

/** A Vigie service as a child process, started again when it ends unasked, unless that would be no use. */
export interface Service {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
  readonly pid: () => number | undefined;
  stop(): Promise<void>;
}

export const projectRoot = fileURLToPath(new URL('../../../../', import.meta.url));

const readyDeadlineMs = 60_000;
const stopDeadlineMs = 25_000;
const restartPauseMs = 500;
/** So many ends within the time are no accident any more. */
const restartsMax = 5;
const restartsWithinMs = 30_000;

/**
 * Starts a service and waits until it can do its work.
 *
 * Holds    it ends with this process, however this one ends; killed by somebody else it is started again, a bounded number of times, where it restarts
 * Errors   CliError with the end of its log when it does not get ready
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const port = await findFreePort();
  const env = { ...options.env, VIGIE_HTTP_PORT: String(port), VIGIE_HTTP_HOST: '127.0.0.1' };
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(dirname(options.logFile), { recursive: true });
  const logStart = sizeOf(options.logFile);
  let child = launch(options, env);
  let stopping = false;
  const ends: number[] = [];
  const again = async (): Promise<void> => {
    await pause(restartPauseMs);
    if (stopping) return;
    child = launch(options, env);
    options.report(`${options.name} runs again as process ${child.pid}`);
    watch();
  };
  const watch = (): void => {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      const nowMs = performance.now();
      ends.push(nowMs);
      const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
      if (options.restarts === false) {
        options.report(`${options.name} (process ${child.pid}) ended ${how} and stays down; its log: ${options.logFile}`);
        return;
      }
      if (ends.filter((endedMs) => nowMs - endedMs < restartsWithinMs).length > restartsMax) {
        options.report(`${options.name} ended ${how} too often and stays down; its log: ${options.logFile}`);
        return;
      }
      options.report(`${options.name} (process ${child.pid}) ended ${how}; starting it again`);
      void again();
    });
  };
  await waitUntilReady({ ...options, child, url, logStart });
  watch();
  return {
    name: options.name,
    url,
    logFile: options.logFile,
    pid: () => child.pid,
    stop: async () => {
      stopping = true;
      await end(child);
    },
  };
}

function launch(options: ServiceOptions, env: ServiceOptions['env']): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600);
  const preload = fileURLToPath(new URL('./end-with-parent.ts', import.meta.url));
  try {
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', preload, `${projectRoot}${options.entry}`], {
      cwd: projectRoot,
      env,
      // A group of its own: Ctrl-C in the terminal is for us, and we stop services in order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
  } finally {
    closeSync(log);
  }
}

interface Starting {
  readonly name: string;
  readonly child: ChildProcess;
  readonly url: string;
  readonly logFile: string;
  readonly logStart: number;
  readonly readyPath?: string;
}

async function waitUntilReady({ name, child, url, logFile, logStart, readyPath = '/readyz' }: Starting): Promise<void> {
  const deadlineMs = performance.now() + readyDeadlineMs;
  let found = 'no answer';
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new CliError(
        `expected ${name} to start, found that it ended with ${child.signalCode ?? `exit code ${child.exitCode}`}. ${endOfLog(logFile, logStart)}`,
      );
    }
    const answer = await fetch(`${url}${readyPath}`, { signal: AbortSignal.timeout(3_000) }).catch(() => null);
    if (answer?.ok === true) return;
    if (answer !== null) found = (await answer.text()).trim();
    await pause(100);
  }
  await end(child);
  throw new CliError(`expected ${name} to be ready within ${readyDeadlineMs / 1000} s, found ${found}. ${endOfLog(logFile, logStart)}`);
}

function endOfLog(logFile: string, from: number): string {
  const lines = readFileSync(logFile).subarray(from).toString('utf8').trim().split('\n').slice(-8);
  return `The end of its log (${logFile}):\n${lines.map((line) => `  ${line.slice(0, 600)}`).join('\n')}`;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await ended;
  clearTimeout(timer);
}

/** A port of this machine that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('expected a port of our own, found none');
  return address.port;
}
