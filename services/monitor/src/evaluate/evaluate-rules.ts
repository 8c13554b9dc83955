import {
  closedRecords,
  evaluateWindow,
  isComplete,
  isUnanswerable,
  renderNotification,
  type AlertRecord,
  type Notification,
  type Rule,
  type RuleSet,
} from '@vigie/alerting';
import { kpiById, rollingWindowEnding, type Dimension, type KpiAnswer, type Window } from '@vigie/kpis';
import type { AlertStore, RuleState } from '@vigie/redis';
import type { Clock, FaultPoint, Logger } from '@vigie/runtime';
import type { MonitorMetrics } from './metrics.ts';
import { planWindows } from './plan-windows.ts';

export interface KpiQuestion {
  readonly tenant: string;
  readonly kpi: string;
  readonly window: Window;
  readonly by: Dimension | null;
}
export type ReadKpi = (question: KpiQuestion) => Promise<readonly KpiAnswer[]>;

export interface EvaluatorOptions {
  readonly ruleSet: RuleSet;
  readonly store: Pick<AlertStore, 'load' | 'commit' | 'knownRules'>;
  readonly readKpi: ReadKpi;
  readonly zoneOf: (tenant: string) => string;
  readonly clock: Clock;
  readonly fault: FaultPoint;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: MonitorMetrics;
}

/**
 * Judges every rule's windows in order, each as soon as its numbers are complete, and stores what follows.
 *
 * Holds    one window of one rule is one compare-and-set write; a refused one changes nothing and is read again on the next tick;
 *          a rule that cannot be read does not keep the others waiting
 * Errors   those of the store, which end the tick: nothing can be judged without it
 */
export class RuleEvaluator {
  readonly #options: EvaluatorOptions;
  /** Only saves reads: what is judged is always loaded first. */
  readonly #evaluatedTo = new Map<string, number | null>();
  readonly #failed = new Map<string, string>();

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** Resolves the firings of rules that the file no longer has; once, before the first tick. */
  async closeRemovedRules(): Promise<boolean> {
    const { store, ruleSet } = this.#options;
    const present = new Set(ruleSet.rules.map(keyOf));
    let isDone = true;
    for (const known of await store.knownRules()) {
      if (present.has(keyOf(known))) continue;
      const state = await store.load(known);
      if (state.rule === null) continue;
      const { rule } = state;
      const records = state.instances.flatMap((instance) => closedRecords(rule, instance));
      if (!(await this.#commit({ rule, state, evaluatedToMs: null, instances: [], records }))) isDone = false;
    }
    return isDone;
  }

  async tick(): Promise<void> {
    const answers = new Map<string, Promise<readonly KpiAnswer[]>>();
    const read: ReadKpi = (question) => {
      const { tenant, kpi, window, by } = question;
      const key = JSON.stringify([tenant, kpi, window.from, window.to, by]);
      const asked = answers.get(key) ?? this.#options.readKpi(question);
      answers.set(key, asked);
      return asked;
    };
    for (const rule of this.#options.ruleSet.rules) await this.#evaluateRule(rule, read);
  }

  async #evaluateRule(rule: Rule, read: ReadKpi): Promise<void> {
    const { store, clock, metrics, logger } = this.#options;
    const nowMs = clock();
    const known = this.#evaluatedTo.get(keyOf(rule));
    if (known !== undefined && planWindows(rule, known, nowMs).ends.length === 0) return;
    let state = await store.load(rule);
    const plan = planWindows(rule, state.evaluatedToMs, nowMs);
    for (const windowEndMs of plan.ends) {
      const answers = await this.#answersOf(rule, windowEndMs, read);
      metrics.onLag(rule.uid, answers === null ? nowMs - windowEndMs : 0);
      if (answers === null) break;
      if (windowEndMs === plan.ends[0] && plan.skippedCount > 0) {
        metrics.onSkipped(rule.uid, plan.skippedCount);
        logger.warn(
          { rule: rule.uid, skippedCount: plan.skippedCount },
          'missed windows are too many to make up for, the oldest are left out',
        );
      }
      const next = await this.#judge(rule, state, { windowEndMs, answers, isBackfilled: windowEndMs !== plan.ends.at(-1) });
      if (next === null) return void this.#evaluatedTo.delete(keyOf(rule));
      state = next;
    }
    this.#evaluatedTo.set(keyOf(rule), state.evaluatedToMs);
  }

  async #judge(
    rule: Rule,
    state: RuleState,
    window: { windowEndMs: number; answers: readonly KpiAnswer[]; isBackfilled: boolean },
  ): Promise<RuleState | null> {
    const { metrics, logger } = this.#options;
    const { windowEndMs, answers, isBackfilled } = window;
    const { instances, evaluatedToMs } = state;
    const decision = evaluateWindow({ rule, instances, evaluatedToMs, windowEndMs, answers, backfilled: isBackfilled });
    if (!(await this.#commit({ rule, state, evaluatedToMs: windowEndMs, instances: decision.instances, records: decision.records })))
      return null;
    metrics.onWindow(rule.uid, decision.verdicts);
    if (decision.overflowCount > 0) {
      metrics.onOverflow(rule.uid, decision.overflowCount);
      logger.warn({ rule: rule.uid, sliceCount: decision.overflowCount }, 'slices past the bound of a rule are not watched');
    }
    return { revision: state.revision + 1, evaluatedToMs: windowEndMs, instances: decision.instances, rule };
  }

  /** null: not complete yet, or not readable now; the window waits. */
  async #answersOf(rule: Rule, windowEndMs: number, read: ReadKpi): Promise<readonly KpiAnswer[] | null> {
    const window = rollingWindowEnding(rule.size, windowEndMs, this.#options.zoneOf(rule.tenant));
    const question = { tenant: rule.tenant, kpi: rule.kpi, window, by: rule.groupBy };
    try {
      const answers = await read(question);
      // No slice at all says nothing about completeness; a total does, of any KPI that has one.
      const witnesses = answers.length > 0 ? answers : await read({ ...question, kpi: witnessOf(rule.kpi), by: null });
      this.#failed.delete(keyOf(rule));
      return witnesses.every((answer) => isUnanswerable(answer) || isComplete(answer, rule.settleMs)) ? answers : null;
    } catch (error) {
      this.#reportFailure(rule, error);
      return null;
    }
  }

  #reportFailure(rule: Rule, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.metrics.onFailure(rule.uid);
    if (this.#failed.get(keyOf(rule)) === message) return;
    this.#failed.set(keyOf(rule), message);
    this.#options.logger.error({ rule: rule.uid, err: error }, 'a rule could not be read; its windows wait');
  }

  async #commit(change: {
    rule: Rule;
    state: RuleState;
    evaluatedToMs: number | null;
    instances: RuleState['instances'];
    records: readonly AlertRecord[];
  }): Promise<boolean> {
    const { store, clock, fault, metrics, logger, ruleSet } = this.#options;
    const { rule, state, evaluatedToMs, instances, records } = change;
    const channels = ruleSet.routes.default.channels;
    const notifications: Notification[] = records.flatMap((record) => channels.map((channel) => renderNotification(record, channel)));
    if (records.length > 0) fault('monitor.decided');
    const expectedRevision = state.revision;
    const result = await store.commit({ rule, expectedRevision, evaluatedToMs, instances, records, notifications, nowMs: clock() });
    if (result === 'refused') metrics.onRefused();
    if (result === 'full')
      logger.error({ rule: rule.uid }, 'the outbox is full: nothing is judged until notifications go out; see the channels');
    if (result !== 'ok') return false;
    if (records.length > 0) fault('monitor.stored');
    for (const { transition } of records) {
      metrics.onTransition(transition.kind);
      const { id, kind, severity, windowEndMs, episode } = transition;
      logger.info({ rule: rule.uid, transition: id, kind, severity, windowEndMs, episode }, 'transition stored');
    }
    return true;
  }
}

/** A uid is unique within its tenant. */
function keyOf({ tenant, uid }: { tenant: string; uid: string }): string {
  return `${tenant}:${uid}`;
}

/** A KPI that exists by slices only has no total to ask for. */
const witnessOf = (kpi: string): string => (kpiById(kpi)?.onlyBy === undefined ? kpi : 'customer_churn_rate');
