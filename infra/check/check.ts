/** `npm run check`: format, lint, types, unused code, import directions, sizes, the compose file. Exit code 1 when a step fails; all of them run. */
import { runSteps } from './run/run-steps.ts';
import { steps } from './run/steps.ts';

const { passed, failed } = await runSteps(steps, (text) => void process.stdout.write(text));
process.stdout.write(`check: ${passed} steps passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
