import { describe, expect, test } from 'vitest';
import { countTests } from './vitest-totals.ts';
import type { VitestReport } from './vitest-totals.ts';

function fileOf(status: string, ...tests: string[]): VitestReport['testResults'][number] {
  return { name: 'x.test.ts', status, assertionResults: tests.map((result, index) => ({ status: result, fullName: `test ${index}` })) };
}

describe('the total of a run', () => {
  test('is the tests of all files', () => {
    const report = { testResults: [fileOf('passed', 'passed', 'passed', 'skipped'), fileOf('failed', 'passed', 'failed')] };
    expect(countTests(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  test('has a failure for a file that did not load', () => {
    expect(countTests({ testResults: [fileOf('failed'), fileOf('passed', 'passed')] }, 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('has a failure when the run ended badly although every test passed', () => {
    expect(countTests({ testResults: [fileOf('passed', 'passed')] }, 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(countTests({ testResults: [fileOf('passed', 'passed')] }, null)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('has a failure when nothing ran', () => {
    expect(countTests(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(countTests({ testResults: [] }, 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(countTests({ testResults: [fileOf('passed', 'skipped')] }, 0)).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
  });
});
