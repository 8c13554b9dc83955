import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import { startProgress } from '../console/progress.ts';
import { runVerify } from '../verify/run-verify.ts';
import { isProved, renderVerify } from '../verify/render-verify.ts';
import { type Invocation, readInteger, readTenant, runs } from './command.ts';

interface VerifyCommandOptions {
  readonly tenant?: string;
  readonly window?: string[];
  readonly deadline: string;
}

export function addVerifyCommand(program: Command): void {
  const verify = program
    .command('verify')
    .description('prove that live = SQL = recomputed; exit code 1 on any difference')
    .option('--tenant <tenant>', 'only this one (default: all)')
    .option('--window <window...>', 'these windows (default: a set of rolling and calendar ones)')
    .option('--deadline <seconds>', 'how long ClickHouse may take to catch up', '60');
  runs(verify, runVerifyCommand);
}

async function runVerifyCommand(invocation: Invocation, options: VerifyCommandOptions): Promise<ExitCode> {
  const { output } = invocation;
  const deadlineS = readInteger('--deadline', options.deadline, { min: 1, max: 3_600 });
  const tenants = options.tenant === undefined ? undefined : [readTenant(options.tenant)];
  const context = invocation.open();
  const progress = startProgress(output, 'verifying', 'questions');
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
