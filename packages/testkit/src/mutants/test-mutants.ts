import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutant, plant, type TestName, VoidMutantError } from './mutant.ts';
import type { Verdict } from './report.ts';
import { type Outcome, runTests } from './run-tests.ts';

interface Run {
  /** For tests that need servers. */
  readonly environment: Readonly<Record<string, string>>;
  readonly report: (line: string) => void;
}

/**
 * Plants mutants one by one in a copy of the project.
 *
 * Holds    a mutant counts as caught only when its test passes without it and fails by an assertion with it
 */
export async function testMutants(tree: string, mutants: readonly Mutant[], run: Run): Promise<Verdict[]> {
  const before = await runUnplanted(tree, mutants, run);
  const verdicts: Verdict[] = [];
  for (const mutant of mutants) {
    const startedMs = performance.now();
    const verdict = await testOne(tree, { mutant, unplanted: before.get(keyOf(mutant.test))! }, run);
    verdicts.push({ ...verdict, mutant, tookMs: performance.now() - startedMs });
    run.report(`${verdict.verdict}: ${mutant.shortcut} (${mutant.how}): ${verdict.detail}`);
  }
  return verdicts;
}

const keyOf = ({ file, name }: TestName): string => `${file}\n${name}`;

/** Each test once as the code is; those of one project in one run. */
async function runUnplanted(tree: string, mutants: readonly Mutant[], run: Run): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const project of ['unit', 'int'] as const) {
    const tests = [...new Map(mutants.map(({ test }) => [keyOf(test), test])).values()].filter((test) => test.project === project);
    if (tests.length === 0) continue;
    run.report(`${project}: ${tests.length} tests without any mutant`);
    for (const [index, outcome] of (await runTests(tree, tests, run.environment)).entries()) outcomes.set(keyOf(tests[index]!), outcome);
  }
  return outcomes;
}

async function testOne(
  tree: string,
  asked: { mutant: Mutant; unplanted: Outcome },
  run: Run,
): Promise<Pick<Verdict, 'verdict' | 'detail'>> {
  const { mutant, unplanted } = asked;
  if (unplanted.status !== 'passed') {
    const found = unplanted.status === 'void' ? unplanted.reason : unplanted.found;
    return { verdict: 'VOID', detail: `expected its test to pass without it, found ${unplanted.status}: ${found}` };
  }
  const originals = new Map(mutant.edits.map(({ file }) => [file, readFileSync(join(tree, file), 'utf8')]));
  try {
    const planted = new Map(originals);
    for (const edit of mutant.edits) planted.set(edit.file, plant(planted.get(edit.file)!, edit));
    for (const [file, text] of planted) writeFileSync(join(tree, file), text);
    const [outcome] = await runTests(tree, [mutant.test], run.environment);
    if (outcome?.status === 'failed') return { verdict: 'caught', detail: outcome.found };
    if (outcome?.status === 'passed') return { verdict: 'SURVIVED', detail: `expected ${mutant.test.name} to fail, found it passed` };
    return { verdict: 'VOID', detail: outcome?.reason ?? 'nothing ran' };
  } catch (error) {
    if (!(error instanceof VoidMutantError)) throw error;
    return { verdict: 'VOID', detail: error.message };
  } finally {
    for (const [file, text] of originals) writeFileSync(join(tree, file), text);
  }
}
