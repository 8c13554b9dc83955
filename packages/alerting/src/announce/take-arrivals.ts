import { severityRank } from '../types.ts';
import { boundFlap, calmState, countFiring, type FlapState } from './flap.ts';
import type { Arrival, FlapPolicy, LaneAlert, LaneState, PendingTransition } from './types.ts';

/** Alerts of one lane that are neither ended nor told; a firing past it is history only, and counted. */
export const laneAlertCountMax = 1_000;
/** Untold transitions of one episode; past it those in the middle are history only, and counted. The first and the latest are never among them. */
export const pendingCountMax = 16;

export interface Taken {
  readonly alerts: readonly LaneAlert[];
  readonly flap: FlapState;
  readonly dropped: number;
}

/**
 * Puts every arrival to the alert that it is about.
 *
 * Shapes   arrivals: in the order in which they were stored
 * Holds    a transition that is not later than what the lane knows of its episode changes nothing; the end of an episode that the lane knows
 *          nothing of is not news
 */
export function takeArrivals(state: LaneState | null, arrivals: readonly Arrival[], policy: FlapPolicy | null): Taken {
  const alerts = new Map(state?.alerts.map((alert) => [alert.episode, alert]));
  let flap: FlapState = state === null ? calmState : { firings: state.firings, damped: state.damped };
  let dropped = 0;
  for (const arrival of arrivals) {
    const { transition } = arrival.record;
    const known = alerts.get(transition.episode);
    if (known === undefined ? transition.kind === 'resolved' : transition.sequence <= known.current.transition.sequence) continue;
    if (known === undefined && alerts.size >= laneAlertCountMax) {
      dropped += 1;
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
  return { alerts: [...alerts.values()], flap: bounded.flap, dropped: dropped + bounded.forgottenCount };
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
