import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Env } from './config.ts';

/** Called where a crash must do no harm; does nothing unless the environment names this very point. */
export type FaultPoint = (name: string) => void;

/**
 * Lets a test kill or pause the process at a named place.
 *
 * Shapes   VIGIE_FAULT_POINT: `name`, or `name:3` for the third passing; VIGIE_FAULT_ACTION: kill (default) or pause (SIGSTOP until SIGCONT)
 * Holds    name, passing, time and pid are on disk in VIGIE_FAULT_FILE before the signal, so a test can prove that its fault happened
 */
export function createFaultPoints(env: Env): FaultPoint {
  const asked = env['VIGIE_FAULT_POINT'];
  if (!asked) return () => {};
  const { name: wanted, passing: wantedPassing } = parsePoint(asked);
  const action = env['VIGIE_FAULT_ACTION'] || 'kill';
  if (action !== 'kill' && action !== 'pause') {
    throw new Error(`VIGIE_FAULT_ACTION: expected kill or pause, found ${JSON.stringify(action)}. Set one of them.`);
  }
  let passing = 0;
  return (name) => {
    if (name !== wanted) return;
    passing += 1;
    if (passing !== wantedPassing) return;
    record(env['VIGIE_FAULT_FILE'], `${name} ${passing} ${new Date().toISOString()} ${process.pid}\n`);
    if (action === 'pause') {
      process.kill(process.pid, 'SIGSTOP');
      return;
    }
    process.kill(process.pid, 'SIGKILL');
    // The kernel may let this thread run on for a moment: nothing may happen after the point.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

function parsePoint(asked: string): { name: string; passing: number } {
  const match = /^(.*):(\d+)$/.exec(asked);
  return match === null ? { name: asked, passing: 1 } : { name: match[1]!, passing: Number(match[2]) };
}

function record(file: string | undefined, line: string): void {
  if (!file) return;
  const handle = openSync(file, 'a');
  writeSync(handle, line);
  fsyncSync(handle);
  closeSync(handle);
}
