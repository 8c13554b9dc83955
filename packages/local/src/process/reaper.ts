import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { ProcessIdentity } from './identity.ts';

/** Whoever ends our children when we cannot. */
export interface Reaper {
  watch(child: ProcessIdentity): void;
  forget(child: ProcessIdentity): void;
  close(): void;
}

/** Starts a small process that holds the other end of a pipe of ours and ends the watched children when it closes. */
export function startReaper(): Reaper {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'reaper-main.ts')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  // Its end is ours too: a dead reaper must not take the program down with EPIPE.
  child.stdin.on('error', () => {});
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    watch: ({ pid, startTime }) => void child.stdin.write(`watch ${pid} ${startTime}\n`),
    forget: ({ pid }) => void child.stdin.write(`forget ${pid}\n`),
    close: () => void child.stdin.end(),
  };
}

/** For servers that are meant to outlive the process that started them. */
export const noReaper: Reaper = { watch: () => {}, forget: () => {}, close: () => {} };
