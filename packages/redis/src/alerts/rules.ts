import type { AlertRecord, Arrival, Instance, Rule, RuleHealth } from '@vigie/alerting';
import { ruleKeyOf } from './keys.ts';
import { runScript, type AlertRedis } from './run-script.ts';

/** Transitions that may wait in lanes; past it nothing is judged until lanes were looked at: held back, never dropped. */
const arrivalCountMax = 200_000;
/** Records that are kept for `alerts history`, about; older ones are in ClickHouse only. */
const recordCountMax = 100_000;

/** Where one rule stands. */
export interface RuleState {
  /** Rises by one with every write; 0: never written. */
  readonly revision: number;
  /** End of the last judged window, also of a rule that was removed; null before the first. */
  readonly evaluatedToMs: number | null;
  /** Those worth remembering: not OK, or missing lately. */
  readonly instances: readonly Instance[];
  readonly health: RuleHealth;
  /** The rule as it was when it was last judged; null where it never was, or was removed. */
  readonly rule: Rule | null;
}

export interface Commit {
  readonly rule: Rule;
  readonly expectedRevision: number;
  /** null: the rule is gone, forget it. */
  readonly evaluatedToMs: number | null;
  readonly instances: readonly Instance[];
  readonly health: RuleHealth;
  readonly records: readonly AlertRecord[];
  /** Which lanes each record goes to, and when such a lane is to be looked at, unless it is to be sooner. */
  readonly arrivals: readonly { readonly arrival: Arrival; readonly dueMs: number }[];
  readonly nowMs: number;
}

/**
 * refused: another monitor was faster. full: the outbox, the lanes or the journal have no room. lost: Redis was emptied, restored or set back since
 * this process looked: restore first.
 */
export type CommitResult = 'ok' | 'refused' | 'full' | 'lost';

export async function loadRule(at: AlertRedis, rule: { tenant: string; uid: string }): Promise<RuleState> {
  const key = ruleKeyOf(rule);
  const body = await at.client.hget(`${at.root}kept:rule`, key);
  if (body !== null) return JSON.parse(body);
  const removed = await at.client.hget(`${at.root}kept:removed`, key);
  const left: RemovedRule = removed === null ? { revision: 0, evaluatedToMs: null } : JSON.parse(removed);
  return { ...left, instances: [], health: { state: 'HEALTHY' }, rule: null };
}

/**
 * What stays of a rule that was removed: its revision, so that a decision from before its removal is refused, and how far it was judged, because judging
 * a window again could give another transition the id of one that was told.
 */
type RemovedRule = Pick<RuleState, 'revision' | 'evaluatedToMs'>;

async function removedRule(at: AlertRedis, rule: Rule, revision: number): Promise<RemovedRule> {
  // Whatever is read here too late has another revision, and the commit is refused.
  const { evaluatedToMs } = await loadRule(at, rule);
  return { revision, evaluatedToMs };
}

export async function commitRule(at: AlertRedis, change: Commit): Promise<CommitResult> {
  const { rule, expectedRevision, evaluatedToMs, instances, health, records, arrivals } = change;
  const revision = expectedRevision + 1;
  const state: RuleState = { revision, evaluatedToMs, instances, health, rule };
  const recorded = new Set(records.map((record) => record.transition.id));
  const others = new Map(arrivals.map(({ arrival: { record } }) => [record.transition.id, record]));
  for (const id of recorded) others.delete(id);
  const { status } = await runScript(at, 'commit', [
    ruleKeyOf(rule),
    String(expectedRevision),
    String(revision),
    evaluatedToMs === null ? '' : JSON.stringify(state),
    evaluatedToMs === null ? JSON.stringify(await removedRule(at, rule, revision)) : '',
    records.map(recordArgs),
    [...others.values()].map(recordArgs),
    arrivals.map(arrivalArgs),
    [String(at.journalBytesMax), String(arrivalCountMax), String(recordCountMax)],
  ]);
  return status;
}

const recordArgs = (record: AlertRecord): string[] => [record.transition.id, JSON.stringify(record)];

/** The record itself travels and lies there once, however many lanes have it to deal with. */
function arrivalArgs({ arrival, dueMs }: Commit['arrivals'][number]): string[] {
  const { lane, record, storedMs } = arrival;
  return [lane.id, JSON.stringify(lane), record.transition.id, JSON.stringify({ lane, storedMs }), String(dueMs)];
}

export async function readHistory(at: AlertRedis, countMax: number): Promise<AlertRecord[]> {
  const entries = await at.client.xrevrange(`${at.root}history`, '+', '-', 'COUNT', countMax);
  return entries.map(([, fields]): AlertRecord => JSON.parse(fields[fields.indexOf('record') + 1]!));
}
