import { pushFact } from '../facts/build.ts';
import type { Dims, Fact, FactName } from '../types.ts';
import { closedState, type Point, type SubscriptionState, subscriptionStates } from './points.ts';
import type { Span } from './spans.ts';

/** How one subscription changed at one instant. */
interface Change {
  readonly before: SubscriptionState;
  readonly after: SubscriptionState;
}

const isPaid = (state: SubscriptionState): boolean => state.open && state.mrr > 0;
const runningMrr = (state: SubscriptionState): number => (state.open && !state.paused ? state.mrr : 0);

/**
 * Walks a customer's subscriptions through time: MRR movements into `facts`, and the spans in which the customer was active by subscription.
 *
 * Holds    movements are typed per instant and customer; per currency and plan, new + reactivation + expansion - contraction - churned - paused + resumed
 *          = the change of the MRR, so a bridge between any two moments closes
 */
export function walkSubscriptions(subscriptions: ReadonlyMap<string, readonly Point[]>, dims: Dims, facts: Fact[]): Span[] {
  const spans: Span[] = [];
  const current = new Map<string, SubscriptionState>();
  let paidCount = 0;
  let activeFrom: number | null = null;
  for (const [at, changed] of changesByInstant(subscriptions)) {
    const wasActive = paidCount > 0;
    const changes: Change[] = [];
    for (const [id, after] of changed) {
      const before = current.get(id) ?? closedState;
      current.set(id, after);
      paidCount += Number(isPaid(after)) - Number(isPaid(before));
      changes.push({ before, after });
    }
    const isActive = paidCount > 0;
    const movement = new Movement(facts, at, dims);
    if (!wasActive && isActive) {
      activeFrom = at;
      movement.gainAll(spans.length === 0 ? 'new_mrr' : 'reactivation_mrr', changes);
    } else if (wasActive && !isActive) {
      spans.push({ from: activeFrom!, to: at });
      activeFrom = null;
      movement.loseAll(changes);
    } else if (isActive) {
      movement.move(changes);
    }
  }
  if (activeFrom !== null) spans.push({ from: activeFrom, to: Infinity });
  return spans;
}

function changesByInstant(subscriptions: ReadonlyMap<string, readonly Point[]>): [number, Map<string, SubscriptionState>][] {
  const byInstant = new Map<number, Map<string, SubscriptionState>>();
  for (const [id, points] of subscriptions) {
    for (const change of subscriptionStates(points)) {
      const at = byInstant.get(change.at) ?? new Map<string, SubscriptionState>();
      byInstant.set(change.at, at.set(id, change));
    }
  }
  return [...byInstant].toSorted((a, b) => a[0] - b[0]);
}

/** Writes the MRR facts of one instant. */
class Movement {
  readonly #facts: Fact[];
  readonly #at: number;
  readonly #dims: Dims;

  constructor(facts: Fact[], at: number, dims: Dims) {
    this.#facts = facts;
    this.#at = at;
    this.#dims = dims;
  }

  gainAll(fact: FactName, changes: readonly Change[]): void {
    for (const { after } of changes) this.#push(fact, after, runningMrr(after));
  }

  loseAll(changes: readonly Change[]): void {
    for (const { before } of changes) this.#push('churned_mrr', before, runningMrr(before));
  }

  /** The customer stays: pauses and resumes are their own movements, the net of the rest per currency names the rest. */
  move(changes: readonly Change[]): void {
    const rest: Change[] = [];
    const net = new Map<string, number>();
    for (const change of changes) {
      const { before, after } = change;
      if (before.open && after.open && before.paused !== after.paused) {
        if (after.paused) this.#push('paused_mrr', before, runningMrr(before));
        else this.#push('resumed_mrr', after, runningMrr(after));
        continue;
      }
      rest.push(change);
      net.set(before.currency, (net.get(before.currency) ?? 0) - runningMrr(before));
      net.set(after.currency, (net.get(after.currency) ?? 0) + runningMrr(after));
    }
    for (const { before, after } of rest) {
      this.#pushSigned(net, before, -runningMrr(before));
      this.#pushSigned(net, after, runningMrr(after));
    }
  }

  #pushSigned(net: ReadonlyMap<string, number>, state: SubscriptionState, delta: number): void {
    const grows = (net.get(state.currency) ?? 0) >= 0;
    this.#push(grows ? 'expansion_mrr' : 'contraction_mrr', state, grows ? delta : -delta);
  }

  #push(fact: FactName, state: SubscriptionState, value: number): void {
    const dims = state.plan === null || state.plan === 'unknown' ? this.#dims : { ...this.#dims, plan: state.plan };
    pushFact(this.#facts, { fact, at: this.#at, value, dims, currency: state.currency });
  }
}
