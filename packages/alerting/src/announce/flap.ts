import type { FlapPolicy, LaneState } from './types.ts';

/** Instances whose firings a lane counts; past it the one that has been calm for longest is forgotten, and counted. */
export const flapInstanceCountMax = 2_000;

export type FlapState = Pick<LaneState, 'firings' | 'damped'>;
export const calmState: FlapState = { firings: {}, damped: {} };

/**
 * Counts one more firing of an instance, and damps it when there were too many.
 *
 * Units    atMs: when the firing was stored, epoch ms
 * Holds    firings count for `withinMs`; a damped instance that was calm for `calmMs` begins to count anew
 */
export function countFiring(flap: FlapState, fired: { instance: string; atMs: number }, policy: FlapPolicy): FlapState {
  const { instance, atMs } = fired;
  const known = isOver(flap, fired, policy) ? without(flap, instance) : flap;
  const recent = (known.firings[instance] ?? []).filter((ms) => ms > atMs - policy.withinMs);
  // One more than the policy allows tells all there is to know.
  const times = [...recent, atMs].slice(-(policy.firingCountMax + 1));
  const isTooMany = times.length > policy.firingCountMax && known.damped[instance] === undefined;
  return {
    firings: { ...known.firings, [instance]: times },
    damped: isTooMany ? { ...known.damped, [instance]: atMs } : known.damped,
  };
}

/** Forgets who is calm by now; without a policy everybody is. */
export function settleFlap(flap: FlapState, nowMs: number, policy: FlapPolicy | null): FlapState {
  if (policy === null) return calmState;
  const calm = Object.keys(flap.firings).filter((instance) => isOver(flap, { instance, atMs: nowMs }, policy));
  return calm.reduce(without, flap);
}

/** When an instance will have been calm for long enough to be forgotten, and released if it is damped; null when it is not counted. */
export function calmAtMs(flap: FlapState, instance: string, policy: FlapPolicy): number | null {
  const last = flap.firings[instance]?.at(-1);
  if (last === undefined) return null;
  return last + (flap.damped[instance] === undefined ? policy.withinMs : policy.calmMs);
}

/** Takes out the calmest when there are too many. */
export function boundFlap(flap: FlapState): { flap: FlapState; forgottenCount: number } {
  const instances = Object.keys(flap.firings);
  const forgottenCount = Math.max(0, instances.length - flapInstanceCountMax);
  if (forgottenCount === 0) return { flap, forgottenCount };
  const lastOf = (instance: string): number => flap.firings[instance]?.at(-1) ?? 0;
  const calmest = instances.toSorted((a, b) => lastOf(a) - lastOf(b)).slice(0, forgottenCount);
  return { flap: calmest.reduce(without, flap), forgottenCount };
}

function isOver(flap: FlapState, at: { instance: string; atMs: number }, policy: FlapPolicy): boolean {
  const calmMs = calmAtMs(flap, at.instance, policy);
  return calmMs !== null && at.atMs >= calmMs;
}

function without({ firings, damped }: FlapState, instance: string): FlapState {
  const { [instance]: _times, ...otherFirings } = firings;
  const { [instance]: _since, ...otherDamped } = damped;
  return { firings: otherFirings, damped: otherDamped };
}
