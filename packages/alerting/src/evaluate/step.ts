import { episodeId, transitionId } from '../ids.ts';
import {
  severityRank,
  type Condition,
  type Episode,
  type Instance,
  type Rule,
  type Severity,
  type Transition,
  type Verdict,
} from '../types.ts';

export interface Sample {
  readonly verdict: Verdict;
  readonly windowEndMs: number;
}
export interface StepResult {
  readonly next: Instance;
  /** None or one; a list, so that callers append without asking. */
  readonly transitions: readonly Transition[];
}
export type StepRule = Pick<Rule, 'everyMs' | 'forMs' | 'keepFiringForMs'>;

/** One judged window as the moves below see it. */
interface Move {
  readonly instance: Instance;
  readonly rule: StepRule;
  readonly windowEndMs: number;
  /** Event time since the last judged window, at most one period: windows that nobody judged count for nothing. */
  readonly passedMs: number;
}
type Moved = { readonly condition: Condition; readonly transition?: Transition };

/**
 * Moves an instance by one judged window.
 *
 * Units    windowEndMs: event time; no clock is read, so live, replay and backtest give the same transitions
 * Holds    a resolve has one earlier firing in its episode; `inconclusive`, `no_data` and `error` never fire and never resolve;
 *          the band keeps an alert firing and never starts one
 * Errors   RangeError when the window does not end after the last judged one
 * Source   docs/alerting.md, the state machine
 */
export function step(previous: Instance, sample: Sample, rule: StepRule): StepResult {
  const { verdict, windowEndMs } = sample;
  const last = previous.evaluatedToMs;
  if (last !== null && windowEndMs <= last) {
    throw new RangeError(`Expected a window that ends after ${last}, found one that ends at ${windowEndMs}. Judge windows in order.`);
  }
  const passedMs = last === null ? rule.everyMs : Math.min(windowEndMs - last, rule.everyMs);
  const moved = move({ instance: previous, rule, windowEndMs, passedMs }, verdict);
  return {
    next: { ...previous, condition: moved.condition, evaluatedToMs: windowEndMs },
    transitions: moved.transition === undefined ? [] : [moved.transition],
  };
}

/** Ends an instance whose rule was removed or regrouped: a firing that was announced is resolved, with that reason. */
export function closeInstance(instance: Instance): StepResult {
  const { condition } = instance;
  const next: Instance = { ...instance, condition: { state: 'OK' } };
  if (condition.state !== 'FIRING' && condition.state !== 'RECOVERING') return { next, transitions: [] };
  const windowEndMs = instance.evaluatedToMs ?? condition.episode.startedMs;
  const resolved = transitionOf(instance, { kind: 'resolved', episode: condition.episode, severity: condition.severity, windowEndMs });
  return { next, transitions: [{ ...resolved, reason: 'rule_removed' }] };
}

function move(at: Move, verdict: Verdict): Moved {
  const { condition } = at.instance;
  switch (condition.state) {
    case 'OK':
      return verdict.kind === 'breach' ? fromOk(at, verdict.severity) : { condition };
    case 'PENDING':
      return fromPending(at, condition, verdict);
    case 'FIRING':
      return fromFiring(at, condition, verdict);
    case 'RECOVERING':
      return fromRecovering(at, condition, verdict);
    default:
      return condition satisfies never;
  }
}

function fromOk(at: Move, severity: Severity): Moved {
  if (at.rule.forMs === 0) return fire(at, severity);
  return { condition: { state: 'PENDING', severity, sinceMs: at.windowEndMs, elapsedMs: 0, heldMs: 0 } };
}

function fromPending(at: Move, condition: Extract<Condition, { state: 'PENDING' }>, verdict: Verdict): Moved {
  if (verdict.kind === 'clear' || verdict.kind === 'band') return { condition: { state: 'OK' } };
  if (verdict.kind === 'breach') {
    const elapsedMs = condition.elapsedMs + at.passedMs;
    if (elapsedMs >= at.rule.forMs) return fire(at, verdict.severity);
    return { condition: { ...condition, severity: verdict.severity, elapsedMs, heldMs: 0 } };
  }
  const heldMs = condition.heldMs + at.passedMs;
  // Held for longer than `for` itself, what was seen before says nothing about now.
  const isTooLong = heldMs > Math.max(at.rule.forMs, at.rule.everyMs);
  return { condition: isTooLong ? { state: 'OK' } : { ...condition, heldMs } };
}

function fromFiring(at: Move, condition: Extract<Condition, { state: 'FIRING' }>, verdict: Verdict): Moved {
  if (verdict.kind === 'breach' || verdict.kind === 'band') return changeSeverity(at, condition, verdict);
  if (verdict.kind !== 'clear') return { condition };
  if (at.rule.keepFiringForMs === 0) return resolve(at, condition);
  const { severity, episode } = condition;
  return { condition: { state: 'RECOVERING', severity, episode, sinceMs: at.windowEndMs, elapsedMs: 0 } };
}

function fromRecovering(at: Move, condition: Extract<Condition, { state: 'RECOVERING' }>, verdict: Verdict): Moved {
  const { severity, episode } = condition;
  if (verdict.kind === 'breach' || verdict.kind === 'band') return changeSeverity(at, { severity, episode }, verdict);
  if (verdict.kind !== 'clear') return { condition };
  const elapsedMs = condition.elapsedMs + at.passedMs;
  return elapsedMs >= at.rule.keepFiringForMs ? resolve(at, condition) : { condition: { ...condition, elapsedMs } };
}

interface Active {
  readonly severity: Severity;
  readonly episode: Episode;
}

function fire(at: Move, severity: Severity): Moved {
  const episode: Episode = { id: episodeId(at.instance.id, at.windowEndMs), startedMs: at.windowEndMs, transitionCount: 0 };
  const transition = transitionOf(at.instance, { kind: 'firing', episode, severity, windowEndMs: at.windowEndMs });
  return { condition: { state: 'FIRING', severity, episode: next(episode) }, transition };
}

function changeSeverity(at: Move, active: Active, verdict: Extract<Verdict, { kind: 'breach' | 'band' }>): Moved {
  const { episode } = active;
  const { severity } = verdict;
  const isGraver = severityRank(severity) > severityRank(active.severity);
  // A band holds what fires; it never raises it.
  if (severity === active.severity || (isGraver && verdict.kind === 'band')) {
    return { condition: { state: 'FIRING', severity: active.severity, episode } };
  }
  const kind = isGraver ? 'escalated' : 'deescalated';
  const transition = transitionOf(at.instance, { kind, episode, severity, previous: active.severity, windowEndMs: at.windowEndMs });
  return { condition: { state: 'FIRING', severity, episode: next(episode) }, transition };
}

function resolve(at: Move, active: Active): Moved {
  const { episode, severity } = active;
  const transition = transitionOf(at.instance, { kind: 'resolved', episode, severity, windowEndMs: at.windowEndMs });
  return { condition: { state: 'OK' }, transition };
}

const next = (episode: Episode): Episode => ({ ...episode, transitionCount: episode.transitionCount + 1 });

function transitionOf(
  instance: Instance,
  change: Pick<Transition, 'kind' | 'severity' | 'windowEndMs'> & { episode: Episode; previous?: Severity },
): Transition {
  const { kind, episode, severity, windowEndMs } = change;
  return {
    id: transitionId(episode.id, episode.transitionCount),
    kind,
    instance: instance.id,
    episode: episode.id,
    episodeStartedMs: episode.startedMs,
    sequence: episode.transitionCount,
    severity,
    previousSeverity: change.previous ?? (kind === 'resolved' ? severity : null),
    windowEndMs,
    reason: null,
  };
}
