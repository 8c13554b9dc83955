import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { startProgress } from '../console/progress.ts';
import { projectRoot } from '../stack/service.ts';
import { runVerify } from '../verify/run-verify.ts';
import { isProved, renderVerify } from '../verify/render-verify.ts';
import { type Invocation, readInteger, readTenant, runs } from './command.ts';

interface VerifyCommandOptions {
  readonly tenant?: string;
  readonly window?: string[];
  readonly deadline: string;
}

export function addVerifyCommands(program: Command): void {
  const verify = program
    .command('verify')
    .description('prove that live = SQL = recomputed; exit code 1 on any difference')
    .option('--tenant <tenant>', 'only this one (default: all)')
    .option('--window <window...>', 'these windows (default: a set of rolling and calendar ones)')
    .option('--deadline <seconds>', 'how long ClickHouse may take to catch up', '60');
  runs(verify, runVerifyCommand);
  const rebuild = program.command('rebuild').description('make the facts anew after a change of settings; stop the consumers first');
  runs(rebuild, runRebuild);
}

async function runVerifyCommand(invocation: Invocation, options: VerifyCommandOptions): Promise<ExitCode> {
  const { output } = invocation;
  const deadlineS = readInteger('--deadline', options.deadline, { min: 1, max: 3_600 });
  const tenants = options.tenant === undefined ? undefined : [readTenant(options.tenant)];
  const context = invocation.open();
  const progress = startProgress(output, 'verifying', 'numbers');
  const report = await runVerify(context, {
    ...(tenants === undefined ? {} : { tenants }),
    ...(options.window === undefined ? {} : { windows: options.window }),
    deadlineMs: deadlineS * 1000,
    report: output.talk,
    onProgress: (done, total) => progress.set(done, total),
  });
  progress.end(`verified what ${context.origin} holds`);
  output.text(renderVerify(report, output));
  output.value({ proved: isProved(report), ...report });
  return isProved(report) ? exitCodes.ok : exitCodes.wrong;
}

/** A process of its own: it is the consumer's code, with the consumer's log lines. */
async function runRebuild(invocation: Invocation): Promise<ExitCode> {
  const { output } = invocation;
  const context = invocation.open();
  const entry = join(projectRoot, 'services/consumer/src/rebuild.ts');
  if (!existsSync(entry)) throw new CliError(`expected ${entry}, found nothing there; is this checkout whole?`);
  output.talk(
    `rebuilding the facts of ${context.origin} under the settings of ${context.environment['VIGIE_SETTINGS_FILE'] ?? 'this version'} ...`,
  );
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
    cwd: projectRoot,
    env: context.environment,
    stdio: ['ignore', 2, 2],
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  output.value({ rebuilt: code === 0 });
  if (code !== 0)
    throw new CliError(`expected the rebuild to succeed, found exit code ${code}; its last lines above say why`, exitCodes.wrong);
  output.talk('rebuilt; start the consumers again');
  return exitCodes.ok;
}
