import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const mainPath = fileURLToPath(new URL('../../../../services/consumer/src/main.ts', import.meta.url));
const logCharsMax = 20_000;
const stopDeadlineMs = 20_000;

/** A consumer as it runs in production: a process of its own. */
export interface ConsumerProcess {
  readonly child: ChildProcess;
  /** The end of what it said. */
  readonly log: () => string;
  /** Its exit code once it has ended, null while it runs. */
  readonly exitCode: () => number | null;
  /** Comes back when it has ended, however that came about. */
  readonly ended: Promise<void>;
  kill(): Promise<void>;
  /** Ends it as an orchestrator does; past the deadline it is killed. */
  stop(): Promise<void>;
}

/** Starts `services/consumer` with an environment; it ends with the test process at the latest. */
export function startConsumer(environment: Readonly<Record<string, string>>): ConsumerProcess {
  const env = { ...process.env, VIGIE_HTTP_PORT: '0', VIGIE_HTTP_HOST: '127.0.0.1', VIGIE_LOG_LEVEL: 'warn', ...environment };
  const child = spawn(process.execPath, [mainPath], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const listen = (text: string): void => void (log = (log + text).slice(-logCharsMax));
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      listen(String(error));
      resolve();
    });
    child.once('exit', () => {
      process.off('exit', endWithUs);
      resolve();
    });
  });
  return {
    child,
    log: () => log,
    exitCode: () => child.exitCode,
    ended,
    kill: () => end(child, ended, 'SIGKILL'),
    stop: () => end(child, ended, 'SIGTERM'),
  };
}

async function end(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await ended;
  clearTimeout(timer);
}
