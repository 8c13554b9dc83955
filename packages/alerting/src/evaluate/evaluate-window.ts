import { dimensions, type KpiAnswer, type Slice } from '@vigie/kpis';
import { evidenceOf, type AlertRecord } from './alert-record.ts';
import { instanceId } from '../ids.ts';
import { closeInstance, step } from './step.ts';
import type { Instance, Rule, Verdict } from '../types.ts';
import { verdictOf } from './verdict.ts';

/** How many slices one rule watches; past it the slices that are already known come first, the rest is counted and not watched. */
export const instanceCountMax = 1000;

export interface WindowInput {
  readonly rule: Rule;
  /** Instances that are not OK; any other is OK by not being here. */
  readonly instances: readonly Instance[];
  /** End of the last judged window of this rule; null before the first. */
  readonly evaluatedToMs: number | null;
  readonly windowEndMs: number;
  /** One per slice, or one in all. */
  readonly answers: readonly KpiAnswer[];
  readonly backfilled: boolean;
}
export interface WindowDecision {
  readonly instances: readonly Instance[];
  readonly records: readonly AlertRecord[];
  readonly verdicts: readonly { readonly instance: string; readonly verdict: Verdict }[];
  readonly overflowCount: number;
}

/**
 * Judges one window of one rule: every slice, in one decision that is stored whole or not at all.
 *
 * Holds    a slice that never breached costs no state; instances of an earlier `group_by` are closed
 */
export function evaluateWindow(input: WindowInput): WindowDecision {
  const { rule, windowEndMs } = input;
  const answers = new Map<string, KpiAnswer>();
  const candidates = new Map<string, Instance>();
  const closed: Instance[] = [];
  for (const instance of input.instances) {
    if (isOfGroup(rule, instance)) candidates.set(instance.id, instance);
    else closed.push(instance);
  }
  let overflowCount = 0;
  for (const answer of input.answers.toSorted(bySlice)) {
    // A question about slices that has no answer at all comes back as one answer without a slice: everybody is held.
    if (rule.groupBy !== null && answer.slice === null) continue;
    const labels = labelsOf(answer.slice);
    const id = instanceId(rule.tenant, rule.uid, labels);
    if (!candidates.has(id) && candidates.size >= instanceCountMax) {
      overflowCount += 1;
      continue;
    }
    answers.set(id, answer);
    if (!candidates.has(id)) candidates.set(id, { id, labels, condition: { state: 'OK' }, evaluatedToMs: input.evaluatedToMs });
  }

  const instances: Instance[] = [];
  const records: AlertRecord[] = closed.flatMap((instance) => closedRecords(rule, instance));
  const verdicts: { instance: string; verdict: Verdict }[] = [];
  for (const instance of candidates.values()) {
    const answer = answers.get(instance.id) ?? null;
    const verdict = verdictOf(rule, answer, instance.condition);
    verdicts.push({ instance: instance.id, verdict });
    const { next, transitions } = step(instance, { verdict, windowEndMs }, rule);
    if (next.condition.state !== 'OK') instances.push(next);
    for (const transition of transitions) {
      const evidence = answer === null ? null : evidenceOf(answer);
      records.push({ transition, rule, slice: sliceOf(instance), evidence, backfilled: input.backfilled });
    }
  }
  return { instances, records, verdicts, overflowCount };
}

/** The last records of an instance whose rule is gone or groups otherwise now. */
export function closedRecords(rule: Rule, instance: Instance): AlertRecord[] {
  return closeInstance(instance).transitions.map((transition) => ({
    transition,
    rule,
    slice: sliceOf(instance),
    evidence: null,
    backfilled: false,
  }));
}

function labelsOf(slice: Slice | null): Readonly<Record<string, string>> {
  return slice === null ? {} : { [slice.dimension]: slice.value };
}

function sliceOf(instance: Instance): Slice | null {
  const dimension = dimensions.find((one) => instance.labels[one] !== undefined);
  return dimension === undefined ? null : { dimension, value: instance.labels[dimension]! };
}

function isOfGroup(rule: Rule, instance: Instance): boolean {
  const keys = Object.keys(instance.labels);
  return rule.groupBy === null ? keys.length === 0 : keys.length === 1 && keys[0] === rule.groupBy;
}

function bySlice(a: KpiAnswer, b: KpiAnswer): number {
  const [left, right] = [a.slice?.value ?? '', b.slice?.value ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
