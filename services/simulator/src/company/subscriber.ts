import type { Holding } from '../ledger/truth.ts';
import { countries, type Interval, intervals, type Plan, plans } from './catalogue.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Somebody with a subscription, or who had one. */
export interface Subscriber {
  readonly customer: string;
  readonly subscription: string;
  readonly random: Random;
  readonly channel: string;
  readonly campaign: string | null;
  readonly country: string;
  readonly interval: Interval;
  plan: Plan;
  mrrMinor: number;
  status: 'trial' | 'open' | 'free' | 'paused' | 'ended';
  /** When a planned end or a planned change takes effect; null: nothing is planned. */
  plannedMs: number | null;
  /** Counts what was planned, so that an outdated plan is recognised when its time comes. */
  planCount: number;
  /** Counts its starts: what belongs to an earlier life stops by itself. */
  life: number;
  sequence: number;
  addOnOpen: boolean;
}

export interface Origin {
  readonly customer: string;
  readonly channel: string;
  readonly campaign: string | null;
}

export function newSubscriber(world: World, origin: Origin): Subscriber {
  const random = world.chanceOf(`subscriber/${origin.customer}`);
  const plan = random.pick(plans);
  return {
    ...origin,
    subscription: `${origin.customer}-main`,
    random,
    country: random.pick(countries).name,
    interval: random.pick(intervals),
    plan,
    mrrMinor: plan.mrrMinor,
    status: 'trial',
    plannedMs: null,
    planCount: 0,
    life: 0,
    sequence: 0,
    addOnOpen: false,
  };
}

/** An id that no other event of this customer has. */
export function nextId(who: Subscriber, what: string): string {
  return `${who.customer}/${what}-${who.sequence++}`;
}

export function holdingOf(who: Subscriber): Holding {
  return { plan: who.plan.name, mrrMinor: who.mrrMinor, paused: who.status === 'paused' };
}
