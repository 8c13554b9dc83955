import { spawn } from 'node:child_process';
import { root, toolEnvironment } from './project.ts';

export interface CommandResult {
  /** null when a signal ended it. */
  exitCode: number | null;
  output: string;
}

/** Runs one of the project's tools and keeps what it says; a tool that cannot be started is a result as well. */
export function runCommand(command: string, args: string[]): Promise<CommandResult> {
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', (error) =>
    resolve({ exitCode: null, output: `expected to start ${command}, found: ${error.message}; run it through npm` }),
  );
  child.on('close', (exitCode) => resolve({ exitCode, output }));
  return promise;
}
