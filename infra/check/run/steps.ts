import { checkArchitecture } from '../architecture.ts';
import { checkCompose } from '../compose.ts';
import { checkLock } from '../lock.ts';
import { root } from './project.ts';
import { runCommand } from './run-command.ts';
import type { Step, StepResult } from './run-steps.ts';

/** Everything that `npm run check` looks at, the quickest first. */
export const steps: Step[] = [
  { name: 'import directions and sizes', run: () => listed(checkArchitecture(root)) },
  { name: 'package-lock.json', run: () => listed(checkLock(root)) },
  { name: 'docker-compose.yml', run: compose },
  script('format (prettier)', 'format:check'),
  script('lint with types (oxlint)', 'lint'),
  script('types of packages, services, examples', 'typecheck'),
  script('types of infra and the root', 'typecheck:root'),
  command('packages load on plain Node', ['node', 'infra/check/load.ts']),
  script('unused files, exports, dependencies (knip)', 'unused'),
];

/** A script of package.json, so that one of them can be run alone: `npm run lint`. */
function script(name: string, scriptName: string): Step {
  return command(name, ['npm', 'run', '--silent', scriptName]);
}

function command(name: string, [tool, ...args]: [string, ...string[]]): Step {
  return {
    name,
    run: async () => {
      const { exitCode, output } = await runCommand(tool, args);
      return { status: exitCode === 0 ? 'passed' : 'failed', output: `$ ${[tool, ...args].join(' ')}\n${output}` };
    },
  };
}

function listed(problems: string[]): Promise<StepResult> {
  return Promise.resolve({ status: problems.length === 0 ? 'passed' : 'failed', output: problems.join('\n') });
}

function compose(): Promise<StepResult> {
  const { status, message } = checkCompose();
  return Promise.resolve({ status, output: message });
}
