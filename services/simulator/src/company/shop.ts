import { activityAt, channels, countries, dayMs, products } from './catalogue.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const ordersPerDay = 40;
const anonymousShare = 0.35;
const returnShare = 0.45;

interface Buyer {
  readonly name: string;
  readonly channel: string;
  readonly country: string;
  orderCount: number;
}

/** The shop beside the subscriptions: known buyers who come back or not, and orders of nobody known. */
export class Shop {
  readonly #world: World;
  readonly #random: Random;
  #orderCount = 0;
  #buyerCount = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.chanceOf('shop');
  }

  open(): void {
    this.#world.at(this.#world.startMs + this.#waitMs(this.#world.startMs), () => this.#comeBy());
  }

  #waitMs(nowMs: number): number {
    return this.#random.waitMs(dayMs / (ordersPerDay * this.#world.size * activityAt(nowMs, this.#world.startMs)));
  }

  #comeBy(): void {
    const world = this.#world;
    const random = this.#random;
    world.at(world.nowMs() + this.#waitMs(world.nowMs()), () => this.#comeBy());
    const channel = random.pick(channels).name;
    const country = random.pick(countries).name;
    if (random.chance(anonymousShare)) return this.#sell({ channel, country, buyer: null });
    const buyer: Buyer = { name: `buyer-${this.#buyerCount++}`, channel, country, orderCount: 0 };
    this.#buy(buyer);
    // A part of the buyers is attributed elsewhere than their order says, once the shop's survey is in.
    if (!random.chance(0.3)) return;
    const wonBy = random.pick(channels).name;
    const customer = buyer.name;
    world.at(world.nowMs() + random.waitMs(dayMs), () => {
      const data = { channel: wonBy };
      world.say({ type: 'customer.attributed', source: 'crm', subject: customer, id: `${customer}/won`, data }, (said) => [
        { kind: 'won_by', customer, channel: wonBy, said },
      ]);
    });
  }

  #buy(buyer: Buyer): void {
    this.#sell({ channel: buyer.channel, country: buyer.country, buyer });
    buyer.orderCount++;
    if (!this.#random.chance(returnShare)) return;
    this.#world.at(this.#world.nowMs() + this.#random.waitMs(35 * dayMs), () => this.#buy(buyer));
  }

  #sell({ channel, country, buyer }: { channel: string; country: string; buyer: Buyer | null }): void {
    const world = this.#world;
    const random = this.#random;
    const orderId = `o-${this.#orderCount++}`;
    const lines = Array.from({ length: random.whole(1, 3) }, () => {
      const product = random.pick(products);
      const quantity = random.whole(1, 3);
      return { product: product.name, quantity, gross_minor: product.priceMinor * quantity };
    });
    const grossMinor = lines.reduce((sum, line) => sum + line.gross_minor, 0);
    const discountMinor = random.chance(0.2) ? Math.round(grossMinor * 0.1) : 0;
    const slices = { channel, country };
    const subject = buyer?.name ?? orderId;
    const amounts = { gross_minor: grossMinor, tax_minor: Math.round((grossMinor - discountMinor) * 0.2), currency: world.currency };
    const discount = discountMinor === 0 ? {} : { discount_minor: discountMinor };
    const anonymous = buyer === null ? { anonymous: true } : {};
    const data = { order_id: orderId, ...anonymous, ...amounts, ...discount, lines, ...slices };
    world.say({ type: 'order.placed', source: 'shop', subject, id: `order/${orderId}`, data }, (said) => [
      { kind: 'order', customer: buyer?.name ?? null, said, grossMinor, discountMinor, slices },
    ]);
    if (random.chance(0.05)) this.#refund({ subject, orderId, amountMinor: grossMinor - discountMinor, slices });
  }

  #refund(order: { subject: string; orderId: string; amountMinor: number; slices: { channel: string; country: string } }): void {
    const world = this.#world;
    const { subject, orderId, slices } = order;
    const full = this.#random.chance(0.6);
    const amountMinor = full ? order.amountMinor : Math.round(order.amountMinor / 3);
    const placedAt = new Date(world.nowMs()).toISOString();
    world.at(world.nowMs() + this.#random.whole(1, 18) * dayMs, () => {
      const refundId = `refund/${orderId}`;
      const about = { refund_id: refundId, order_id: orderId, order_placed_at: placedAt };
      const data = { ...about, amount_minor: amountMinor, currency: world.currency, full, ...slices };
      world.say({ type: 'order.refunded', source: 'shop', subject, id: refundId, data }, ({ timeMs }) => [
        { kind: 'refund', atMs: timeMs, amountMinor, slices },
      ]);
    });
  }
}
