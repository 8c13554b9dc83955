import { exitCodes } from '../console/cli-error.ts';

/** Ctrl-C, as a promise. */
export interface Interrupted {
  readonly first: Promise<NodeJS.Signals>;
}

/** A terminal sends Ctrl-C to every process at once, and npm passes it on once more. */
const sameKeyMs = 1_000;

/**
 * Begins to listen for the signals that end a command: the first is for the command to stop in order, the next one, asked for again by a
 * person, ends the process at once (its servers and services end with it).
 */
export function untilInterrupted(): Interrupted {
  const first = Promise.withResolvers<NodeJS.Signals>();
  let firstMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > sameKeyMs) process.exit(exitCodes.interrupted);
      first.resolve(signal);
    });
  }
  return { first: first.promise };
}
