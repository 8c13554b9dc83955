import { spawn } from 'node:child_process';
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
  const child = spawn(process.execPath, [vitest, ...args], { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'inherit', 'inherit'] });
  const timers = [
    setTimeout(() => {
      process.stdout.write(`tests: expected them to end within ${deadlineMs / 60_000} minutes, found them still running; stopping them\n`);
      child.kill('SIGTERM');
    }, deadlineMs),
    setTimeout(() => child.kill('SIGKILL'), deadlineMs + killAfterMs),
  ];
  const [exitCode] = (await once(child, 'close')) as [number | null];
  for (const timer of timers) clearTimeout(timer);
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport) : undefined;
  rmSync(folder, { recursive: true, force: true });
  return countTests(report, exitCode);
}
