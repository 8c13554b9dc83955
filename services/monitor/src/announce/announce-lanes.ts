import { isDeepStrictEqual } from 'node:util';
import {
  labelsOf,
  laneRules,
  planLane,
  renderMessage,
  sliceOf,
  type Channel,
  type Lane,
  type LaneContext,
  type LanePlan,
  type LaneState,
  type Notification,
  type RuleSet,
} from '@vigie/alerting';
import type { AlertStore, LaneView, RuleState } from '@vigie/redis';
import type { Clock, FaultPoint, Logger } from '@vigie/runtime';
import { AlertStateLost } from '../alert-state-lost.ts';
import type { MonitorMetrics } from '../metrics.ts';

/** Lanes that one round looks at; the rest keeps its turn. */
const laneCountMax = 200;
/** Every lane is looked at this often, due or not: an inhibition may have ended in a monitor that died before it could say so. */
const wakeIntervalMs = 60_000;

export interface AnnouncerOptions {
  readonly ruleSet: () => RuleSet;
  readonly store: Pick<
    AlertStore,
    | 'dueLanes'
    | 'knownLanes'
    | 'wakeLanes'
    | 'loadLane'
    | 'commitLane'
    | 'silences'
    | 'acknowledgements'
    | 'dropAcknowledgement'
    | 'knownRules'
    | 'load'
  >;
  readonly clock: Clock;
  readonly fault: FaultPoint;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly metrics: MonitorMetrics;
}

type Overlays = Pick<LaneContext, 'silences' | 'acknowledgements' | 'firing'>;

/**
 * Makes messages of transitions: looks at each lane that is due, tells its channel the difference between what it knows and what is true, and puts
 * that into the outbox, with what the lane knows then, in one compare-and-set write.
 *
 * Holds    a lane that another monitor moved meanwhile is left to it; a message that is planned again has the same id
 * Errors   those of the store; AlertStateLost
 */
export class LaneAnnouncer {
  readonly #options: AnnouncerOptions;
  #wokenMs = -Infinity;
  /** Lanes without room for what waits in them, which keeps them due: until when nothing is to be found there. */
  readonly #restMs = new Map<string, number>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Something that holds or routes alerts may have changed: every lane is looked at in the next round. */
  wake(): void {
    this.#wokenMs = -Infinity;
  }

  async tick(): Promise<void> {
    const { store, clock } = this.#options;
    if (clock() - this.#wokenMs >= wakeIntervalMs) {
      await store.wakeLanes(await store.knownLanes(), clock());
      this.#wokenMs = clock();
      this.#restMs.clear();
    }
    const lanes = await store.dueLanes({ nowMs: clock(), countMax: laneCountMax });
    if (lanes.length === 0) return;
    const overlays = await this.#readOverlays();
    const failures: unknown[] = [];
    for (const lane of lanes) await this.#announce(lane, overlays).catch((error: unknown) => failures.push(error));
    // One lane that cannot be told does not keep the others waiting; it is tried again, and loudly.
    if (failures.length > 0) throw failures.find((error) => error instanceof AlertStateLost) ?? failures[0];
  }

  async #readOverlays(): Promise<Overlays> {
    const { store } = this.#options;
    const [silences, acknowledgements, known] = await Promise.all([store.silences(), store.acknowledgements(), store.knownRules()]);
    const states = await Promise.all(known.map((rule) => store.load(rule)));
    return { silences, acknowledgements, firing: firingOf(states) };
  }

  async #announce(lane: Lane, overlays: Overlays): Promise<void> {
    const { store, ruleSet, clock, logger, metrics, fault } = this.#options;
    if ((this.#restMs.get(lane.id) ?? 0) > clock()) return;
    const view = await store.loadLane(lane);
    const nowMs = clock();
    const plan = planLane({ lane, state: view.state, arrivals: view.arrivals }, { ...overlays, ...laneRules(lane, ruleSet()), nowMs });
    if (isStill(view, plan)) return void this.#restMs.set(lane.id, plan.dueMs ?? Infinity);
    this.#restMs.delete(lane.id);
    const channel = ruleSet().channels.find(({ name }) => name === lane.channel);
    const notifications = channel === undefined ? [] : plan.messages.flatMap((message) => renderMessage(message, channel));
    if (channel === undefined && plan.messages.length > 0) {
      logger.error(
        { channel: lane.channel, messageCount: plan.messages.length },
        'a channel that was told of alerts is no longer declared; their end is only in the history',
      );
    }
    if (plan.dropped > 0)
      logger.error(
        { channel: lane.channel, lane: lane.id, count: plan.dropped },
        'a lane is over its bounds: something that it should tell or count is only in the history',
      );
    if (notifications.length > 0) fault('monitor.planned');
    const { state, consumedCount, dueMs } = plan;
    const result = await store.commitLane({ lane, expectedRevision: view.revision, state, consumedCount, notifications, dueMs, nowMs });
    if (result === 'lost') throw new AlertStateLost('Redis has no epoch of alerts');
    if (result === 'full')
      logger.error({ channel: lane.channel }, 'the outbox is full: nothing more is announced until notifications go out');
    if (result !== 'ok') return;
    if (notifications.length > 0) fault('monitor.announced');
    metrics.onAnnounced(lane.channel, notifications.length);
    await this.#forgetAcknowledgements(overlays, { before: view.state, after: state });
    this.#tell(channel, notifications);
  }

  /** An acknowledgement ends with its episode. */
  async #forgetAcknowledgements(
    { acknowledgements }: Overlays,
    lane: { before: LaneState | null; after: LaneState | null },
  ): Promise<void> {
    const left = new Set(lane.after?.alerts.map(({ episode }) => episode));
    for (const { episode } of lane.before?.alerts ?? []) {
      if (acknowledgements.has(episode) && !left.has(episode)) await this.#options.store.dropAcknowledgement(episode);
    }
  }

  #tell(channel: Channel | undefined, notifications: readonly Notification[]): void {
    for (const { id, kind, transitions } of notifications) {
      this.#options.logger.info({ channel: channel?.name, notification: id, kind, transitions }, 'notification put into the outbox');
    }
  }
}

/** Arrivals wait, and the look found nothing to do about it. */
function isStill(view: LaneView, plan: LanePlan): boolean {
  const { consumedCount, messages, state } = plan;
  if (consumedCount > 0 || messages.length > 0 || view.arrivals.length === 0) return false;
  return isDeepStrictEqual(view.state, JSON.parse(JSON.stringify(state)));
}

/** What fires now, of all rules, in the order of its beginning: what inhibits. */
function firingOf(states: readonly RuleState[]): LaneContext['firing'] {
  const firing = states.flatMap(({ rule, instances }) =>
    instances.flatMap((instance) => {
      const { condition } = instance;
      if (rule === null || (condition.state !== 'FIRING' && condition.state !== 'RECOVERING')) return [];
      const labels = labelsOf(rule, sliceOf(instance), condition.severity);
      return [{ startedMs: condition.episode.startedMs, alert: { instance: instance.id, labels } }];
    }),
  );
  return firing.toSorted((a, b) => a.startedMs - b.startedMs).map(({ alert }) => alert);
}
