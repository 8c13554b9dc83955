import type { Acknowledgement, AlertRecord, Lane, Rule, RuleSet, Silence } from '@vigie/alerting';
import type { AlertStore, Delivery, DisabledChannel, LaneView, RuleState, WaitingNotification } from '@vigie/redis';

/** Lanes that are looked into; past it alerts are shown without what their channels know, and that is said. */
const laneCountMax = 100;
const deliveryCountMax = 200;
const waitingCountMax = 500;
/** Searched only for alerts that no lane knows. */
const historyCountMax = 1_000;

export interface JudgedRule {
  readonly tenant: string;
  readonly uid: string;
  readonly state: RuleState;
}

/** All that there is to know about alerts at one moment, as it lies in Redis. */
export interface Board {
  readonly nowMs: number;
  /** False: no monitor has run on this Redis, or it lost its state and is being restored. */
  readonly isReady: boolean;
  readonly rules: readonly JudgedRule[];
  /** The rules file; null when it cannot be read. */
  readonly ruleSet: RuleSet | null;
  readonly lanes: ReadonlyMap<string, LaneView>;
  readonly leftOutLaneCount: number;
  readonly silences: readonly Silence[];
  readonly acknowledgements: ReadonlyMap<string, Acknowledgement>;
  readonly waiting: readonly WaitingNotification[];
  readonly deliveries: readonly Delivery[];
  readonly deadLetterCount: number;
  readonly disabled: ReadonlyMap<string, DisabledChannel>;
  /** Newest first; only what alerts need that no lane knows. */
  readonly records: readonly AlertRecord[];
}

/**
 * Reads where every alert stands.
 *
 * Holds    reads are bounded: rules as many as there are, of the rest the newest
 * Errors   those of the store
 */
export async function readBoard(store: AlertStore, ruleSet: RuleSet | null, nowMs: number): Promise<Board> {
  const [epoch, known, silences, acknowledgements, disabled] = await Promise.all([
    store.epoch(),
    store.knownRules(),
    store.silences(),
    store.acknowledgements(),
    store.disabledChannels(),
  ]);
  const [waiting, deliveries, dead] = await Promise.all([
    store.waiting(waitingCountMax),
    store.deliveries(deliveryCountMax),
    store.deadLetters(deliveryCountMax),
  ]);
  const rules = await Promise.all(known.map(async (name): Promise<JudgedRule> => ({ ...name, state: await store.load(name) })));
  const wanted = lanesOf(rules);
  const lanes = await loadLanes(store, wanted.slice(0, laneCountMax));
  return {
    ...{ nowMs, isReady: epoch !== null, rules, ruleSet, lanes, silences, acknowledgements, waiting, deliveries, disabled },
    leftOutLaneCount: Math.max(0, wanted.length - laneCountMax),
    deadLetterCount: dead.length,
    records: isEveryRecordIn(rules, lanes) ? [] : await store.history(historyCountMax),
  };
}

async function loadLanes(store: AlertStore, lanes: readonly Lane[]): Promise<Map<string, LaneView>> {
  return new Map(await Promise.all(lanes.map(async (lane) => [lane.id, await store.loadLane(lane)] as const)));
}

function lanesOf(rules: readonly JudgedRule[]): readonly Lane[] {
  const lanes = rules.flatMap(({ state }) => state.instances.flatMap((instance) => instance.lanes ?? []));
  return [...new Map(lanes.map((lane) => [lane.id, lane])).values()];
}

function isEveryRecordIn(rules: readonly JudgedRule[], lanes: Board['lanes']): boolean {
  return rules.every(({ state }) =>
    state.instances.every(
      ({ id, condition, lanes: own }) =>
        condition.state === 'OK' || condition.state === 'PENDING' || (own ?? []).some((lane) => recordIn(lanes.get(lane.id), id) !== null),
    ),
  );
}

/** The latest transition of an instance that a lane knows. */
export function recordIn(view: LaneView | undefined, instance: string): AlertRecord | null {
  const arrived = view?.arrivals.findLast(({ record }) => record.transition.instance === instance)?.record;
  return arrived ?? view?.state?.alerts.findLast((alert) => alert.instance === instance)?.current ?? null;
}

/** Rules of the file that no monitor has judged yet. */
export function unjudgedRules({ rules, ruleSet }: Board): readonly Rule[] {
  const judged = new Set(rules.map(({ tenant, uid }) => `${tenant}:${uid}`));
  return (ruleSet?.rules ?? []).filter(({ tenant, uid }) => !judged.has(`${tenant}:${uid}`));
}
