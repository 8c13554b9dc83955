import { expect, test } from 'vitest';
import { runSteps } from './run-steps.ts';
import type { Step, StepResult } from './run-steps.ts';

function stepOf(name: string, status: StepResult['status'], output = ''): Step {
  return { name, run: () => Promise.resolve({ status, output }) };
}

test('every step runs and is counted, whatever the ones before it found', async () => {
  const lines: string[] = [];
  const broken: Step = { name: 'broken', run: () => Promise.reject(new Error('no such tool')) };
  const steps = [
    stepOf('format', 'failed', 'src/a.ts'),
    broken,
    stepOf('compose', 'skipped', 'no Compose here'),
    stepOf('types', 'passed', 'noise'),
  ];
  expect(await runSteps(steps, (line) => lines.push(line))).toEqual({ passed: 1, failed: 2 });
  const text = lines.join('');
  for (const shown of [
    'FAILED  format',
    'src/a.ts',
    'FAILED  broken',
    'no such tool',
    'skipped compose',
    'no Compose here',
    'ok      types',
  ]) {
    expect(text).toContain(shown);
  }
  expect(text).not.toContain('noise');
});
