import { lanesBeside, sliceOf, type AlertRecord, type Arrival, type Instance, type Lane, type Rule, type RuleSet } from '@vigie/alerting';
import type { AlertStore, RuleState } from '@vigie/redis';
import type { Clock, Logger } from '@vigie/runtime';
import { AlertStateLost } from '../alert-state-lost.ts';
import { ruleKeyOf } from '../rule-key.ts';

/** Records that are searched for one that no lane has any more: alerts that an earlier version fired, and no lane was told of. */
const historyCountMax = 10_000;

export interface ReaddressOptions {
  readonly ruleSet: () => RuleSet;
  readonly store: Pick<AlertStore, 'knownRules' | 'load' | 'loadLane' | 'history' | 'commit'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

interface Missing {
  readonly instance: Instance;
  readonly episode: string;
  readonly lanes: readonly Lane[];
}

/**
 * Tells what already fires where the rules of now want it told and nobody was told yet: puts its last transition into the lanes of channels that
 * have none of its episode. To be called whenever the rules are others than before.
 *
 * Holds    a channel gets an episode once, however many monitors do this at once: arrivals and the instance's lanes are one compare-and-set write;
 *          an episode that ended is not told anew
 * Errors   those of the store; AlertStateLost
 * @returns false when something is left to do: another monitor was faster, or there was no room
 */
export async function readdress(options: ReaddressOptions): Promise<boolean> {
  const { store, ruleSet } = options;
  const rules = new Map(ruleSet().rules.map((rule) => [ruleKeyOf(rule), rule]));
  let isDone = true;
  for (const known of await store.knownRules()) {
    const rule = rules.get(ruleKeyOf(known));
    if (rule === undefined) continue;
    const state = await store.load(known);
    const missing = state.instances.flatMap((instance) => missingLanes(instance, rule, ruleSet()));
    if (missing.length > 0 && !(await readdressRule(options, state, missing))) isDone = false;
  }
  return isDone;
}

function missingLanes(instance: Instance, rule: Rule, ruleSet: RuleSet): Missing[] {
  const { condition } = instance;
  if (condition.state !== 'FIRING' && condition.state !== 'RECOVERING') return [];
  const lanes = lanesBeside(instance.lanes ?? [], { rule, slice: sliceOf(instance), severity: condition.severity }, ruleSet);
  return lanes.length === 0 ? [] : [{ instance, episode: condition.episode.id, lanes }];
}

async function readdressRule(options: ReaddressOptions, state: RuleState, missing: readonly Missing[]): Promise<boolean> {
  const { store, clock, logger } = options;
  const { rule, evaluatedToMs, health, revision } = state;
  // A rule that was never judged has nothing that fires; without evaluatedToMs a commit would forget it.
  if (rule === null || evaluatedToMs === null) return true;
  const records = await lastRecords(store, missing);
  const nowMs = clock();
  const arrivals: { arrival: Arrival; dueMs: number }[] = [];
  const widened = new Map<string, readonly Lane[]>();
  for (const { instance, episode, lanes } of missing) {
    const record = records.get(episode);
    if (record === undefined) {
      logger.warn({ rule: rule.uid, episode }, 'an alert fires whose record is gone: it is told on its next change');
      continue;
    }
    widened.set(instance.id, [...(instance.lanes ?? []), ...lanes]);
    arrivals.push(...lanes.map((lane) => ({ arrival: { lane, record, storedMs: nowMs }, dueMs: nowMs })));
  }
  if (arrivals.length === 0) return true;
  const instances = state.instances.map((instance) => {
    const lanes = widened.get(instance.id);
    return lanes === undefined ? instance : { ...instance, lanes };
  });
  const result = await store.commit({ rule, expectedRevision: revision, evaluatedToMs, instances, health, records: [], arrivals, nowMs });
  if (result === 'lost') throw new AlertStateLost('Redis has no epoch of alerts');
  if (result === 'full') logger.error({ rule: rule.uid }, 'no room for alerts: channels that the rules added are told when there is');
  if (result !== 'ok') return false;
  const channels = [...new Set(arrivals.map(({ arrival }) => arrival.lane.channel))];
  logger.info({ rule: rule.uid, channels, alertCount: widened.size }, 'what fires goes to channels that the rules added');
  return true;
}

/** The last transition of each episode, as the lanes that have it know it; else from the history. */
async function lastRecords(
  store: Pick<AlertStore, 'loadLane' | 'history'>,
  missing: readonly Missing[],
): Promise<ReadonlyMap<string, AlertRecord>> {
  const wanted = new Set(missing.map(({ episode }) => episode));
  const found = new Map<string, AlertRecord>();
  const consider = (record: AlertRecord): void => {
    const { episode, sequence } = record.transition;
    if (wanted.has(episode) && sequence > (found.get(episode)?.transition.sequence ?? -1)) found.set(episode, record);
  };
  const lanes = new Map(missing.flatMap(({ instance }) => instance.lanes ?? []).map((lane) => [lane.id, lane]));
  for (const lane of lanes.values()) {
    const { state, arrivals } = await store.loadLane(lane);
    for (const { current } of state?.alerts ?? []) consider(current);
    for (const { record } of arrivals) consider(record);
  }
  if (found.size < wanted.size) (await store.history(historyCountMax)).forEach(consider);
  return found;
}
