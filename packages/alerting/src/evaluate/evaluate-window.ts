import { instanceId } from '../ids.ts';
import type { Instance, Reading, Rule, RuleHealth, Verdict } from '../types.ts';
import { evidenceOf, limitOf, limitsFor, type AlertRecord } from './alert-record.ts';
import { nextHealth } from './health.ts';
import { closeInstance, step } from './step.ts';
import { isUnanswerable, unansweredVerdict, verdictOf, type Judgement } from './verdict.ts';

export interface WindowInput {
  readonly rule: Rule;
  /** Those that the last decision gave; any other is OK by not being here. */
  readonly instances: readonly Instance[];
  /** End of the last judged window of this rule; null before the first. */
  readonly evaluatedToMs: number | null;
  readonly windowEndMs: number;
  /** One per slice, or one in all. */
  readonly readings: readonly Reading[];
  /** The same of the earlier window, for rules on a change; null for all others. */
  readonly baselines: readonly Reading[] | null;
  readonly health: RuleHealth;
  readonly backfilled: boolean;
}
interface JudgedInstance {
  readonly instance: string;
  readonly labels: Instance['labels'];
  readonly verdict: Verdict;
  /** What was compared with the limits: the value, or its change; null where there was none. */
  readonly judged: string | null;
}
export interface WindowDecision {
  /** Those worth remembering. */
  readonly instances: readonly Instance[];
  readonly records: readonly AlertRecord[];
  readonly verdicts: readonly JudgedInstance[];
  /** Slices past `maxInstances` of the rule: nobody watches them. */
  readonly overflowCount: number;
  readonly health: RuleHealth;
}

/**
 * Judges one window of one rule: every slice, in one decision that is stored whole or not at all.
 *
 * Holds    records and instances come in the order of slices, whatever order readings came in;
 *          an instance that was seen and has no reading is missing, one that was never seen is nothing;
 *          a slice that never breached costs no state, unless the rule watches for absence; instances of an earlier `group_by` are closed
 */
export function evaluateWindow(input: WindowInput): WindowDecision {
  const { rule, windowEndMs } = input;
  const [current, regrouped] = partition(
    input.instances,
    (instance) => isOfGroup(rule, instance) && !isExcepted(rule, sliceOf(instance)?.value),
  );
  const { candidates, overflowCount } = candidatesOf(input, current);
  const unanswered = unansweredWhole(rule, input.readings);

  const instances: Instance[] = [];
  const records: AlertRecord[] = regrouped.flatMap((instance) => closedRecords(rule, instance));
  const verdicts: JudgedInstance[] = [];
  for (const candidate of candidates) {
    const { reading, baseline } = candidate;
    const instance = { ...candidate.instance, missingCount: missingCountOf(candidate, unanswered) };
    // Absence is a finding only where the question was answered.
    const held: Judgement | null = reading === null && unanswered !== null ? { verdict: unanswered, judged: null } : null;
    const { verdict, judged } = held ?? verdictOf(rule, { reading, baseline, instance });
    verdicts.push({ instance: instance.id, labels: instance.labels, verdict, judged });
    const { next, transitions } = step(instance, { verdict, windowEndMs }, rule);
    if (next.condition.state !== 'OK' || watchesAbsence(rule)) instances.push(next);
    for (const transition of transitions) {
      records.push({
        ...{ transition, rule, judged, slice: sliceOf(instance) },
        evidence: reading === null ? null : evidenceOf(reading),
        limit: limitOf(limitsFor(rule, instance.labels), transition.severity),
        baseline: rule.change === null || baseline === null ? null : evidenceOf(baseline),
        explanation: null,
        backfilled: input.backfilled,
      });
    }
  }
  return { instances, records, verdicts, overflowCount, health: healthAfter(input, instances) };
}

/** The last records of an instance whose rule is gone or groups otherwise now. */
export function closedRecords(rule: Rule, instance: Instance): AlertRecord[] {
  return closeInstance(instance).transitions.map((transition) => ({
    ...{ transition, rule, slice: sliceOf(instance), evidence: null, judged: null, baseline: null, explanation: null },
    limit: limitOf(limitsFor(rule, instance.labels), transition.severity),
    backfilled: false,
  }));
}

function isExcepted({ except }: Rule, value: string | undefined): boolean {
  return value !== undefined && except !== undefined && except.includes(value);
}

interface Candidate {
  readonly instance: Instance;
  readonly reading: Reading | null;
  readonly baseline: Reading | null;
}

/** Everything to judge: instances that are known, and slices that are not yet, as many as the rule has room for. */
function candidatesOf(input: WindowInput, known: readonly Instance[]): { candidates: readonly Candidate[]; overflowCount: number } {
  const { rule } = input;
  const baselineOf = baselineFinder(rule, input.baselines ?? []);
  const candidates = new Map<string, Candidate>();
  for (const instance of known) candidates.set(instance.id, { instance, reading: null, baseline: baselineOf(sliceOf(instance)) });
  let overflowCount = 0;
  for (const reading of input.readings.toSorted(bySlice)) {
    // A question about slices that has no answer at all comes back as one answer without a slice.
    if (rule.groupBy !== null && reading.slice === null) continue;
    if (isExcepted(rule, reading.slice?.value)) continue;
    const labels: Instance['labels'] = reading.slice === null ? {} : { [reading.slice.dimension]: reading.slice.value };
    const id = instanceId(rule.tenant, rule.uid, labels);
    const instance = candidates.get(id)?.instance;
    if (instance === undefined && candidates.size >= rule.maxInstances) {
      overflowCount += 1;
      continue;
    }
    const fresh = { id, labels, condition: { state: 'OK' }, evaluatedToMs: input.evaluatedToMs, missingCount: 0 } as const;
    candidates.set(id, { instance: instance ?? fresh, reading, baseline: baselineOf(reading.slice) });
  }
  return { candidates: [...candidates.values()].toSorted(byLabel), overflowCount };
}

function baselineFinder(rule: Rule, baselines: readonly Reading[]): (slice: Reading['slice']) => Reading | null {
  const byValue = new Map(baselines.map((baseline) => [baseline.slice?.value ?? null, baseline]));
  // Without a slice, where slices were asked for, it says why there is no answer for any of them.
  return (slice) => byValue.get(slice?.value ?? null) ?? (rule.groupBy === null ? null : (byValue.get(null) ?? null));
}

/** Why slices may be missing that are there: the question was not answered, or not through the window's end. null when it was. */
function unansweredWhole(rule: Rule, readings: readonly Reading[]): Verdict | null {
  for (const reading of readings) {
    const verdict = unansweredVerdict(reading, rule.settleMs);
    if (verdict?.kind === 'inconclusive') return verdict;
  }
  return null;
}

function missingCountOf({ reading, instance }: Candidate, unanswered: Verdict | null): number {
  if (reading !== null) return 0;
  return instance.missingCount + (unanswered === null ? 1 : 0);
}

/** Absence is seen only by who remembers that there was something. */
function watchesAbsence({ noData }: Rule): boolean {
  return noData.then === 'breach' || noData.then === 'notify' || noData.then === 'zero';
}

function healthAfter(
  { rule, readings, baselines, health, windowEndMs, backfilled }: WindowInput,
  instances: readonly Instance[],
): RuleHealth {
  const all = [...readings, ...(baselines ?? [])];
  const errorCount = all.filter(({ reason }) => reason === 'unavailable').length;
  const unanswerable = [readings, baselines ?? []].find((some) => some.length > 0 && some.every(isUnanswerable))?.[0]?.reason;
  // What nothing answers any more after an interruption is no fault of the rule.
  if (unanswerable !== undefined && errorCount === 0 && backfilled) return health;
  const failure = errorCount > 0 ? `${errorCount} of ${all.length} answers are unavailable` : (unanswerable ?? null);
  const missing = rule.noData.then === 'notify' ? missingText(instances, rule.noData.afterWindows) : null;
  return nextHealth(health, { atMs: windowEndMs, failure: failure === null ? null : `no answer: ${failure}`, missing });
}

function missingText(instances: readonly Instance[], afterWindows: number): string | null {
  const missing = instances.filter(({ missingCount }) => missingCount >= afterWindows);
  if (missing[0] === undefined) return null;
  const slice = sliceOf(missing[0]);
  const others = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  return `no data of ${slice === null ? 'the KPI' : `${slice.dimension}=${slice.value}`}${others} for ${missing[0].missingCount} windows`;
}

/** The slice that an instance watches; null for the whole. */
export function sliceOf({ labels }: Pick<Instance, 'labels'>): Reading['slice'] {
  const [label] = Object.entries(labels);
  return label === undefined ? null : { dimension: label[0], value: label[1] };
}

/** A pipeline signal has slices of its own, which no rule needs to name. */
function isOfGroup(rule: Rule, { labels }: Instance): boolean {
  const keys = Object.keys(labels);
  if (rule.groupBy === null) return keys.length === 0 || rule.kind === 'pipeline';
  return keys.length === 1 && keys[0] === rule.groupBy;
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function bySlice(a: Reading, b: Reading): number {
  return compareText(a.slice?.value ?? '', b.slice?.value ?? '');
}

function byLabel(a: Candidate, b: Candidate): number {
  return compareText(sliceOf(a.instance)?.value ?? '', sliceOf(b.instance)?.value ?? '');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
