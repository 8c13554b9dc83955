import { activityAt, dayMs } from './catalogue.ts';
import type { Random } from './random.ts';
import type { Subscriber } from './subscriber.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { World } from './world.ts';

const activitiesPerCustomerDay = 0.25;
const surveysPerCustomerDay = 0.006;
/** Work is drawn from so many customers at most, from wherever the last draw ended. */
const roundSize = 64;

/** Customers at work, their support cases and what they answer when asked. */
export class Care {
  readonly #world: World;
  readonly #subscriptions: Subscriptions;
  readonly #random: Random;
  #round: Subscriber[] = [];
  #count = 0;

  constructor(world: World, subscriptions: Subscriptions) {
    this.#world = world;
    this.#subscriptions = subscriptions;
    this.#random = world.chanceOf('care');
  }

  open(): void {
    const { startMs } = this.#world;
    this.#world.at(startMs + dayMs, () => this.#work());
    this.#world.at(startMs + dayMs, () => this.#ask());
  }

  #waitMs(perCustomerDay: number): number {
    const nowMs = this.#world.nowMs();
    const perDay = perCustomerDay * Math.max(1, this.#subscriptions.openCount) * activityAt(nowMs, this.#world.startMs);
    return this.#random.waitMs(dayMs / perDay);
  }

  /** Somebody whose subscription runs; the draws stay cheap however many there are. */
  #someone(): Subscriber | undefined {
    if (this.#round.length === 0) {
      const skip = this.#random.whole(0, Math.max(0, this.#subscriptions.openCount - roundSize));
      this.#round = [...this.#subscriptions.open].slice(skip, skip + roundSize);
    }
    return this.#round.pop();
  }

  #work(): void {
    const world = this.#world;
    world.at(world.nowMs() + this.#waitMs(activitiesPerCustomerDay), () => this.#work());
    const who = this.#someone();
    if (who === undefined) return;
    const activity = this.#random.chance(0.7) ? 'session' : 'content';
    const data = { activity, duration_seconds: this.#random.whole(20, 3_600), plan: who.plan.name } as const;
    world.say({ type: 'user.activity_recorded', source: 'app', subject: who.customer, id: `activity/${this.#count++}`, data });
  }

  #ask(): void {
    const world = this.#world;
    const random = this.#random;
    world.at(world.nowMs() + this.#waitMs(surveysPerCustomerDay), () => this.#ask());
    const who = this.#someone();
    if (who === undefined) return;
    const id = `response/${this.#count++}`;
    const scale = random.chance(0.5)
      ? ({ survey: 'nps', scale_min: 0, scale_max: 10 } as const)
      : ({ survey: 'support', scale_min: 1, scale_max: 5 } as const);
    const ticket = scale.survey === 'support' ? { ticket_id: `ticket-${this.#count}` } : {};
    const score = random.whole(scale.scale_min + Math.floor(scale.scale_max / 3), scale.scale_max);
    const data = { response_id: id, ...scale, score, ...ticket };
    world.say({ type: 'survey.answered', source: 'care', subject: who.customer, id, data });
  }
}
