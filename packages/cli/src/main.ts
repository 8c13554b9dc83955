import { CommanderError } from 'commander';
import { exitCodes } from './console/cli-error.ts';
import { describeFailure } from './console/describe-failure.ts';
import { createProgram } from './program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has gone (| head): that is its right.
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  process.stderr.write(`vigie: expected stdout to take the data, found ${error.message}; make room, or write elsewhere\n`);
  process.exit(exitCodes.missing);
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has said it already; asking for help is no mistake.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    const { message, exitCode } = describeFailure(error);
    process.stderr.write(`vigie: ${message}\n`);
    process.exitCode = exitCode;
  }
}

// Clients keep timers after a failure; nothing is left to wait for but the output.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit();
