import type { Arrival, LaneAlert, LaneState } from './types.ts';

/**
 * What a lane knows, without times that are still to come: a clock that was ahead for a moment would hold everything for as long.
 *
 * Units    nowMs: processing time of the look, epoch ms
 */
export function notAhead(
  { state, arrivals }: { state: LaneState | null; arrivals: readonly Arrival[] },
  nowMs: number,
): { state: LaneState | null; arrivals: readonly Arrival[] } {
  const past = (ms: number): number => Math.min(ms, nowMs);
  const timely = arrivals.map((arrival) => (arrival.storedMs > nowMs ? { ...arrival, storedMs: nowMs } : arrival));
  if (state === null) return { state, arrivals: timely };
  const alertOf = (alert: LaneAlert): LaneAlert => ({
    ...alert,
    announced: alert.announced === null ? null : { ...alert.announced, atMs: past(alert.announced.atMs) },
    pending: alert.pending.map((transition) => ({ ...transition, storedMs: past(transition.storedMs) })),
    ...(alert.escalatedMs === undefined ? {} : { escalatedMs: past(alert.escalatedMs) }),
  });
  return {
    arrivals: timely,
    state: {
      ...state,
      alerts: state.alerts.map(alertOf),
      lastMessageMs: state.lastMessageMs === null ? null : past(state.lastMessageMs),
      firings: Object.fromEntries(Object.entries(state.firings).map(([instance, times]) => [instance, times.map(past)])),
      damped: Object.fromEntries(Object.entries(state.damped).map(([instance, ms]) => [instance, past(ms)])),
    },
  };
}
