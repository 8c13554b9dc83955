import { severityRank } from '../types.ts';
import { calmAtMs, type FlapState } from './flap.ts';
import { inhibitorOf } from './inhibition.ts';
import { labelsOf } from './labels.ts';
import { matches } from './matcher.ts';
import { isMuted, muteEndMs } from './mute-timing.ts';
import { activeSilence } from './silence.ts';
import type { Acknowledgement, HoldReason, LaneAlert, LaneContext, PendingTransition } from './types.ts';

/** What fires elsewhere changes without a word to this lane; an inhibited alert is looked at this often, besides when the lane is woken. */
const inhibitionLookMs = 30_000;

/** Why an alert is not told, and when to look whether that is over; `unrouted`: no route leads it here any more. */
export interface Hold {
  readonly reason: HoldReason | 'unrouted';
  readonly untilMs: number | null;
}

/** Where an alert stands at one look. */
export interface Standing {
  readonly alert: LaneAlert;
  readonly hold: Hold | null;
  /** It has news that may be told now. */
  readonly isOwed: boolean;
  /** An acknowledgement of it is in force. */
  readonly acknowledgement: Acknowledgement | null;
}

/**
 * Finds what holds each alert, and what the channel is owed.
 *
 * Holds    what came and went while held the whole time is history and leaves; the end of an announced firing is owed whatever holds it;
 *          an episode is never overtaken by a later one of its instance: when that may be told, so may it
 */
export function judgeAlerts(alerts: readonly LaneAlert[], flap: FlapState, context: LaneContext): readonly Standing[] {
  const at = { ...context, firing: sourcesOf(context) };
  const standings: Standing[] = [];
  /** Instances of which a later episode may be told. */
  const free = new Set<string>();
  for (const alert of alerts.toReversed()) {
    const found = holdOf(alert, flap, at);
    const left = withoutHistory(withHeld(alert, flap, { ...at, hold: found }), found);
    if (left === null) continue;
    // The damper holds news only; what has none left may be held by nothing.
    const hold = left.pending.length < alert.pending.length ? holdOf(left, flap, at) : found;
    const isEndOfTold = isEnded(left) && left.announced !== null;
    const isFree = hold === null || free.has(left.instance);
    const isOwed = left.pending.length > 0 && (isFree || isEndOfTold);
    if (isOwed && hold === null) free.add(left.instance);
    standings.push({ alert: left, hold, isOwed, acknowledgement: acknowledgementOf(left, at) });
  }
  return standings.toReversed();
}

/** Of all that fires the few that inhibit anything, so that not every alert of the lane is held against everything. */
function sourcesOf({ firing, inhibitions }: LaneContext): LaneContext['firing'] {
  return firing.filter(({ labels }) => inhibitions.some(({ source }) => matches(source, labels)));
}

export function isEnded(alert: LaneAlert): boolean {
  return alert.current.transition.kind === 'resolved';
}

/** Told as firing, and firing. */
export function isTold({ alert }: Standing): boolean {
  return alert.announced !== null && !isEnded(alert);
}

/** Notes of each untold transition whether it was free once. A look that comes late asks how it was when the transition was stored. */
function withHeld(alert: LaneAlert, flap: FlapState, at: LaneContext & { hold: Hold | null }): LaneAlert {
  const wasHeld = ({ storedMs, severity }: PendingTransition): boolean => {
    const { current } = alert;
    const then = { ...alert, current: { ...current, transition: { ...current.transition, severity } } };
    return holdOf(then, flap, { ...at, nowMs: storedMs }) !== null;
  };
  const pending = alert.pending.map((transition) => ({
    ...transition,
    held: at.hold !== null && (transition.held ?? wasHeld(transition)),
  }));
  return { ...alert, pending };
}

function withoutHistory(alert: LaneAlert, hold: Hold | null): LaneAlert | null {
  const isHeldThroughout = alert.pending.every(({ held }) => held === true);
  // Where no route leads any more, what was not told and is over is not told.
  if (alert.announced === null && isEnded(alert)) return isHeldThroughout || hold?.reason === 'unrouted' ? null : alert;
  const isBack = !isEnded(alert) && alert.announced?.severity === alert.current.transition.severity;
  return isHeldThroughout && isBack ? { ...alert, pending: [] } : alert;
}

function holdOf(alert: LaneAlert, flap: FlapState, at: LaneContext): Hold | null {
  const { nowMs } = at;
  const route = at.routeTo(alert.current);
  if (route === null) return { reason: 'unrouted', untilMs: null };
  const { rule, slice, transition } = alert.current;
  const labels = labelsOf(rule, slice, transition.severity);
  const silence = activeSilence(at.silences, labels, nowMs);
  if (silence !== null) return { reason: 'silenced', untilMs: silence.endsMs };
  const muting = at.muteTimings.filter((timing) => route.mute.includes(timing.name) && isMuted(timing, nowMs));
  if (muting.length > 0) return { reason: 'muted', untilMs: Math.max(...muting.map((timing) => muteEndMs(timing, nowMs))) };
  if (inhibitorOf(at.inhibitions, { instance: alert.instance, labels }, at.firing) !== null) {
    return { reason: 'inhibited', untilMs: nowMs + inhibitionLookMs };
  }
  const dampedMs = flap.damped[alert.instance];
  const oldest = alert.pending[0];
  // What came before it flapped, and the firing that was one too many, are still told.
  const policy = at.route?.flap ?? null;
  if (policy === null || dampedMs === undefined || oldest === undefined || oldest.storedMs <= dampedMs) return null;
  return { reason: 'flapping', untilMs: calmAtMs(flap, alert.instance, policy) };
}

/** In force until the severity rises. */
function acknowledgementOf(alert: LaneAlert, { acknowledgements }: LaneContext): Acknowledgement | null {
  const found = acknowledgements.get(alert.episode);
  if (found === undefined) return null;
  const isGraver = severityRank(alert.current.transition.severity) > severityRank(found.severity);
  return isGraver || (alert.escalatedMs !== undefined && alert.escalatedMs > found.atMs) ? null : found;
}
