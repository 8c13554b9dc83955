import { severityRank } from '../types.ts';
import { boundFlap, calmState, countFiring, type FlapState } from './flap.ts';
import type { Arrival, FlapPolicy, LaneAlert, LaneState, PendingTransition } from './types.ts';

/** Alerts that one lane knows; the arrivals of others wait until some of these end. */
export const laneAlertCountMax = 1_000;
/** Arrivals that may be left to wait. Fewer than a look is given, so that ends behind them are seen; past it the oldest are history only, and counted. */
export const leftCountMax = 4_000;
/** Untold transitions of one episode; past it those in the middle are history only, and counted. The first and the latest are never among them. */
export const pendingCountMax = 16;

export interface Taken {
  readonly alerts: readonly LaneAlert[];
  readonly flap: FlapState;
  readonly dropped: number;
  /** Arrivals that are done with, from the front. */
  readonly consumedCount: number;
  /** Alerts that fire and wait for room. */
  readonly waitingCount: number;
  /** Episodes with arrivals that were taken up and are not consumed, and how far. */
  readonly ahead: Readonly<Record<string, number>>;
}

/**
 * Puts every arrival to the alert that it is about.
 *
 * Shapes   arrivals: in the order in which they were stored
 * Holds    a transition that is not later than what the lane knows of its episode changes nothing; the end of an episode that the lane knows
 *          nothing of is not news; what the lane has no room for waits, and what comes later of it; of other alerts everything is taken up
 */
export function takeArrivals(state: LaneState | null, arrivals: readonly Arrival[], policy: FlapPolicy | null): Taken {
  const alerts = new Map(state?.alerts.map((alert) => [alert.episode, alert]));
  let flap: FlapState = state === null ? calmState : { firings: state.firings, damped: state.damped };
  let dropped = 0;
  const waiting: number[] = [];
  for (const [index, arrival] of arrivals.entries()) {
    const { transition } = arrival.record;
    const known = alerts.get(transition.episode);
    const reached = known?.current.transition.sequence ?? state?.ahead?.[transition.episode] ?? -1;
    if (transition.sequence <= reached || (known === undefined && transition.kind === 'resolved')) continue;
    if (known === undefined && alerts.size >= laneAlertCountMax) {
      waiting.push(index);
      continue;
    }
    const bounded = boundPending(withArrival(known, arrival));
    dropped += bounded.droppedCount;
    alerts.set(transition.episode, bounded.alert);
    if (transition.kind === 'firing' && policy !== null) {
      flap = countFiring(flap, { instance: transition.instance, atMs: arrival.storedMs }, policy);
    }
  }
  const bounded = boundFlap(flap);
  const left = leftOver(arrivals, { waiting, alerts, ahead: state?.ahead ?? {} });
  return { alerts: [...alerts.values()], flap: bounded.flap, ...left, dropped: dropped + bounded.forgottenCount + left.dropped };
}

/** From the first that waits on all arrivals are left; those that were taken up all the same are noted, so that they are not taken up again. */
function leftOver(
  arrivals: readonly Arrival[],
  { waiting, alerts, ahead }: { waiting: readonly number[]; alerts: ReadonlyMap<string, LaneAlert>; ahead: Taken['ahead'] },
): Pick<Taken, 'consumedCount' | 'waitingCount' | 'ahead' | 'dropped'> {
  const left = waiting.filter((index) => index >= arrivals.length - leftCountMax);
  const consumedCount = left[0] ?? arrivals.length;
  const firing = new Set(left.map((index) => arrivals[index]!.record.transition.episode));
  const reached = new Map<string, number>();
  for (const { record } of arrivals.slice(consumedCount)) {
    const { episode, kind } = record.transition;
    const sequence = alerts.get(episode)?.current.transition.sequence ?? ahead[episode];
    if (sequence !== undefined) reached.set(episode, sequence);
    if (kind === 'resolved') firing.delete(episode);
  }
  return { consumedCount, waitingCount: firing.size, ahead: Object.fromEntries(reached), dropped: waiting.length - left.length };
}

function withArrival(known: LaneAlert | undefined, { record, storedMs }: Arrival): LaneAlert {
  const { id, kind, severity, windowEndMs, instance, episode } = record.transition;
  const pending: PendingTransition = { id, kind, severity, windowEndMs, storedMs };
  if (known === undefined) return { instance, episode, current: record, announced: null, pending: [pending] };
  const isRise = severityRank(severity) > severityRank(known.current.transition.severity);
  return { ...known, current: record, pending: [...known.pending, pending], ...(isRise ? { escalatedMs: storedMs } : {}) };
}

function boundPending(alert: LaneAlert): { alert: LaneAlert; droppedCount: number } {
  const droppedCount = Math.max(0, alert.pending.length - pendingCountMax);
  if (droppedCount === 0) return { alert, droppedCount };
  return { alert: { ...alert, pending: alert.pending.toSpliced(1, droppedCount) }, droppedCount };
}
