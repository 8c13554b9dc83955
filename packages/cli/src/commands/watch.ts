import { isatty } from 'node:tty';
import type { Command } from 'commander';
import pc from 'picocolors';
import { systemUser } from '../alerts/author.ts';
import type { ExitCode } from '../console/cli-error.ts';
import { printFrame, runScreen } from '../watch/run-watch.ts';
import { createWatchSource } from '../watch/watch-source.ts';
import { type Invocation, runs } from './command.ts';

interface WatchOptions {
  readonly once?: boolean;
  readonly author: string;
}

export function addWatchCommand(program: Command): void {
  const command = program
    .command('watch')
    .description('KPIs that rules watch, and alerts, live; keys to acknowledge and silence')
    .option('--once', 'print one frame and end (as it does when stdin or stdout is no terminal, or with --json)')
    .option('--author <name>', 'who acknowledges and silences', systemUser() || 'vigie watch');
  runs(command, watch);
}

async function watch(invocation: Invocation, { once, author }: WatchOptions): Promise<ExitCode> {
  const { output, env } = invocation;
  const isScreen = once !== true && !output.json && isatty(0) && isatty(1) && env['TERM'] !== 'dumb';
  const source = createWatchSource(invocation.open(), { author, colors: isScreen ? pc.createColors(false) : output.colors });
  return isScreen ? runScreen(source, { isColored: output.colors.isColorSupported }) : printFrame(source, output);
}
