/**
 * What is remembered of one subscription: its events as points, ordered by (effective_at, time, source, id), never by arrival.
 */
export type PointKind = 'started' | 'changed' | 'paused' | 'resumed' | 'ended' | 'end_withdrawn';

/** Which of two events was known earlier: by time, then source, then id. Total, because (source, id) is unique within a tenant. */
export interface Stamp {
  readonly time: number;
  readonly source: string;
  readonly id: string;
}

export interface Point extends Stamp {
  readonly kind: PointKind;
  readonly effectiveAt: number;
  readonly mrr: number | null;
  readonly currency: string | null;
  readonly plan: string | null;
}

/** What holds of one subscription from `at` on. */
export interface SubscriptionState {
  readonly open: boolean;
  readonly paused: boolean;
  readonly mrr: number;
  readonly currency: string;
  readonly plan: string | null;
}

export interface StateChange extends SubscriptionState {
  readonly at: number;
}

export const closedState: SubscriptionState = { open: false, paused: false, mrr: 0, currency: '', plan: null };

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function compareStamps(a: Stamp, b: Stamp): number {
  return a.time - b.time || compareText(a.source, b.source) || compareText(a.id, b.id);
}

function comparePoints(a: Point, b: Point): number {
  return a.effectiveAt - b.effectiveAt || compareStamps(a, b);
}

/** A new list with the point in its place; the old list is left as it was. */
export function insertPoint(points: readonly Point[], point: Point): Point[] {
  let index = points.length;
  while (index > 0 && comparePoints(points[index - 1]!, point) > 0) index--;
  return [...points.slice(0, index), point, ...points.slice(index)];
}

/** The points that count: planned ends taken back and planned changes replaced are left out. */
function effectivePoints(points: readonly Point[]): readonly Point[] {
  if (!points.some((p) => p.kind === 'ended' || p.kind === 'end_withdrawn' || (p.kind === 'changed' && p.effectiveAt > p.time)))
    return points;
  const dropped = new Set<Point>();
  const enders = points.filter((p) => p.kind === 'ended' || p.kind === 'end_withdrawn').toSorted(compareStamps);
  for (const [index, end] of enders.entries()) {
    // Later words have later times, so if the next one leaves this end standing, every later one does.
    const next = enders[index + 1];
    if (end.kind === 'ended' && next !== undefined && end.effectiveAt > next.time) dropped.add(end);
  }
  for (let index = 0; index < points.length; index++) {
    const planned = points[index]!;
    if (planned.kind !== 'changed' || planned.effectiveAt <= planned.time) continue;
    for (let later = index + 1; points[later]?.effectiveAt === planned.effectiveAt; later++) {
      if (points[later]!.kind === 'changed') dropped.add(planned);
    }
  }
  return points.filter((p) => p.kind !== 'end_withdrawn' && !dropped.has(p));
}

function applyPoint(state: SubscriptionState, point: Point): SubscriptionState {
  if (point.kind === 'started') {
    return { open: true, paused: false, mrr: point.mrr ?? 0, currency: point.currency ?? '', plan: point.plan };
  }
  // Before the first start, and after an end until the next start, nothing else has effect.
  if (!state.open) return state;
  switch (point.kind) {
    case 'changed':
      return { ...state, mrr: point.mrr ?? state.mrr, currency: point.currency ?? state.currency, plan: point.plan ?? state.plan };
    case 'paused':
      return { ...state, paused: true };
    case 'resumed':
      return state.paused ? { ...state, paused: false, mrr: point.mrr ?? state.mrr } : state;
    case 'ended':
      return closedState;
    case 'end_withdrawn':
      return state;
  }
}

/** The states of one subscription, netted per distinct instant: what lasted no time at all is not a state. */
export function subscriptionStates(points: readonly Point[]): StateChange[] {
  const changes: StateChange[] = [];
  let state = closedState;
  for (const point of effectivePoints(points)) {
    const next = applyPoint(state, point);
    if (next === state) continue;
    state = next;
    if (changes.at(-1)?.at === point.effectiveAt) changes.pop();
    changes.push({ at: point.effectiveAt, ...state });
  }
  return changes;
}
