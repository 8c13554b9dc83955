import type { Totals } from './run-steps.ts';

/** The part of Vitest's JSON report that is read here. */
export interface VitestReport {
  testResults: { name: string; status: string; message?: string; assertionResults: { status: string; fullName: string }[] }[];
}

export interface TestTotals extends Totals {
  skipped: number;
}

/**
 * Counts the tests of a run.
 *
 * Holds    a file that failed without a failed test of its own (it did not load, a hook threw) is one failure more; so is a run that ended badly although
 *          every test passed, a run that left no report, and a run without a single test
 */
export function countTests(report: VitestReport | undefined, exitCode: number | null): TestTotals {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const failedBefore = totals.failed;
    for (const test of file.assertionResults) totals[kindOf(test.status)] += 1;
    if (file.status === 'failed' && totals.failed === failedBefore) totals.failed += 1;
  }
  if (totals.failed === 0 && (exitCode !== 0 || totals.passed === 0)) totals.failed = 1;
  return totals;
}

function kindOf(status: string): keyof TestTotals {
  if (status === 'passed') return 'passed';
  return status === 'failed' ? 'failed' : 'skipped';
}
