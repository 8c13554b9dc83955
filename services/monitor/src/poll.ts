import { backoffMs, pause, type Clock, type Logger } from '@vigie/runtime';

export interface Poll {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** When the last round went well, epoch ms; 0 before the first. */
  readonly lastGoodMs: () => number;
  readonly lastProblem: () => string | null;
}

const failureBackoff = { baseMs: 200, capMs: 5_000 };

/** Does a thing again and again, one at a time; after a failure it waits longer, and says the same failure once. */
export function createPoll(
  work: () => Promise<void>,
  options: { name: string; intervalMs: number; clock: Clock; random: () => number; logger: Pick<Logger, 'error' | 'info'> },
): Poll {
  const { name, intervalMs, clock, random, logger } = options;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let lastGoodMs = 0;
  let problem: string | null = null;
  let failureCount = 0;

  const round = async (): Promise<number> => {
    try {
      await work();
      lastGoodMs = clock();
      if (problem !== null) logger.info({ poll: name }, 'works again');
      problem = null;
      failureCount = 0;
      return intervalMs;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== problem) logger.error({ poll: name, err: error }, 'failed, will be tried again');
      problem = message;
      failureCount += 1;
      return intervalMs + backoffMs(failureCount, failureBackoff, random);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const waitMs = await round();
      await pause(waitMs, stopping.signal).catch(() => {});
    }
  };
  return {
    start: () => void (running = run()),
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await running;
    },
    lastGoodMs: () => lastGoodMs,
    lastProblem: () => problem,
  };
}
