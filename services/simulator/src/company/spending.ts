import type { WireData } from '@vigie/events';
import type { CostCategory, OwnSlices } from '../ledger/truth.ts';
import { channels, dayMs, hourMs } from './catalogue.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

type CostData = WireData<'cost.recorded'>;

/** What the company pays: campaigns by the week, people by the month, fairs when they come, and now and then a credit. */
export class Spending {
  readonly #world: World;
  readonly #random: Random;
  #costCount = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.chanceOf('spending');
  }

  open(): void {
    const { startMs } = this.#world;
    const mondayMs = startMs - (((Math.floor(startMs / dayMs) + 3) % 7) * dayMs + (startMs % dayMs));
    this.#world.at(startMs, () => this.#payWeek(mondayMs));
    this.#world.at(startMs, () => this.#payMonth(new Date(startMs)));
    this.#world.at(startMs + 5 * dayMs, () => this.#payFair());
    this.#world.at(startMs + 7 * hourMs, () => this.#countInteractions());
  }

  /** A cost that lands now. */
  pay(cost: { category: CostCategory; amountMinor: number; slices: OwnSlices }): void {
    this.#record(cost, null);
  }

  #payWeek(mondayMs: number): void {
    const nextMs = mondayMs + 7 * dayMs;
    const period = { firstDay: dateOf(mondayMs), endDay: dateOf(nextMs) };
    for (const { name, campaigns, weekCostMinor } of channels) {
      for (const campaign of campaigns) {
        const amountMinor = Math.round((weekCostMinor * this.#world.size * (0.85 + 0.3 * this.#random.next())) / campaigns.length);
        this.#record({ category: 'marketing', amountMinor, slices: { channel: name, campaign } }, period);
      }
    }
    this.#world.at(nextMs + 6 * hourMs, () => this.#payWeek(nextMs));
  }

  #payMonth(now: Date): void {
    const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
    const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
    const period = { firstDay: dateOf(first), endDay: dateOf(next) };
    const { size } = this.#world;
    const salaries = Math.round(820_000 * size);
    this.#record({ category: 'sales', amountMinor: salaries, slices: {} }, period);
    this.#record({ category: 'service', amountMinor: Math.round(410_000 * size), slices: {} }, period);
    this.#record({ category: 'cogs', amountMinor: Math.round(190_000 * size), slices: {} }, period);
    this.#world.at(next + 7 * hourMs, () => this.#payMonth(new Date(next)));
  }

  /** A fair is paid on one day; some organisers give a part back. */
  #payFair(): void {
    const random = this.#random;
    const amountMinor = random.whole(40_000, 90_000);
    const slices = { channel: 'partner', campaign: 'fair' };
    this.pay({ category: 'marketing', amountMinor, slices });
    if (random.chance(0.3)) {
      const credit = { category: 'marketing', amountMinor: -Math.round(amountMinor / 4), slices } as const;
      this.#world.at(this.#world.nowMs() + random.whole(3, 9) * dayMs, () => this.pay(credit));
    }
    this.#world.at(this.#world.nowMs() + random.whole(15, 40) * dayMs, () => this.#payFair());
  }

  #record(
    { category, amountMinor, slices }: { category: CostCategory; amountMinor: number; slices: OwnSlices },
    period: { readonly firstDay: string; readonly endDay: string } | null,
  ): void {
    const costId = `cost-${this.#costCount++}`;
    const service = period === null ? {} : { service_start: period.firstDay, service_end: period.endDay };
    const { channel, campaign } = slices;
    const own = { ...(channel === undefined ? {} : { channel }), ...(campaign === undefined ? {} : { campaign }) };
    const data: CostData = { cost_id: costId, category, amount_minor: amountMinor, currency: this.#world.currency, ...own, ...service };
    const subject = category === 'marketing' ? 'cc-marketing' : `cc-${category}`;
    this.#world.say({ type: 'cost.recorded', source: 'ads', subject, id: costId, data }, ({ timeMs }) => [
      { kind: 'cost', category, amountMinor, when: period ?? { atMs: timeMs }, slices },
    ]);
  }

  #countInteractions(): void {
    const world = this.#world;
    const day = dateOf(world.nowMs());
    for (const { name, campaigns } of channels) {
      for (const campaign of campaigns) {
        for (const kind of ['impression', 'click', 'like'] as const) {
          const count = this.#random.whole(10, 900) * (kind === 'impression' ? 20 : 1);
          const id = `interactions/${name}-${campaign}-${kind}-${day}`;
          world.say({ type: 'campaign.interaction_recorded', source: 'ads', subject: campaign, id, data: { channel: name, kind, count } });
        }
      }
    }
    world.at(world.nowMs() + dayMs, () => this.#countInteractions());
  }
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
