import type { Truth } from '../ledger/truth.ts';
import { bill } from './billing.ts';
import { dayMs, plans } from './catalogue.ts';
import { holdingOf, newSubscriber, nextId, type Origin, type Subscriber } from './subscriber.ts';
import type { World } from './world.ts';

const trialDays = 14;
/** How often a customer thinks the subscription over. */
const thinkMs = 30 * dayMs;

/** The customers with a subscription: how they start, change their minds, and leave. */
export class Subscriptions {
  readonly #world: World;
  readonly #open = new Map<string, Subscriber>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Everybody whose subscription runs, in the order in which they came. */
  get open(): Iterable<Subscriber> {
    return this.#open.values();
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Somebody becomes a customer, or tries it out first. */
  start(origin: Origin, how: 'trial' | 'paid'): Subscriber {
    const world = this.#world;
    const who = newSubscriber(world, origin);
    const { customer, channel, campaign, country } = who;
    const won = { channel, ...(campaign === null ? {} : { campaign }) };
    const attribution = { type: 'customer.attributed', source: 'crm', subject: customer, id: `${customer}/won`, data: won } as const;
    world.say(attribution, (said) => [{ kind: 'won_by', customer, ...won, said }]);
    this.#place(who, 'segment', who.plan.segment);
    this.#place(who, 'country', country);
    if (how === 'trial') {
      who.mrrMinor = 0;
      this.#moveTier(who, 'none', 'trial');
      this.#sayStarted(who);
      world.at(world.nowMs() + trialDays * dayMs, () => this.#endTrial(who));
    } else {
      this.#run(who);
      this.#sayStarted(who);
    }
    return who;
  }

  /** Ends at `effectiveMs`, or now. What is planned can be taken back until then. */
  end(who: Subscriber, options: { effectiveMs?: number; reason: string; voluntary: boolean }): void {
    const world = this.#world;
    const nowMs = world.nowMs();
    const { customer, subscription } = who;
    const { reason, voluntary, effectiveMs } = options;
    const planned = effectiveMs === undefined ? {} : { effective_at: instant(effectiveMs), requested_at: instant(nowMs) };
    const data = { subscription_id: subscription, reason, voluntary, ...planned };
    const endMs = effectiveMs ?? nowMs;
    world.say({ type: 'subscription.ended', source: 'billing', subject: customer, id: nextId(who, 'ended'), data }, () => [
      { kind: 'holding', customer, subscription, atMs: endMs, opens: false, holding: null },
    ]);
    if (effectiveMs === undefined) return this.#close(who);
    this.#plan(who, effectiveMs, () => this.#close(who));
  }

  /**
   * Takes a planned end back, as of a moment before it. Told later than that end, it is late news: who had left never did.
   */
  takeBackEnd(who: Subscriber, end: { effectiveMs: number; saidMs?: number }): void {
    const { customer, subscription } = who;
    const { effectiveMs, saidMs } = end;
    const told = saidMs === undefined ? {} : { timeMs: saidMs };
    const data = { subscription_id: subscription };
    const id = nextId(who, 'stays');
    this.#world.say({ type: 'subscription.end_withdrawn', source: 'billing', subject: customer, id, data, ...told }, () => [
      { kind: 'end_taken_back', customer, subscription, atMs: effectiveMs },
    ]);
    this.#forgetPlan(who);
    if (who.status === 'ended') this.#run(who, this.#world.nowMs() + 30 * dayMs);
  }

  /** Another price for the same plan, from now on. */
  reprice(who: Subscriber, mrrMinor: number): void {
    who.mrrMinor = mrrMinor;
    this.#sayChanged(who);
  }

  #place(who: Subscriber, dimension: 'segment' | 'country', value: string): void {
    const { customer } = who;
    const data = { dimension, value };
    const id = nextId(who, dimension);
    this.#world.say({ type: 'customer.segment_changed', source: 'crm', subject: customer, id, data }, (said) => [
      { kind: 'belongs_to', customer, dimension, value, said },
    ]);
  }

  #moveTier(who: Subscriber, from: 'none' | 'free' | 'trial' | 'paid', to: 'none' | 'free' | 'trial' | 'paid'): void {
    const data = { from, to, plan: who.plan.name };
    this.#world.say({ type: 'user.tier_changed', source: 'app', subject: who.customer, id: nextId(who, 'tier'), data });
  }

  #sayStarted(who: Subscriber): void {
    const { customer, subscription, plan, interval, mrrMinor, channel } = who;
    const what = { plan: plan.name, interval: interval.name, mrr_minor: mrrMinor, currency: this.#world.currency };
    const data = { subscription_id: subscription, ...what, channel };
    this.#world.say({ type: 'subscription.started', source: 'billing', subject: customer, id: nextId(who, 'started'), data }, () => [
      { ...this.#holds(who), opens: true },
    ]);
  }

  #holds(who: Subscriber, atMs = this.#world.nowMs()): Truth & { readonly kind: 'holding' } {
    const { customer, subscription } = who;
    return { kind: 'holding', customer, subscription, atMs, opens: false, holding: holdingOf(who) };
  }

  #run(who: Subscriber, firstBillMs = this.#world.nowMs()): void {
    who.status = 'open';
    this.#open.set(who.customer, who);
    const life = ++who.life;
    this.#world.at(this.#world.nowMs() + who.random.waitMs(thinkMs), () => this.#think(who, life));
    this.#world.at(firstBillMs, () => bill(this.#world, { who, life, end: (how) => this.end(who, how) }));
  }

  #endTrial(who: Subscriber): void {
    if (who.status !== 'trial') return;
    if (!who.random.chance(0.55)) {
      this.end(who, { reason: 'trial over', voluntary: true });
      return;
    }
    this.#moveTier(who, 'trial', 'paid');
    who.mrrMinor = who.plan.mrrMinor;
    this.#run(who);
    this.#sayChanged(who);
  }

  #close(who: Subscriber): void {
    this.#open.delete(who.customer);
    this.#forgetPlan(who);
    const wasPaying = who.status === 'open' || who.status === 'paused';
    who.status = 'ended';
    // Some come back; long after any late event about their leaving has arrived.
    if (!wasPaying || !who.random.chance(0.12)) return;
    const plan = who.planCount;
    this.#world.at(this.#world.nowMs() + who.random.whole(20, 90) * dayMs, () => this.#comeBack(who, plan));
  }

  #comeBack(who: Subscriber, plan: number): void {
    if (who.status !== 'ended' || plan !== who.planCount) return;
    who.mrrMinor = who.plan.mrrMinor;
    this.#run(who);
    this.#sayStarted(who);
  }

  #sayChanged(who: Subscriber, effectiveMs?: number): void {
    const { customer, subscription, plan, interval, mrrMinor } = who;
    const at = effectiveMs === undefined ? {} : { effective_at: instant(effectiveMs) };
    const price = { plan: plan.name, interval: interval.name, mrr_minor: mrrMinor, currency: this.#world.currency };
    const data = { subscription_id: subscription, ...price, ...at };
    this.#world.say({ type: 'subscription.changed', source: 'billing', subject: customer, id: nextId(who, 'changed'), data }, () => [
      this.#holds(who, effectiveMs),
    ]);
  }

  /** Each customer has one thing planned at most, so that plans never meet. */
  #plan(who: Subscriber, atMs: number, act: () => void): void {
    who.plannedMs = atMs;
    const plan = ++who.planCount;
    this.#world.at(atMs, () => {
      if (who.planCount !== plan) return;
      who.plannedMs = null;
      act();
    });
  }

  #forgetPlan(who: Subscriber): void {
    who.plannedMs = null;
    who.planCount++;
  }

  #think(who: Subscriber, life: number): void {
    if (who.status === 'ended' || who.life !== life) return;
    const { random } = who;
    this.#world.at(this.#world.nowMs() + random.waitMs(thinkMs), () => this.#think(who, life));
    if (who.plannedMs !== null || who.status !== 'open') return;
    const draw = random.next();
    const { leaveShare } = who.plan;
    if (draw < leaveShare) this.#leave(who);
    else if (draw < leaveShare + 0.07) this.#changePlan(who, 'up');
    else if (draw < leaveShare + 0.1) this.#changePlan(who, 'down');
    else if (draw < leaveShare + 0.12) this.#pause(who);
    else if (draw < leaveShare + 0.14 && !who.addOnOpen) this.#addOn(who);
    else if (draw < leaveShare + 0.145) this.#fallToFree(who);
    else if (draw < leaveShare + 0.155) this.#place(who, 'segment', random.pick(plans).segment);
  }

  #leave(who: Subscriber): void {
    const { random } = who;
    const reason = random.chance(0.5) ? 'too expensive' : 'not needed any more';
    if (random.chance(0.4)) return this.end(who, { reason, voluntary: true });
    const nowMs = this.#world.nowMs();
    const effectiveMs = nowMs + random.whole(2, 28) * dayMs + random.whole(0, dayMs - 1);
    this.end(who, { effectiveMs, reason, voluntary: true });
    if (!random.chance(0.25)) return;
    const plan = who.planCount;
    this.#world.at(nowMs + Math.floor((effectiveMs - nowMs) * random.next() * 0.9) + 1, () => {
      if (who.planCount === plan) this.takeBackEnd(who, { effectiveMs });
    });
  }

  #changePlan(who: Subscriber, direction: 'up' | 'down'): void {
    const { random } = who;
    const step = direction === 'up' ? 1 : -1;
    const plan = plans[plans.indexOf(who.plan) + step];
    const become = (): void => {
      if (plan === undefined) who.mrrMinor = Math.round(who.mrrMinor * (direction === 'up' ? 1.25 : 0.85));
      else [who.plan, who.mrrMinor] = [plan, plan.mrrMinor];
    };
    if (random.chance(0.6)) {
      become();
      return this.#sayChanged(who);
    }
    const effectiveMs = this.#world.nowMs() + random.whole(1, 20) * dayMs + random.whole(0, dayMs - 1);
    const before = { plan: who.plan, mrrMinor: who.mrrMinor };
    become();
    const after = { plan: who.plan, mrrMinor: who.mrrMinor };
    this.#sayChanged(who, effectiveMs);
    Object.assign(who, before);
    this.#plan(who, effectiveMs, () => Object.assign(who, after));
  }

  #pause(who: Subscriber): void {
    who.status = 'paused';
    const { customer, subscription, random } = who;
    const data = { subscription_id: subscription };
    this.#world.say({ type: 'subscription.paused', source: 'billing', subject: customer, id: nextId(who, 'paused'), data }, () => [
      this.#holds(who),
    ]);
    this.#plan(who, this.#world.nowMs() + random.whole(5, 45) * dayMs, () => {
      who.status = 'open';
      this.#world.say({ type: 'subscription.resumed', source: 'billing', subject: customer, id: nextId(who, 'resumed'), data }, () => [
        this.#holds(who),
      ]);
    });
  }

  /** A second subscription: its end is a contraction as long as the first one runs. */
  #addOn(who: Subscriber): void {
    who.addOnOpen = true;
    const { customer, random } = who;
    const world = this.#world;
    const subscription = nextId(who, 'add-on');
    const price = { plan: 'add-on', interval: 'month', mrr_minor: 900, currency: world.currency } as const;
    const data = { subscription_id: subscription, ...price };
    const holding = { plan: 'add-on', mrrMinor: 900, paused: false };
    const about = { kind: 'holding', customer, subscription } as const;
    world.say({ type: 'subscription.started', source: 'billing', subject: customer, id: nextId(who, 'started'), data }, ({ timeMs }) => [
      { ...about, atMs: timeMs, opens: true, holding },
    ]);
    world.at(world.nowMs() + random.waitMs(90 * dayMs), () => {
      who.addOnOpen = false;
      const over = { subscription_id: subscription, voluntary: true };
      world.say(
        { type: 'subscription.ended', source: 'billing', subject: customer, id: nextId(who, 'ended'), data: over },
        ({ timeMs }) => [{ ...about, atMs: timeMs, opens: false, holding: null }],
      );
    });
  }

  /** A free plan is no paid one: the customer is lost, and may come back. */
  #fallToFree(who: Subscriber): void {
    this.#open.delete(who.customer);
    who.status = 'free';
    who.mrrMinor = 0;
    this.#sayChanged(who);
    this.#moveTier(who, 'paid', 'free');
    if (!who.random.chance(0.4)) return;
    this.#plan(who, this.#world.nowMs() + who.random.whole(15, 60) * dayMs, () => {
      who.mrrMinor = who.plan.mrrMinor;
      this.#run(who);
      this.#sayChanged(who);
    });
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
