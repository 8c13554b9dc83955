import type { EventType } from '@vigie/events';
import { channels, countries, products } from '../company/catalogue.ts';
import type { Company } from '../company/company.ts';
import { Random } from '../company/random.ts';
import type { Happening, Statement } from '../company/world.ts';
import type { Truth } from '../ledger/truth.ts';

const crowdSize = 50_000;

/** Traffic beside the story, so that a rate is kept: visits and activity of a crowd, a few orders of nobody known. */
export class Filler {
  readonly #company: Company;
  readonly #random: Random;
  readonly #tenant: string;
  #count = 0;

  constructor(options: { company: Company; seed: number; tenant: string }) {
    this.#company = options.company;
    this.#tenant = options.tenant;
    this.#random = new Random(options.seed, 'filler');
  }

  /** Traffic of one moment; ids count on, so none occurs twice. */
  *traffic(count: number, nowMs: number): Generator<Happening> {
    for (let index = 0; index < count; index++) yield this.#next(nowMs);
  }

  #next(nowMs: number): Happening {
    const random = this.#random;
    const number = this.#count++;
    const draw = random.next();
    if (draw < 0.02) return this.#order(number, nowMs);
    if (draw < 0.55) {
      const data = { session_id: `t-${number}`, channel: random.pick(channels).name, converted: false };
      const subject = `crowd-${random.whole(0, crowdSize)}`;
      return this.#happening(nowMs, { type: 'visit.recorded', source: 'web', subject, id: `traffic/${number}`, data });
    }
    const data = { activity: draw < 0.8 ? 'session' : 'login', duration_seconds: random.whole(5, 900) } as const;
    const subject = `user-${random.whole(0, crowdSize)}`;
    return this.#happening(nowMs, { type: 'user.activity_recorded', source: 'app', subject, id: `traffic/${number}`, data });
  }

  #order(number: number, nowMs: number): Happening {
    const random = this.#random;
    const slices = { channel: random.pick(channels).name, country: random.pick(countries).name };
    const grossMinor = random.pick(products).priceMinor;
    const orderId = `t-${number}`;
    const id = `traffic/${number}`;
    const data = { order_id: orderId, anonymous: true, gross_minor: grossMinor, currency: this.#company.world.currency, ...slices };
    const said = { timeMs: nowMs, source: 'simulator/shop', id };
    const statement = { type: 'order.placed', source: 'shop', subject: orderId, id, data } as const;
    return this.#happening(nowMs, statement, [{ kind: 'order', customer: null, said, grossMinor, discountMinor: 0, slices }]);
  }

  #happening<T extends EventType>(nowMs: number, statement: Statement<T>, truth: readonly Truth[] = []): Happening {
    const event = { ...statement, source: `simulator/${statement.source}`, tenant: this.#tenant, time: nowMs };
    return { sendMs: nowMs, timeMs: nowMs, event, truth };
  }
}
