import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { createOutput, type Output } from '../console/output.ts';
import { type Context, openContext } from '../context.ts';

/** What every command is given beside its own options. */
export interface Invocation {
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  /** Opens the running Vigie; closed when the command ends. */
  open(): Context;
}

interface CommonOptions {
  readonly json?: boolean;
  readonly dataDir?: string;
}

/** What a command does; `never` stands for its own options and arguments, as commander reads them. */
export type Work = (invocation: Invocation, options: never, args: never) => Promise<ExitCode>;

/** Runs a command's work and sets the exit code; connections are closed whatever happens. */
export function runs(command: Command, work: Work): Command {
  return command
    .option('--json', 'print data as JSON')
    .option('--data-dir <folder>', 'data of local servers and address of a running "vigie up" (default: VIGIE_DATA_DIR or .vigie)')
    .action(async (...given: unknown[]) => {
      const options = command.optsWithGlobals<CommonOptions>();
      const args = given.slice(0, -2);
      const env = process.env;
      const dataDir = options.dataDir ?? (env['VIGIE_DATA_DIR'] || '.vigie');
      const opened: Context[] = [];
      const invocation: Invocation = {
        output: createOutput({ json: options.json === true, env }),
        env,
        dataDir,
        open: () => {
          const context = openContext({ env, dataDir });
          opened.push(context);
          return context;
        },
      };
      try {
        process.exitCode = await work(invocation, options as never, args as never);
      } finally {
        for (const context of opened) await context.close();
      }
    });
}

/** A whole number from an option, within bounds. */
export function readInteger(name: string, text: string, range: { min: number; max: number }): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= range.min && value <= range.max) return value;
  throw new CliError(`${name}: expected a whole number from ${range.min} to ${range.max}, found ${JSON.stringify(text)}`, exitCodes.usage);
}

export function readTenant(text: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(text)) return text;
  throw new CliError(`--tenant: expected a tenant id (a-z, 0-9, _ and -, at most 64), found ${JSON.stringify(text)}`, exitCodes.usage);
}
