import type { Holding, Said, Truth } from './truth.ts';

/** One customer's truths, in the order in which they were told. */
export interface CustomerRecord {
  readonly holdings: (Truth & { readonly kind: 'holding' | 'end_taken_back'; readonly knownMs: number })[];
  readonly orders: { readonly said: Said; readonly channel?: string; readonly campaign?: string; readonly knownMs: number }[];
  readonly wonBy: { readonly said: Said; readonly channel: string; readonly campaign?: string; readonly knownMs: number }[];
  readonly places: { readonly said: Said; readonly dimension: 'segment' | 'country'; readonly value: string; readonly knownMs: number }[];
  lastKnownMs: number;
}

export const movementKinds = [
  'new_mrr',
  'reactivation_mrr',
  'expansion_mrr',
  'contraction_mrr',
  'churned_mrr',
  'paused_mrr',
  'resumed_mrr',
] as const;
export type MovementKind = (typeof movementKinds)[number];

/** A time of activity; `endMs` null: still active, `previousEndMs` null: never before. */
export interface Stay {
  readonly startMs: number;
  readonly endMs: number | null;
  readonly previousEndMs: number | null;
}

export interface Movement {
  readonly kind: MovementKind;
  readonly atMs: number;
  readonly amountMinor: number;
  readonly plan: string;
}

/** What is true of a customer, all told. */
export interface Life {
  readonly stays: readonly Stay[];
  readonly movements: readonly Movement[];
  readonly acquiredMs: number | null;
  readonly slices: Readonly<Record<'channel' | 'campaign' | 'segment' | 'country', string>>;
}

type State = ReadonlyMap<string, Holding>;

const unknown = 'unknown';

export function emptyRecord(): CustomerRecord {
  return { holdings: [], orders: [], wonBy: [], places: [], lastKnownMs: -Infinity };
}

/**
 * Works out a customer's life from what was known before a moment.
 *
 * Source   EVENTS.md, "Semantics that several KPIs lean on"; DESIGN.md §6
 */
export function lifeOf(record: CustomerRecord, asOfMs: number): Life {
  const stays: Stay[] = [];
  const movements: Movement[] = [];
  let firstPaidMs: number | null = null;
  let before: State = new Map();
  for (const { atMs, after } of statesOf(record, asOfMs)) {
    const [was, is] = [isPaying(before), isPaying(after)];
    const isFirst = is && firstPaidMs === null;
    if (isFirst) firstPaidMs = atMs;
    if (is && !was) stays.push({ startMs: atMs, endMs: null, previousEndMs: stays.at(-1)?.endMs ?? null });
    if (was && !is) stays.push({ ...stays.pop()!, endMs: atMs });
    movements.push(...movementsAt({ before, after, isFirst }).map((movement) => ({ ...movement, atMs })));
    before = after;
  }
  const orders = record.orders.filter(({ knownMs }) => knownMs < asOfMs).toSorted(bySaid);
  const firstOrder = orders[0];
  const isByOrder = firstOrder !== undefined && (firstPaidMs === null || firstOrder.said.timeMs <= firstPaidMs);
  const acquiredMs = isByOrder ? firstOrder.said.timeMs : firstPaidMs;
  return { stays, movements, acquiredMs, slices: slicesOf(record, asOfMs, isByOrder ? firstOrder : undefined) };
}

/** The states after each moment at which something counts; moments at which nothing changes do no harm. */
function statesOf(record: CustomerRecord, asOfMs: number): { readonly atMs: number; readonly after: State }[] {
  const known = record.holdings.filter(({ knownMs }) => knownMs < asOfMs);
  const steps = known.filter((step) => step.kind === 'holding' && !isTakenBack(step, known));
  const moments = [...new Set(steps.map(({ atMs }) => atMs))].toSorted((a, b) => a - b);
  const states: { atMs: number; after: State }[] = [];
  let state: State = new Map();
  for (const atMs of moments) {
    const next = new Map(state);
    for (const step of steps) {
      if (step.atMs !== atMs || step.kind !== 'holding' || !(step.opens || next.has(step.subscription))) continue;
      if (step.holding === null) next.delete(step.subscription);
      else next.set(step.subscription, step.holding);
    }
    states.push({ atMs, after: next });
    state = next;
  }
  return states;
}

function isTakenBack(step: CustomerRecord['holdings'][number], known: CustomerRecord['holdings']): boolean {
  if (step.kind !== 'holding' || step.holding !== null) return false;
  return known.some(
    ({ kind, subscription, atMs }) => kind === 'end_taken_back' && subscription === step.subscription && atMs === step.atMs,
  );
}

/** A paused subscription is still a paid one. */
function isPaying(state: State): boolean {
  return [...state.values()].some(({ mrrMinor }) => mrrMinor > 0);
}

interface Step {
  readonly before: State;
  readonly after: State;
  /** Whether this is the first paid moment ever. */
  readonly isFirst: boolean;
}

type Moved = Omit<Movement, 'atMs'>;

function movementsAt({ before, after, isFirst }: Step): Moved[] {
  const [was, is] = [isPaying(before), isPaying(after)];
  const all = (kind: MovementKind, state: State): Moved[] =>
    [...state.values()].filter(({ paused }) => !paused).map(({ mrrMinor, plan }) => ({ kind, amountMinor: mrrMinor, plan }));
  if (!was && !is) return [];
  if (!was) return all(isFirst ? 'new_mrr' : 'reactivation_mrr', after);
  if (!is) return all('churned_mrr', before);
  const moved: Moved[] = [];
  const rest: { readonly amountMinor: number; readonly plan: string }[] = [];
  for (const subscription of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(subscription), after.get(subscription)];
    if (old !== undefined && now !== undefined && old.paused !== now.paused) {
      const { mrrMinor, plan } = now.paused ? old : now;
      moved.push({ kind: now.paused ? 'paused_mrr' : 'resumed_mrr', amountMinor: mrrMinor, plan });
      continue;
    }
    if (old !== undefined && !old.paused) rest.push({ amountMinor: -old.mrrMinor, plan: old.plan });
    if (now !== undefined && !now.paused) rest.push({ amountMinor: now.mrrMinor, plan: now.plan });
  }
  const net = rest.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const [kind, sign] = net >= 0 ? (['expansion_mrr', 1] as const) : (['contraction_mrr', -1] as const);
  return [...moved, ...rest.map(({ amountMinor, plan }) => ({ kind, amountMinor: sign * amountMinor, plan }))];
}

function slicesOf(record: CustomerRecord, asOfMs: number, wonWith: CustomerRecord['orders'][number] | undefined): Life['slices'] {
  const last = <T extends { readonly said: Said; readonly knownMs: number }>(told: readonly T[]): T | undefined =>
    told
      .filter(({ knownMs }) => knownMs < asOfMs)
      .toSorted(bySaid)
      .at(-1);
  const won = last(record.wonBy) ?? wonWith;
  const place = (dimension: 'segment' | 'country'): string =>
    last(record.places.filter((one) => one.dimension === dimension))?.value ?? unknown;
  return {
    channel: won?.channel ?? unknown,
    campaign: won?.campaign ?? unknown,
    segment: place('segment'),
    country: place('country'),
  };
}

function bySaid(a: { readonly said: Said }, b: { readonly said: Said }): number {
  return a.said.timeMs - b.said.timeMs || compare(a.said.source, b.said.source) || compare(a.said.id, b.said.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
