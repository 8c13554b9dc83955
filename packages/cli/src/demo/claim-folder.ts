import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from '@vigie/local';

const foldersMax = 20;

/**
 * Takes a demo folder that no other demo uses, emptied: `<base>/demo`, else `<base>/demo-2` and so on.
 *
 * Holds    two demos side by side never meet; what a killed one left behind is cleared away
 */
export function claimFolder(base: string): { folder: string; release: () => void } {
  for (let number = 1; number <= foldersMax; number++) {
    const folder = join(base, number === 1 ? 'demo' : `demo-${number}`);
    const lock = `${folder}.lock`;
    mkdirSync(base, { recursive: true, mode: 0o700 });
    if (!tryLock(lock)) continue;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    return { folder, release: () => rmSync(lock, { force: true }) };
  }
  throw new Error(
    `expected fewer than ${foldersMax} demos at once in ${base}, found as many; end some, or delete ${join(base, 'demo*.lock')}`,
  );
}

function tryLock(lock: string): boolean {
  if (isStale(lock)) rmSync(lock, { force: true });
  try {
    const file = openSync(lock, 'wx', 0o600);
    writeFileSync(file, JSON.stringify({ pid: process.pid, start: identify(process.pid)?.startTime }));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isStale(lock: string): boolean {
  try {
    const { pid, start } = JSON.parse(readFileSync(lock, 'utf8')) as { pid: number; start: string };
    return identify(pid)?.startTime !== start;
  } catch {
    // None, or one that is being written in this moment.
    return false;
  }
}
