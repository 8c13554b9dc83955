import { isatty } from 'node:tty';
import type { Command } from 'commander';
import type { ExitCode } from '../console/cli-error.ts';
import { runDemo } from '../demo/run-demo.ts';
import { untilInterrupted } from '../stack/until-interrupted.ts';
import { type Invocation, runs } from './command.ts';

export function addDemoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('see the whole way: servers, data, live KPIs, an alert, the proof')
    .option('--data <file>', "IBM's Telco sample (CSV, .gz too), or made-up (default: the sample where it is at hand)")
    .option('--exit', 'end when everything was shown (as it does when stdout is no terminal)');
  runs(command, demo);
}

async function demo({ output, env, dataDir }: Invocation, options: { data?: string; exit?: boolean }): Promise<ExitCode> {
  const exits = options.exit === true || !isatty(1);
  return runDemo({ output, env, dataDir, data: options.data, exits, interrupted: untilInterrupted() });
}
