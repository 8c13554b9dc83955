import { composeMessages, isListed, type Telling } from './compose-messages.ts';
import { calmAtMs, settleFlap, type FlapState } from './flap.ts';
import { isEnded, isTold, judgeAlerts, type Standing } from './judge-alerts.ts';
import { notAhead } from './not-ahead.ts';
import { laneAlertCountMax, takeArrivals } from './take-arrivals.ts';
import type { Arrival, Lane, LaneAlert, LaneContext, LanePlan, LaneState, Message, Route } from './types.ts';

export type { LaneContext, LanePlan } from './types.ts';

/** A lane with every arrival taken in and every alert judged. */
interface Look {
  readonly lane: Lane;
  readonly at: LaneContext;
  readonly standings: readonly Standing[];
  readonly flap: FlapState;
  readonly lastMessageMs: number | null;
  readonly messageCount: number;
  readonly waitingCount: number;
  readonly ahead: Readonly<Record<string, number>>;
}

/**
 * Looks at a lane: what its channel is to be told now, what is remembered, and when to look again. The message is the difference between what the
 * channel was told last and what is true.
 *
 * Shapes   view: state as it was stored after the last look, and what arrived since and was left, oldest first
 * Units    epoch ms of processing time
 * Holds    for a lane that is looked at when something arrives, when it is due, and when an overlay changes:
 *          every transition is told once, or it came and went while held the whole time;
 *          nothing resolves that was not told as firing before or in the same message;
 *          news waits `groupWaitMs`, and messages lie `groupIntervalMs` apart (those that `resendMs` asks for aside);
 *          looking more often tells nothing else; the same view and context give the same plan;
 *          a time ahead of `nowMs`, of a clock that was wrong, counts as now
 */
export function planLane(view: { lane: Lane; state: LaneState | null; arrivals: readonly Arrival[] }, context: LaneContext): LanePlan {
  const { lane } = view;
  const { state, arrivals } = notAhead(view, context.nowMs);
  const at = { ...context, route: context.route ?? routeInstead(state, arrivals, context) };
  const policy = at.route?.flap ?? null;
  const taken = takeArrivals(state, arrivals, policy);
  const flap = settleFlap(taken.flap, at.nowMs, policy);
  const look: Look = {
    lane,
    at,
    flap,
    standings: judgeAlerts(taken.alerts, flap, at),
    lastMessageMs: state?.lastMessageMs ?? null,
    messageCount: state?.messageCount ?? 0,
    waitingCount: taken.waitingCount,
    ahead: taken.ahead,
  };
  const { messages, after } = tell(look);
  return {
    state: isForgettable(after) ? null : stateOf(after),
    consumedCount: taken.consumedCount,
    messages,
    dueMs: nextLookMs(after),
    dropped: taken.dropped,
  };
}

/** Of a lane whose own route is gone: the one that leads its alerts to its channel now. */
function routeInstead(state: LaneState | null, arrivals: readonly Arrival[], { routeTo }: LaneContext): Route | null {
  for (const { current } of state?.alerts ?? []) {
    const route = routeTo(current);
    if (route !== null) return route;
  }
  for (const { record } of arrivals) {
    const route = routeTo(record);
    if (route !== null) return route;
  }
  return null;
}

function tell(look: Look): { messages: readonly Message[]; after: Look } {
  const { at, standings } = look;
  if (Math.min(newsMs(look), repeatMs(look)) <= at.nowMs) {
    const told = standings.filter(({ isOwed }) => isOwed);
    const others = standings.filter((standing) => !standing.isOwed && isTold(standing) && isListable(standing, { at, told }));
    const isRepeat = told.length === 0 || resendAtMs(look) <= at.nowMs;
    return send(look, { told, others, isRepeat, isGrouped: true });
  }
  if (resendAtMs(look) > at.nowMs) return { messages: [], after: look };
  return send(look, { told: [], others: standings.filter(isTold), isRepeat: true, isGrouped: false });
}

/** Readers of news want to know what else fires; a repeat is for what nobody has acknowledged. */
function isListable({ hold, acknowledgement }: Standing, { at, told }: { at: LaneContext; told: readonly Standing[] }): boolean {
  if (at.resendMs !== null) return true;
  return hold === null && (told.length > 0 || acknowledgement === null);
}

function send(
  look: Look,
  telling: Pick<Telling, 'told' | 'others' | 'isRepeat'> & { isGrouped: boolean },
): { messages: readonly Message[]; after: Look } {
  const { lane, at, standings, flap, messageCount, waitingCount } = look;
  const { nowMs } = at;
  const messages = composeMessages({ lane, ...telling, standings, damped: flap.damped, messageCount, waitingCount, nowMs });
  const told = new Set(telling.told);
  const left = standings.flatMap((standing): Standing[] => {
    if (told.has(standing)) return isEnded(standing.alert) ? [] : [afterTelling(standing, nowMs)];
    return isListed(messages, standing) ? [afterRepeating(standing, nowMs)] : [standing];
  });
  const lastMessageMs = telling.isGrouped ? nowMs : look.lastMessageMs;
  return { messages, after: { ...look, standings: left, lastMessageMs, messageCount: messageCount + messages.length } };
}

function afterTelling(standing: Standing, nowMs: number): Standing {
  const { alert } = standing;
  const announced: LaneAlert['announced'] = { status: 'firing', severity: alert.current.transition.severity, atMs: nowMs };
  return { ...standing, alert: { ...alert, announced, pending: [] }, isOwed: false };
}

function afterRepeating(standing: Standing, nowMs: number): Standing {
  const { alert } = standing;
  return { ...standing, alert: { ...alert, announced: alert.announced === null ? null : { ...alert.announced, atMs: nowMs } } };
}

/** When news may go out; infinite without any. */
function newsMs({ standings, at, lastMessageMs }: Look): number {
  const storedMs = standings.flatMap(({ isOwed, alert }) => (isOwed ? [alert.pending[0]!.storedMs] : []));
  if (storedMs.length === 0) return Infinity;
  return Math.max(Math.min(...storedMs) + (at.route?.groupWaitMs ?? 0), quietUntilMs(at, lastMessageMs));
}

/** When what fires is repeated; infinite when nothing is to be. */
function repeatMs({ standings, at, lastMessageMs }: Look): number {
  const { route, resendMs } = at;
  if (route === null || resendMs !== null) return Infinity;
  const due = standings
    .filter((standing) => isTold(standing) && standing.hold === null && standing.acknowledgement === null)
    .map(({ alert }) => alert.announced!.atMs + route.repeatIntervalMs);
  return due.length === 0 ? Infinity : Math.max(Math.min(...due), quietUntilMs(at, lastMessageMs));
}

function resendAtMs({ standings, at }: Look): number {
  if (at.resendMs === null) return Infinity;
  return Math.min(Infinity, ...standings.filter(isTold).map(({ alert }) => alert.announced!.atMs)) + at.resendMs;
}

function quietUntilMs({ route }: LaneContext, lastMessageMs: number | null): number {
  return lastMessageMs === null || route === null ? -Infinity : lastMessageMs + route.groupIntervalMs;
}

/** The first moment at which a look could find something to tell, to release or to forget. */
function nextLookMs(look: Look): number | null {
  const { standings, at, waitingCount } = look;
  if (waitingCount > 0 && standings.length < laneAlertCountMax) return at.nowMs;
  const releases = standings.map((standing) => releaseMs(standing, at));
  const next = Math.min(newsMs(look), repeatMs(look), resendAtMs(look), forgetMs(look), ...releases);
  return next === Infinity ? null : next;
}

/** When the end of what holds an alert could matter: at once for news, when it is due for a repeat. */
function releaseMs({ alert, hold, isOwed, acknowledgement }: Standing, { route, resendMs }: LaneContext): number {
  if (hold === null || hold.untilMs === null || isOwed) return Infinity;
  if (alert.pending.length > 0) return hold.untilMs;
  if (alert.announced === null || acknowledgement !== null || route === null || resendMs !== null) return Infinity;
  return Math.max(hold.untilMs, alert.announced.atMs + route.repeatIntervalMs);
}

/** When an empty lane may be forgotten: no message could come too early any more, and nobody's firings count. */
function forgetMs({ standings, at, flap, lastMessageMs }: Look): number {
  if (standings.length > 0) return Infinity;
  const policy = at.route?.flap ?? null;
  const calm = policy === null ? [] : Object.keys(flap.firings).map((instance) => calmAtMs(flap, instance, policy) ?? at.nowMs);
  const forget = Math.max(quietUntilMs(at, lastMessageMs), ...calm);
  return forget > at.nowMs ? forget : Infinity;
}

function isForgettable(look: Look): boolean {
  return look.standings.length === 0 && Object.keys(look.ahead).length === 0 && forgetMs(look) === Infinity;
}

function stateOf({ lane, standings, flap, lastMessageMs, messageCount, ahead }: Look): LaneState {
  return {
    ...{ lane, alerts: standings.map(({ alert }) => alert), lastMessageMs, messageCount, firings: flap.firings, damped: flap.damped },
    ...(Object.keys(ahead).length === 0 ? {} : { ahead }),
  };
}
