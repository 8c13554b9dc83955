/**
 * `npm test`: the check's steps, then every test on real servers; the last line is `N passed, N failed`, a step counting as one.
 *
 * Tests run also when the check fails. Exit code 1 on any failure, and when no test ran.
 */
import { runSteps } from './run/run-steps.ts';
import { runVitest } from './run/run-vitest.ts';
import { steps } from './run/steps.ts';

const write = (text: string): void => void process.stdout.write(text);

write('check\n');
const checked = await runSteps(steps, write);
write('\ntests (the first run downloads real servers, which takes some minutes)\n');
const tested = await runVitest();
write(
  `\ncheck steps: ${checked.passed} passed, ${checked.failed} failed; tests: ${tested.passed} passed, ${tested.failed} failed, ${tested.skipped} skipped\n`,
);
write(`${checked.passed + tested.passed} passed, ${checked.failed + tested.failed} failed\n`);
process.exitCode = checked.failed + tested.failed === 0 ? 0 : 1;
