import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { findFreePort, projectRoot } from '../stack/service.ts';
import { type Invocation, runs } from './command.ts';

export function addSimulateCommand(program: Command): void {
  const command = program
    .command('simulate')
    .argument('[options...]', 'of the simulator: services/simulator/README.md has all of them')
    .description('let a company that does not exist live in the running Vigie, such as: vigie simulate --days 60 --rate 200')
    // They are the simulator's to judge: --days, --rate, --seed and more.
    .allowUnknownOption();
  runs(command, simulate);
}

/** A terminal, npm and the starter of the command each send the same Ctrl-C. */
const sameKeyMs = 1_000;

/**
 * Runs the simulator on the servers that other commands use, until it has told everything or is stopped.
 *
 * Holds    it ends with this process, however this one ends; its exit code is that of the command
 */
async function simulate(invocation: Invocation, _options: unknown, [args = []]: [string[]?]): Promise<ExitCode> {
  const { environment, origin } = invocation.open();
  invocation.output.talk(`the simulator writes to the servers of ${origin}; Ctrl-C ends it`);
  const preload = fileURLToPath(new URL('../stack/end-with-parent.ts', import.meta.url));
  const entry = `${projectRoot}services/simulator/src/main.ts`;
  // Consumer and monitor have ports already, perhaps that of the default.
  const port = environment['VIGIE_HTTP_PORT'] || String(await findFreePort());
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', preload, entry, ...args], {
    env: { ...environment, VIGIE_HTTP_PORT: port },
    // A group of its own: signals reach it once, through us.
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let forwardedMs = -Infinity;
  const forward = (signal: NodeJS.Signals): void => {
    if (performance.now() - forwardedMs < sameKeyMs) return;
    forwardedMs = performance.now();
    child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      child.once('error', (error) => {
        reject(new CliError(`expected the simulator to start, found ${error.message}; look at ${entry}`, exitCodes.missing));
      });
      child.once('exit', (code, signal) => resolve(signal === null ? ((code ?? exitCodes.wrong) as ExitCode) : exitCodes.interrupted));
    });
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward);
  }
}
