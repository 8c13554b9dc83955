import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { History, OracleAnswer, Scenario } from './history.ts';

const oraclePath = fileURLToPath(new URL('../../oracle/oracle.py', import.meta.url));
const scenariosPath = fileURLToPath(new URL('../../scenarios.json', import.meta.url));
const probe = 'import sys, zoneinfo; zoneinfo.ZoneInfo("Europe/Paris"); sys.exit(0 if sys.version_info >= (3, 9) else 3)';
const stderrCharsMax = 10_000;

type PythonFound = { readonly ok: true; readonly command: string } | { readonly ok: false; readonly message: string };
let pythonFound: PythonFound | undefined;

/** Finds a Python that can run the oracle, once; otherwise says what was looked for and what to do. */
export function findPython(): PythonFound {
  pythonFound ??= lookForPython();
  return pythonFound;
}

function lookForPython(): PythonFound {
  const found: string[] = [];
  for (const command of ['python3', 'python']) {
    const result = spawnSync(command, ['-c', probe], { encoding: 'utf8' });
    if (result.status === 0) return { ok: true, command };
    if (result.error !== undefined) found.push(`no ${command}`);
    else found.push(result.status === 3 ? `${command} older than 3.9` : `${command} without time-zone data`);
  }
  const expected = 'the oracle expects python3 >= 3.9 with time-zone data';
  return { ok: false, message: `${expected}; found: ${found.join(', ')}. Install python3 and tzdata.` };
}

/**
 * Asks the Python oracle what a batch of histories must give.
 *
 * Shapes   histories -> per history, one answer per ask, in order
 * Holds    the oracle shares no code with the pipeline; one process serves the whole batch
 * Errors   Error with the oracle's own words when it cannot run or does not know a measure
 */
export async function askOracle(histories: readonly History[]): Promise<OracleAnswer[][]> {
  const python = findPython();
  if (!python.ok) throw new Error(python.message);
  const output = await runPython(python.command, JSON.stringify(histories));
  const answers: OracleAnswer[][] = JSON.parse(output);
  for (const answer of answers.flat()) assertExact(answer);
  return answers;
}

/** The hand-made test vectors of the design, with what is expected of each. */
export function loadScenarios(): Scenario[] {
  const scenarios: Scenario[] = JSON.parse(readFileSync(scenariosPath, 'utf8'));
  return scenarios;
}

function runPython(command: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [oraclePath], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints = (complaints + text).slice(-stderrCharsMax)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`the oracle expected histories that it understands; it ended with ${code}: ${complaints.trim()}`));
    });
    // A child that died early makes the pipe fail; its exit code and words say why, so the pipe's error adds nothing.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Past 2^53 JSON.parse would round, and a wrong answer would look like a wrong pipeline. */
function assertExact(answer: OracleAnswer): void {
  const numbers = typeof answer === 'number' ? [answer] : [answer.numerator, answer.denominator];
  if (numbers.every((number) => Number.isSafeInteger(number))) return;
  throw new Error(`expected answers within 2^53, found ${JSON.stringify(answer)}: make the amounts of the history smaller`);
}
