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

export interface JudgedWindow {
  readonly verdict: Verdict;
  readonly windowEndMs: number;
}
export interface StepResult {
  readonly next: Instance;
  /** None or one; a list, so that callers append without asking. */
  readonly transitions: readonly Transition[];
}
export type StepRule = Pick<Rule, 'everyMs' | 'forMs' | 'nOfM' | 'keepFiringForMs'>;

type State = Condition['state'];
type In<S extends State> = Extract<Condition, { state: S }>;
type Said<K extends Verdict['kind']> = Extract<Verdict, { kind: K }>;
type Active = In<'FIRING' | 'RECOVERING'>;

/** One judged window as the moves below see it. */
interface Move<C extends Condition, V extends Verdict> {
  readonly condition: C;
  readonly verdict: V;
  readonly instance: Instance;
  readonly rule: StepRule;
  readonly windowEndMs: number;
  /** Event time since the last judged window, at most one period: windows that nobody judged count for nothing. */
  readonly passedMs: number;
}
interface Moved {
  readonly condition: Condition;
  readonly transition?: Transition;
}

/** The table of docs/alerting.md: from each condition, what each verdict does. */
const table: { readonly [S in State]: { readonly [K in Verdict['kind']]: (at: Move<In<S>, Said<K>>) => Moved } } = {
  OK: {
    breach: begin, // for = 0: FIRING, a new episode is announced; else PENDING since this window
    band: stay, // hysteresis never fires from OK
    clear: stay,
    ...{ inconclusive: stay, no_data: stay, error: stay },
  },
  PENDING: {
    breach: goOn, // `for` reached, or n of m met: FIRING, announced
    band: fallBack, // OK, since when is forgotten; n of m counts the window as one without a breach
    clear: fallBack,
    ...{ inconclusive: pause, no_data: pause, error: pause }, // the clock pauses; for too long: OK
  },
  FIRING: {
    breach: follow, // another severity is announced as escalated or deescalated, the same one is not announced
    band: follow, // still FIRING; a band holds and never raises
    clear: calmDown, // keep_firing_for = 0: OK, announced as resolved; else RECOVERING
    ...{ inconclusive: stay, no_data: stay, error: stay }, // held
  },
  RECOVERING: {
    breach: follow, // FIRING again, the same episode
    band: follow,
    clear: settle, // long enough: OK, announced as resolved
    ...{ inconclusive: stay, no_data: stay, error: stay }, // held, the clock pauses
  },
};

/**
 * Moves an instance by one judged window.
 *
 * Units    windowEndMs: event time; no clock is read, so live, replay and backtest give the same transitions
 * Holds    a resolve has one earlier firing in its episode; `inconclusive`, `no_data` and `error` never fire and never resolve;
 *          the band keeps an alert firing and never starts one
 * Errors   RangeError when the window does not end after the last judged one
 * Source   docs/alerting.md, the state machine
 */
export function step(previous: Instance, { verdict, windowEndMs }: JudgedWindow, rule: StepRule): StepResult {
  const { condition, evaluatedToMs: last } = previous;
  if (last !== null && windowEndMs <= last) {
    throw new RangeError(`Expected a window that ends after ${last}, found one that ends at ${windowEndMs}. Judge windows in order.`);
  }
  const passedMs = last === null ? rule.everyMs : Math.min(windowEndMs - last, rule.everyMs);
  // The compiler cannot see that the row of a state takes a condition of that state, and its cell the verdict of that kind.
  const move = table[condition.state][verdict.kind] as (at: Move<Condition, Verdict>) => Moved;
  const moved = move({ condition, verdict, instance: previous, rule, windowEndMs, passedMs });
  return {
    next: { ...previous, condition: moved.condition, evaluatedToMs: windowEndMs },
    transitions: moved.transition === undefined ? [] : [moved.transition],
  };
}

/** Last row of the table: ends an instance whose rule was removed or regrouped; a firing that was announced is resolved, with that reason. */
export function closeInstance(instance: Instance): StepResult {
  const { condition } = instance;
  const next: Instance = { ...instance, condition: { state: 'OK' } };
  if (condition.state !== 'FIRING' && condition.state !== 'RECOVERING') return { next, transitions: [] };
  const windowEndMs = instance.evaluatedToMs ?? condition.episode.startedMs;
  const resolved = transitionOf(instance, { kind: 'resolved', episode: condition.episode, severity: condition.severity, windowEndMs });
  return { next, transitions: [{ ...resolved, reason: 'rule_removed' }] };
}

function stay({ condition }: { condition: Condition }): Moved {
  return { condition };
}

function begin(at: Move<In<'OK'>, Said<'breach'>>): Moved {
  const { severity } = at.verdict;
  const isEnough = at.rule.nOfM === null ? at.rule.forMs === 0 : at.rule.nOfM.n <= 1;
  if (isEnough) return fire(at, at.windowEndMs);
  const recent = at.rule.nOfM === null ? [] : [true];
  return { condition: { state: 'PENDING', severity, sinceMs: at.windowEndMs, elapsedMs: 0, heldMs: 0, recent } };
}

function goOn(at: Move<In<'PENDING'>, Said<'breach'>>): Moved {
  const { condition, rule } = at;
  const { severity } = at.verdict;
  if (rule.nOfM !== null) {
    const counted = countWindow(at, { m: rule.nOfM.m, isBreach: true });
    const breachCount = counted.recent.filter(Boolean).length;
    if (breachCount >= rule.nOfM.n) return fire(at, counted.sinceMs);
    return { condition: { ...condition, ...counted, severity, heldMs: 0 } };
  }
  const elapsedMs = condition.elapsedMs + at.passedMs;
  if (elapsedMs >= rule.forMs) return fire(at, condition.sinceMs);
  return { condition: { ...condition, severity, elapsedMs, heldMs: 0 } };
}

function fallBack(at: Move<In<'PENDING'>, Said<'clear' | 'band'>>): Moved {
  const { nOfM } = at.rule;
  if (nOfM === null) return { condition: { state: 'OK' } };
  const counted = countWindow(at, { m: nOfM.m, isBreach: false });
  return { condition: counted.recent.length === 0 ? { state: 'OK' } : { ...at.condition, ...counted, heldMs: 0 } };
}

/**
 * Adds a window to the last m.
 *
 * Holds    the list begins with a breach, so it is empty when none of the last m breached; when that breach slides out, `sinceMs` moves to the next one,
 *          which ended as many periods ago as windows follow it, or earlier where some in between were held
 */
function countWindow({ condition, rule, windowEndMs }: Move<In<'PENDING'>, Verdict>, { m, isBreach }: { m: number; isBreach: boolean }) {
  const recent = [...condition.recent, isBreach].slice(-m);
  while (recent[0] === false) recent.shift();
  const hasSlid = recent.length <= condition.recent.length;
  const sinceMs = hasSlid ? Math.max(condition.sinceMs, windowEndMs - (recent.length - 1) * rule.everyMs) : condition.sinceMs;
  return { recent, sinceMs };
}

function pause({ condition, rule, passedMs }: Move<In<'PENDING'>, Verdict>): Moved {
  const heldMs = condition.heldMs + passedMs;
  const patienceMs = rule.nOfM === null ? rule.forMs : rule.nOfM.m * rule.everyMs;
  // Held for longer than it takes to fire, what was seen before says nothing about now.
  return { condition: heldMs > Math.max(patienceMs, rule.everyMs) ? { state: 'OK' } : { ...condition, heldMs } };
}

function follow(at: Move<Active, Said<'breach' | 'band'>>): Moved {
  const { verdict } = at;
  const { severity: previous, episode } = at.condition;
  const { severity } = verdict;
  const isGraver = severityRank(severity) > severityRank(previous);
  if (severity === previous || (isGraver && verdict.kind === 'band'))
    return { condition: { state: 'FIRING', severity: previous, episode } };
  const kind = isGraver ? 'escalated' : 'deescalated';
  const transition = transitionOf(at.instance, { kind, episode, severity, previous, windowEndMs: at.windowEndMs });
  return { condition: { state: 'FIRING', severity, episode: afterTransition(episode) }, transition };
}

function calmDown(at: Move<In<'FIRING'>, Said<'clear'>>): Moved {
  if (at.rule.keepFiringForMs === 0) return resolve(at);
  const { severity, episode } = at.condition;
  return { condition: { state: 'RECOVERING', severity, episode, sinceMs: at.windowEndMs, elapsedMs: 0 } };
}

function settle(at: Move<In<'RECOVERING'>, Said<'clear'>>): Moved {
  const elapsedMs = at.condition.elapsedMs + at.passedMs;
  return elapsedMs >= at.rule.keepFiringForMs ? resolve(at) : { condition: { ...at.condition, elapsedMs } };
}

function fire(at: Move<In<'OK' | 'PENDING'>, Said<'breach'>>, sinceMs: number): Moved {
  const { instance, windowEndMs } = at;
  const { severity } = at.verdict;
  const episode: Episode = { id: episodeId(instance.id, windowEndMs), sinceMs, startedMs: windowEndMs, transitionCount: 0 };
  const transition = transitionOf(instance, { kind: 'firing', episode, severity, windowEndMs });
  return { condition: { state: 'FIRING', severity, episode: afterTransition(episode) }, transition };
}

function resolve(at: Move<Active, Said<'clear'>>): Moved {
  const { episode, severity } = at.condition;
  const transition = transitionOf(at.instance, { kind: 'resolved', episode, severity, windowEndMs: at.windowEndMs });
  return { condition: { state: 'OK' }, transition };
}

const afterTransition = (episode: Episode): Episode => ({ ...episode, transitionCount: episode.transitionCount + 1 });

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
    episodeSinceMs: episode.sinceMs,
    sequence: episode.transitionCount,
    severity,
    previousSeverity: change.previous ?? (kind === 'resolved' ? severity : null),
    windowEndMs,
    reason: null,
  };
}
