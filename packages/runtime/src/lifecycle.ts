export interface Lifecycle {
  /** Declares a part; parts start in the order they were added and stop in the reverse. `stop` gets a signal that aborts at the drain deadline. */
  readonly add: (name: string, start: () => void | Promise<void>, stop: (deadline: AbortSignal) => void | Promise<void>) => void;
  /** Starts every part and resolves when all have stopped, with the exit code that says how it went. */
  readonly run: () => Promise<number>;
  /** Begins the stop, as SIGTERM does. */
  readonly stop: (reason: string) => void;
  /** A part can go no further: everything stops, exit code 1. */
  readonly fail: (name: string, error: unknown) => void;
}

/** The part of the process that is needed here. */
export interface SignalSource {
  readonly on: (signal: Signal, listener: (signal: Signal) => void) => unknown;
  readonly off: (signal: Signal, listener: (signal: Signal) => void) => unknown;
  readonly exit: (code: number) => void;
}
type Signal = keyof typeof signalNumbers;

export interface LifecycleOptions {
  readonly logger: Record<'info' | 'warn' | 'error', (context: Record<string, unknown>, message: string) => void>;
  readonly drainDeadlineMs: number;
  /** For tests; default: the process itself. */
  readonly process?: SignalSource;
}

interface Part {
  readonly name: string;
  readonly start: () => void | Promise<void>;
  readonly stop: (deadline: AbortSignal) => void | Promise<void>;
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Starts the parts of a service in order and stops them in reverse, with a deadline.
 *
 * Holds    a part whose start failed is not stopped, those before it are; one part's failure to stop does not keep the others running
 *          SIGTERM and SIGINT begin the drain; a second signal exits at once with 128 + its number
 * Errors   run() never rejects: 0 after a clean stop, 1 after a failed start, a failed part, a failed stop or a missed deadline
 */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { logger, drainDeadlineMs } = options;
  const host: SignalSource = options.process ?? process;
  const parts: Part[] = [];
  const stopping = Promise.withResolvers<void>();
  let stopRequested = false;
  let exitCode = 0;

  const stop = (reason: string): void => {
    if (stopRequested) return;
    stopRequested = true;
    logger.info({ reason }, 'stopping');
    stopping.resolve();
  };
  const fail = (name: string, error: unknown): void => {
    exitCode = 1;
    logger.error({ part: name, err: error }, 'a part failed, stopping everything');
    stop(`${name} failed`);
  };
  const onSignal = (signal: Signal): void => {
    if (!stopRequested) return stop(signal);
    logger.warn({ signal }, 'second signal: leaving without draining');
    host.exit(128 + signalNumbers[signal]);
  };

  const run = async (): Promise<number> => {
    host.on('SIGTERM', onSignal);
    host.on('SIGINT', onSignal);
    const started: Part[] = [];
    for (const part of parts) {
      if (stopRequested) break;
      try {
        await part.start();
        started.push(part);
        logger.info({ part: part.name }, 'started');
      } catch (error) {
        fail(part.name, error);
      }
    }
    await stopping.promise;
    if (!(await stopAll(started.toReversed(), { logger, drainDeadlineMs }))) exitCode = 1;
    host.off('SIGTERM', onSignal);
    host.off('SIGINT', onSignal);
    return exitCode;
  };

  return { add: (name, start, stopPart) => void parts.push({ name, start, stop: stopPart }), run, stop, fail };
}

async function stopAll(parts: readonly Part[], options: Pick<LifecycleOptions, 'logger' | 'drainDeadlineMs'>): Promise<boolean> {
  const { logger, drainDeadlineMs } = options;
  const deadline = new AbortController();
  const missed = Promise.withResolvers<'missed'>();
  const timer = setTimeout(() => {
    deadline.abort(new Error(`the drain took over ${drainDeadlineMs} ms`));
    missed.resolve('missed');
  }, drainDeadlineMs);
  let clean = true;
  for (const part of parts) {
    const outcome = await Promise.race([stopOne(part, deadline.signal), missed.promise]);
    if (outcome === 'stopped') continue;
    clean = false;
    if (outcome === 'missed') logger.error({ part: part.name, drainDeadlineMs }, 'did not stop before the drain deadline, left behind');
    else logger.error({ part: part.name, err: outcome.error }, 'failed to stop');
  }
  clearTimeout(timer);
  return clean;
}

async function stopOne(part: Part, deadline: AbortSignal): Promise<'stopped' | { error: unknown }> {
  try {
    await part.stop(deadline);
    return 'stopped';
  } catch (error) {
    return { error };
  }
}
