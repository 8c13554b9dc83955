import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestName } from './mutant.ts';

/** What became of a named test. `void`: it did not run to an answer, so that nothing is proven either way. */
export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly found: string }
  | { readonly status: 'void'; readonly reason: string };

interface Report {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const deadlineMs = 240_000;
const killAfterMs = 10_000;
const reasonCharsMax = 600;

/**
 * Runs some tests of one project of a copy of the project, and no others.
 *
 * Shapes   tests of one project -> their outcomes, in the same order
 * Holds    only a failed assertion is `failed`: a file that cannot be read, a hook that fails or a time-out is `void`
 */
export async function runTests(
  folder: string,
  tests: readonly TestName[],
  environment: Readonly<Record<string, string>>,
): Promise<Outcome[]> {
  const reportFile = join(folder, 'node_modules', '.vigie-mutant-report.json');
  rmSync(reportFile, { force: true });
  const said = await runVitest(folder, { tests, reportFile, environment });
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report) : { testResults: [] };
  return tests.map((test) => outcomeOf(report, { test, said }));
}

async function runVitest(
  folder: string,
  run: { tests: readonly TestName[]; reportFile: string; environment: Readonly<Record<string, string>> },
): Promise<string> {
  const { tests, reportFile, environment } = run;
  const files = [...new Set(tests.map(({ file }) => file))];
  const names = [...new Set(tests.map(({ name }) => patternOf(name)))];
  const args = ['run', '--project', tests[0]!.project, ...files, '-t', `^(?:${names.join('|')})$`];
  const reporting = ['--reporter=json', `--outputFile.json=${reportFile}`];
  const child = spawn(process.execPath, [join(folder, 'node_modules', 'vitest', 'vitest.mjs'), ...args, ...reporting], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const timers = [setTimeout(() => child.kill('SIGTERM'), deadlineMs), setTimeout(() => child.kill('SIGKILL'), deadlineMs + killAfterMs)];
  await once(child, 'close');
  for (const timer of timers) clearTimeout(timer);
  return said;
}

/** Between the names of a describe and of its test there is a sign of vitest's own, or none, by its version. */
const patternOf = (name: string): string => name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&').replaceAll(' ', ' (?:> )?');

function outcomeOf(report: Report, asked: { test: TestName; said: string }): Outcome {
  const { test, said } = asked;
  const results = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName }) => fullName.trim() === test.name);
  const [result] = results;
  if (results.length === 1 && result?.status === 'passed') return { status: 'passed' };
  const found = result?.failureMessages?.[0] ?? '';
  // fast-check reports an assertion as the cause of its own error.
  if (results.length === 1 && result?.status === 'failed' && /AssertionError|Property failed/.test(found)) {
    return { status: 'failed', found: found.split('\n')[0]!.trim() };
  }
  const message = found || report.testResults.map((file) => file.message ?? '').join(' ') || said.slice(-reasonCharsMax);
  const what = results.length === 0 ? 'no test of that name ran' : `its status is ${result!.status}`;
  return { status: 'void', reason: `${what}: ${message.slice(0, reasonCharsMax)}` };
}
