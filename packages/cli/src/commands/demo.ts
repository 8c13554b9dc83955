import { isatty } from 'node:tty';
import type { Command } from 'commander';
import type { ExitCode } from '../console/cli-error.ts';
import { runDemo } from '../demo/run-demo.ts';
import { untilInterrupted } from '../stack/until-interrupted.ts';
import { type Invocation, readInteger, runs } from './command.ts';

const seedMax = 2 ** 31 - 1;

export function addDemoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('see the whole way: servers, a company, live KPIs, a churn wave, the alert and its cause, recovery, the proof')
    .option('--seed <n>', 'of the company; another seed, another company', '1')
    .option('--payload', 'also show headers and JSON of each webhook')
    .option('--exit', 'end when everything was shown (as it does when stdout is no terminal)');
  runs(command, demo);
}

async function demo({ output, env, dataDir }: Invocation, options: { seed: string; payload?: boolean; exit?: boolean }): Promise<ExitCode> {
  const exits = options.exit === true || !isatty(1);
  const seed = readInteger('--seed', options.seed, { min: 0, max: seedMax });
  return runDemo({ output, env, dataDir, seed, payload: options.payload === true, exits, interrupted: untilInterrupted() });
}
