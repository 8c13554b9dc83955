import { mkdtempSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const vigieDir = join(import.meta.dirname, '..', '..', '..', '..', '.vigie');

/** A new folder for the servers of one run or suite: `.vigie/test-<pid>-<random>`. */
export function makeTestFolder(): string {
  mkdirSync(vigieDir, { recursive: true });
  return mkdtempSync(join(vigieDir, `test-${process.pid}-`));
}

export function removeTestFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Removes what runs left that were killed before they could tidy up. */
export function sweepTestFolders(): void {
  mkdirSync(vigieDir, { recursive: true });
  for (const name of readdirSync(vigieDir)) {
    const pid = /^test-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeTestFolder(join(vigieDir, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
