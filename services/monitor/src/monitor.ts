import type { RuleSet } from '@vigie/alerting';
import type { AlertStore } from '@vigie/redis';
import { AlertStateLost } from './alert-state-lost.ts';
import { LaneAnnouncer, type AnnouncerOptions } from './announce/announce-lanes.ts';
import { readdress } from './announce/readdress.ts';
import { OutboxDeliverer, type DelivererOptions } from './deliver/deliver-outbox.ts';
import { RuleEvaluator, type EvaluatorOptions } from './evaluate/evaluate-rules.ts';
import { createPoll, type Poll } from './poll.ts';

/** How often each part looks; a crossing is decided at most `evaluate` after its numbers are complete. */
const intervalsMs = { evaluate: 500, deliver: 250, ship: 1_000, reload: 2_000 };

export interface Monitor {
  readonly evaluate: Poll;
  readonly deliver: Poll;
  readonly ship: Poll;
  readonly reload: Poll;
}

export type MonitorOptions = Omit<EvaluatorOptions & AnnouncerOptions & DelivererOptions, 'ruleSet' | 'channels' | 'store'> & {
  readonly store: AlertStore;
  readonly rules: {
    readonly active: () => { ruleSet: RuleSet; senders: ReturnType<DelivererOptions['channels']> };
    readonly reload: () => Promise<boolean>;
  };
  /** Puts back what a lost Redis knew; before the first tick, and again whenever something shows that it forgot. */
  readonly restore: () => Promise<unknown>;
  /** Sends on to ClickHouse what was written since. */
  readonly shipJournal: () => Promise<void>;
  /** For tests, which have no time to wait. */
  readonly intervalsMs?: typeof intervalsMs;
};

/**
 * The parts of the monitor, which know of each other only through Redis: one decides and announces, one delivers, one keeps the record.
 *
 * Holds    nothing is judged before what was known is there; inhibition sees all rules of its tick; stop() of the delivering part waits for
 *          the attempts under way
 */
export function createMonitor(options: MonitorOptions): Monitor {
  const { clock, random, logger, rules, restore } = options;
  const ruleSet = (): RuleSet => rules.active().ruleSet;
  const announcer = new LaneAnnouncer({ ...options, ruleSet });
  const evaluator = new RuleEvaluator({ ...options, ruleSet, onTransitions: () => announcer.wake() });
  const deliverer = new OutboxDeliverer({ ...options, channels: () => rules.active().senders });
  let isRestored = false;
  let closedFor: RuleSet | null = null;

  const judge = async (): Promise<void> => {
    const current = ruleSet();
    if (closedFor !== current) {
      evaluator.forget();
      announcer.wake();
      // An outbox that was full, or another monitor that was faster, is tried again.
      const isClosed = await evaluator.closeRemovedRules();
      if ((await readdress({ ...options, ruleSet })) && isClosed) closedFor = current;
    }
    await evaluator.tick();
  };
  const evaluate = async (): Promise<void> => {
    try {
      if (!isRestored) {
        await restore();
        evaluator.forget();
        isRestored = true;
      }
      if ((await options.store.epoch()) === null) throw new AlertStateLost('Redis has no epoch of alerts, or an older one');
      try {
        await judge();
      } finally {
        // What was stored before a failure is told all the same.
        await announcer.tick();
      }
    } catch (error) {
      if (error instanceof AlertStateLost) isRestored = false;
      throw error;
    }
  };
  const poll = (name: keyof Monitor, work: () => Promise<void>): Poll =>
    createPoll(work, { ...{ clock, random, logger }, name, intervalMs: (options.intervalsMs ?? intervalsMs)[name] });
  const deliver = poll('deliver', () => deliverer.tick());
  return {
    evaluate: poll('evaluate', evaluate),
    deliver: {
      ...deliver,
      stop: async () => {
        await deliver.stop();
        await deliverer.drain();
      },
    },
    ship: poll('ship', options.shipJournal),
    reload: poll('reload', async () => void (await rules.reload())),
  };
}
