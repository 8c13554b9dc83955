import {
  closedRecords,
  evaluateWindow,
  failedHealth,
  isComplete,
  isUnanswerable,
  type AlertRecord,
  type Instance,
  type Rule,
  type RuleHealth,
  type RuleSet,
} from '@vigie/alerting';
import type { AlertStore, RuleState } from '@vigie/redis';
import type { Clock, FaultPoint, Logger } from '@vigie/runtime';
import type { MonitorMetrics } from '../metrics.ts';
import { AlertStateLost } from '../alert-state-lost.ts';
import { ruleKeyOf } from '../rule-key.ts';
import { addressRecords } from './arrivals.ts';
import { explainRecord } from './explain-record.ts';
import { planWindows, type WindowPlan } from './plan-windows.ts';
import { readReadings, shareReads, type ReadDeps, type Readings } from './read-readings.ts';

export interface EvaluatorOptions extends ReadDeps {
  /** The rules of now; another set after a reload. */
  readonly ruleSet: () => RuleSet;
  readonly store: Pick<AlertStore, 'load' | 'commit' | 'knownRules'>;
  /** Called with what was stored: it may hold back others, or let them go. */
  readonly onTransitions?: (records: readonly AlertRecord[]) => void;
  readonly clock: Clock;
  readonly fault: FaultPoint;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: MonitorMetrics;
}

/**
 * Judges every rule's windows in order, each as soon as its numbers are complete, and stores what follows.
 *
 * Holds    one window of one rule is one compare-and-set write; a refused one changes nothing and is read again on the next tick;
 *          a rule that cannot be read does not keep the others waiting; pipeline alarms are judged first, so that they inhibit in the same tick
 * Errors   those of the store, which end the tick: nothing can be judged without it; AlertStateLost when Redis has forgotten what it knew
 */
export class RuleEvaluator {
  readonly #options: EvaluatorOptions;
  /** Only saves reads, and shows a Redis that went back in time: what is judged is always loaded first. */
  readonly #known = new Map<string, { revision: number; evaluatedToMs: number | null }>();

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** After a restore or a reload nothing that was remembered needs to be true. */
  forget(): void {
    this.#known.clear();
  }

  /** Resolves the firings of rules that the file no longer has; true when nothing is left to close. */
  async closeRemovedRules(): Promise<boolean> {
    const { store, ruleSet } = this.#options;
    const present = new Set(ruleSet().rules.map(ruleKeyOf));
    let isDone = true;
    for (const known of await store.knownRules()) {
      if (present.has(ruleKeyOf(known))) continue;
      const state = await store.load(known);
      if (state.rule === null) continue;
      const { rule } = state;
      const records = state.instances.flatMap((instance) => closedRecords(rule, instance));
      if ((await this.#commit({ rule, state, evaluatedToMs: null, instances: [], records, health: state.health })) === null) isDone = false;
      else this.#known.delete(ruleKeyOf(rule));
    }
    return isDone;
  }

  async tick(): Promise<void> {
    const { rules } = this.#options.ruleSet();
    const readKpi = shareReads(this.#options.readKpi);
    const pipelineFirst = rules.toSorted((a, b) => Number(b.kind === 'pipeline') - Number(a.kind === 'pipeline'));
    for (const rule of pipelineFirst) await this.#evaluateRule(rule, { ...this.#options, readKpi });
  }

  async #evaluateRule(rule: Rule, deps: ReadDeps): Promise<void> {
    const nowMs = this.#options.clock();
    const known = this.#known.get(ruleKeyOf(rule));
    const isAhead = rule.kind === 'pipeline' && (known?.evaluatedToMs ?? 0) > nowMs;
    if (known !== undefined && !isAhead && planWindows(rule, known.evaluatedToMs, nowMs).ends.length === 0) return;
    let state = ofThisClock(rule, await this.#load(rule), nowMs);
    const plan = planOf(rule, state, nowMs);
    for (const windowEndMs of plan.ends) {
      const found = await this.#readWindow(rule, { state, windowEndMs, deps });
      this.#options.metrics.onLag(rule.uid, found === null ? nowMs - windowEndMs : 0);
      if (found === null) break;
      if (windowEndMs === plan.ends[0]) this.#tellSkipped(rule, plan.skippedCount);
      const next = await this.#judge(rule, state, { windowEndMs, found, isBackfilled: windowEndMs !== plan.ends.at(-1), deps });
      if (next === null) return void this.#known.delete(ruleKeyOf(rule));
      state = next;
    }
    this.#known.set(ruleKeyOf(rule), { revision: state.revision, evaluatedToMs: state.evaluatedToMs });
  }

  async #load(rule: Rule): Promise<RuleState> {
    const state = await this.#options.store.load(rule);
    const known = this.#known.get(ruleKeyOf(rule));
    if (known !== undefined && state.revision < known.revision) {
      throw new AlertStateLost(`rule ${rule.uid} stands at revision ${state.revision} in Redis and was at ${known.revision}`);
    }
    return state;
  }

  async #judge(
    rule: Rule,
    state: RuleState,
    window: { windowEndMs: number; found: Readings; isBackfilled: boolean; deps: ReadDeps },
  ): Promise<RuleState | null> {
    const { metrics, logger } = this.#options;
    const { windowEndMs, found, isBackfilled, deps } = window;
    const { readings, baselines } = found;
    const { instances, evaluatedToMs, health } = state;
    const decision = evaluateWindow({
      rule,
      instances,
      evaluatedToMs,
      windowEndMs,
      readings,
      baselines,
      health,
      backfilled: isBackfilled,
    });
    const records = await Promise.all(
      decision.records.map(async (record) => ({ ...record, explanation: await explainRecord(record, deps).catch(() => null) })),
    );
    const stored = await this.#commit({
      ...{ rule, state, records },
      evaluatedToMs: windowEndMs,
      instances: decision.instances,
      health: decision.health,
    });
    if (stored === null) return null;
    metrics.onWindow(rule.uid, decision.verdicts);
    this.#tellHealth(rule, health, decision.health);
    if (decision.overflowCount > 0) {
      metrics.onOverflow(rule.uid, decision.overflowCount);
      logger.warn({ rule: rule.uid, sliceCount: decision.overflowCount }, 'slices past max_instances of a rule are not watched');
    }
    return stored;
  }

  /** null: not complete yet, or not readable now; the window waits. */
  async #readWindow(
    rule: Rule,
    { state, windowEndMs, deps }: { state: RuleState; windowEndMs: number; deps: ReadDeps },
  ): Promise<Readings | null> {
    try {
      const found = await readReadings(rule, windowEndMs, deps);
      const isJudgeable = found.witnesses.every((reading) => isUnanswerable(reading) || isComplete(reading, rule.settleMs));
      return isJudgeable ? found : null;
    } catch (error) {
      await this.#storeFailure(rule, { state, windowEndMs, error });
      return null;
    }
  }

  /** A failure changes the rule's health and no condition. It is stored when it says something new, not at every tick. */
  async #storeFailure(rule: Rule, { state, windowEndMs, error }: { state: RuleState; windowEndMs: number; error: unknown }): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.metrics.onFailure(rule.uid);
    const health = failedHealth(state.health, { nowMs: this.#options.clock(), reason });
    if (health.state === state.health.state) return;
    // A rule that is new, or came back, waits for this very window.
    const evaluatedToMs = Math.max(state.evaluatedToMs ?? -Infinity, state.rule === null ? windowEndMs - rule.everyMs : -Infinity);
    const stored = await this.#commit({ rule, state, evaluatedToMs, instances: state.instances, records: [], health });
    if (stored !== null) this.#tellHealth(rule, state.health, health);
  }

  #tellHealth(rule: Rule, before: RuleHealth, after: RuleHealth): void {
    const { logger, metrics } = this.#options;
    metrics.onHealth(rule.uid, after.state);
    if (before.state === after.state) return;
    if (after.state === 'HEALTHY') return logger.info({ rule: rule.uid, was: before.state }, 'a rule is in order again');
    const context = { rule: rule.uid, state: after.state, reason: after.reason };
    if (after.state === 'BROKEN')
      logger.error(context, 'A RULE IS BROKEN: it cannot be judged and raises no alerts until somebody mends it');
    else logger.error(context, 'a rule could not be judged; its windows wait');
  }

  #tellSkipped(rule: Rule, skippedCount: number): void {
    if (skippedCount === 0 || rule.kind === 'pipeline') return;
    const { logger, metrics } = this.#options;
    metrics.onSkipped(rule.uid, skippedCount);
    logger.warn({ rule: rule.uid, skippedCount }, 'missed windows are too many to make up for, the oldest are left out');
  }

  /** null: another monitor was faster, or there is no room. */
  async #commit(change: {
    rule: Rule;
    state: RuleState;
    evaluatedToMs: number | null;
    instances: readonly Instance[];
    records: readonly AlertRecord[];
    health: RuleHealth;
  }): Promise<RuleState | null> {
    const { store, clock, fault, logger, metrics, ruleSet } = this.#options;
    const { rule, state, evaluatedToMs, records, health } = change;
    const nowMs = clock();
    const { arrivals, instances } = addressRecords(records, change.instances, { ruleSet: ruleSet(), before: state.instances, nowMs });
    if (records.length > 0) fault('monitor.decided');
    const result = await store.commit({
      rule,
      expectedRevision: state.revision,
      evaluatedToMs,
      instances,
      health,
      records,
      arrivals,
      nowMs,
    });
    if (result === 'lost') throw new AlertStateLost('Redis has no epoch of alerts');
    if (result === 'refused') metrics.onRefused();
    if (result === 'full')
      logger.error({ rule: rule.uid }, 'no room for alerts: nothing is judged until notifications go out; see the channels');
    if (result !== 'ok') return null;
    if (records.length > 0) {
      fault('monitor.stored');
      this.#options.onTransitions?.(records);
    }
    for (const { transition } of records) {
      metrics.onTransition(transition.kind);
      const { id, kind, severity, windowEndMs, episode } = transition;
      logger.info({ rule: rule.uid, transition: id, kind, severity, windowEndMs, episode }, 'transition stored');
    }
    return { revision: state.revision + 1, evaluatedToMs, instances, health, rule };
  }
}

/**
 * A pipeline signal is judged by the clock alone. A clock that was ahead for a moment would keep it from being judged for as long: it begins anew from now,
 * with the state that it has. Windows of KPIs wait for their numbers and cannot run ahead.
 */
function ofThisClock(rule: Rule, state: RuleState, nowMs: number): RuleState {
  if (rule.kind !== 'pipeline' || state.evaluatedToMs === null || state.evaluatedToMs <= nowMs) return state;
  const evaluatedToMs = Math.floor(nowMs / rule.everyMs) * rule.everyMs - rule.everyMs;
  return { ...state, evaluatedToMs, instances: state.instances.map((instance) => ({ ...instance, evaluatedToMs })) };
}

/** A rule that was taken out and comes back begins with the newest window, as a new one does, but never with one that it was judged for: ids would repeat. */
function planOf(rule: Rule, state: RuleState, nowMs: number): WindowPlan {
  const plan = planWindows(rule, state.evaluatedToMs, nowMs);
  return state.rule === null ? { ends: plan.ends.slice(-1), skippedCount: 0 } : plan;
}
