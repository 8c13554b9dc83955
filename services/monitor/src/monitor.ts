import { OutboxDeliverer, type DelivererOptions } from './deliver-outbox.ts';
import { RuleEvaluator, type EvaluatorOptions } from './evaluate-rules.ts';
import { createPoll, type Poll } from './poll.ts';

/** How often the clock is looked at; a crossing is decided at most this long after its numbers are complete. */
const evaluateIntervalMs = 500;
const deliverIntervalMs = 250;

export interface Monitor {
  readonly evaluate: Poll;
  readonly deliver: Poll;
}

/**
 * The two halves of the monitor, which know of each other only through the outbox: one decides, one delivers.
 *
 * Holds    stop() of the delivering half waits for the attempts under way
 */
export function createMonitor(options: EvaluatorOptions & DelivererOptions): Monitor {
  const { clock, random, logger } = options;
  const evaluator = new RuleEvaluator(options);
  const deliverer = new OutboxDeliverer(options);
  let hasClosedRemoved = false;
  const evaluate = async (): Promise<void> => {
    // An outbox that was full, or another monitor that was faster, is tried again.
    hasClosedRemoved ||= await evaluator.closeRemovedRules();
    await evaluator.tick();
  };
  const polling = { clock, random, logger };
  const deliver = createPoll(() => deliverer.tick(), { ...polling, name: 'deliver', intervalMs: deliverIntervalMs });
  return {
    evaluate: createPoll(evaluate, { ...polling, name: 'evaluate', intervalMs: evaluateIntervalMs }),
    deliver: {
      ...deliver,
      stop: async () => {
        await deliver.stop();
        await deliverer.drain();
      },
    },
  };
}
