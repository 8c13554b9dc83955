import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, toolEnvironment } from './project.ts';
import { countTests } from './vitest-totals.ts';
import type { TestTotals, VitestReport } from './vitest-totals.ts';

/** A run that hangs must end with a failure that says so, before the machine that runs it gives up without a word. */
const deadlineMs = 35 * 60_000;
const killAfterMs = 20_000;

/** Runs all projects of vitest.config.ts with their progress on the screen, and counts. */
export async function runVitest(): Promise<TestTotals> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-test-'));
  const reportFile = join(folder, 'report.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  // A group of its own, so that the services that tests have started end with it.
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: root,
    env: toolEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const stopWatching = endInTime(child);
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  stopWatching();
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport) : undefined;
  rmSync(folder, { recursive: true, force: true });
  if (report === undefined) {
    process.stdout.write(
      `tests: expected Vitest to end with a report, found none after ${signal ?? `exit code ${exitCode}`}; the tests above are not counted\n`,
    );
  }
  return countTests(report, exitCode);
}

/** Ends the whole group past the deadline, and when this process is told to end. */
function endInTime(child: ChildProcess): () => void {
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // It ended by itself in this moment.
    }
  };
  const onSignal = (): void => signalGroup('SIGTERM');
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  const timers = [
    setTimeout(() => {
      process.stdout.write(`tests: expected them to end within ${deadlineMs / 60_000} minutes, found them still running; stopping them\n`);
      signalGroup('SIGTERM');
    }, deadlineMs),
    setTimeout(() => signalGroup('SIGKILL'), deadlineMs + killAfterMs),
  ];
  return () => {
    for (const timer of timers) clearTimeout(timer);
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
    // Whatever a test that failed has left behind.
    signalGroup('SIGKILL');
  };
}
