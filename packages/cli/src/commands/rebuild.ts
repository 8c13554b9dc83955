import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { startServers } from '@vigie/local';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { projectRoot } from '../stack/service.ts';
import { findRunningStack } from '../stack/state-file.ts';
import { type Invocation, runs } from './command.ts';
import { existing } from './stack.ts';

export function addRebuildCommand(program: Command): void {
  const rebuild = program
    .command('rebuild')
    .description('make all facts anew, after a change of settings; consumers stopped')
    .option('--settings <file>', 'how tenants count from now on (default: VIGIE_SETTINGS_FILE, else built-in)')
    .addHelpText('after', '\nWithout servers in the environment it starts those of the data folder, and stops them again.');
  runs(rebuild, runRebuild);
}

async function runRebuild({ output, env, dataDir }: Invocation, options: { settings?: string }): Promise<ExitCode> {
  const running = findRunningStack(dataDir);
  if (running !== null) {
    throw new CliError(
      `expected the consumers to be stopped, found vigie up as process ${running.pid} on ${resolve(dataDir)}; run vigie down first`,
    );
  }
  const settings = options.settings ?? env['VIGIE_SETTINGS_FILE'];
  const servers = await startServers({ dataDir, env, report: output.talk });
  try {
    const chosen = settings ? { VIGIE_SETTINGS_FILE: existing('--settings', settings) } : {};
    output.talk(`making the facts anew under ${settings ?? 'the built-in settings'} ...`);
    const code = await runEntry({ ...env, ...servers.environment, ...chosen });
    output.value({ rebuilt: code === 0 });
    if (code !== 0)
      throw new CliError(`expected the rebuild to succeed, found exit code ${code}; its last lines above say why`, exitCodes.wrong);
  } finally {
    await servers.stop();
  }
  output.talk('rebuilt; start the consumers again, with the same settings');
  return exitCodes.ok;
}

/** A process of its own: it is the consumer's code, with the consumer's log lines. */
async function runEntry(env: NodeJS.ProcessEnv): Promise<number> {
  const entry = join(projectRoot, 'services/consumer/src/main.ts');
  const args = ['--disable-warning=ExperimentalWarning', entry, 'rebuild'];
  const child = spawn(process.execPath, args, { cwd: projectRoot, env, stdio: ['ignore', 2, 2] });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}
