/** What a step found; its output is shown unless it passed. */
export interface StepResult {
  status: 'passed' | 'failed' | 'skipped';
  output: string;
}

export interface Step {
  name: string;
  run(): Promise<StepResult>;
}

export interface Totals {
  passed: number;
  failed: number;
}

/**
 * Runs every step in order, whatever the ones before it found, with one line each.
 *
 * Holds    a step that throws has failed; a skipped one counts as neither
 */
export async function runSteps(steps: Step[], write: (text: string) => void): Promise<Totals> {
  const totals = { passed: 0, failed: 0 };
  for (const step of steps) {
    const startMs = performance.now();
    const { status, output } = await settle(step);
    const tookS = ((performance.now() - startMs) / 1000).toFixed(1);
    write(`${marks[status]} ${step.name} (${tookS} s)\n`);
    if (status !== 'passed' && output.trim() !== '') write(`${indent(output)}\n`);
    if (status === 'passed') totals.passed += 1;
    if (status === 'failed') totals.failed += 1;
  }
  return totals;
}

const marks = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' };

async function settle(step: Step): Promise<StepResult> {
  try {
    return await step.run();
  } catch (error) {
    return { status: 'failed', output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function indent(output: string): string {
  return output.trimEnd().replaceAll(/^/gm, '        ');
}
