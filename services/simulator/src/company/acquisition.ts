import { activityAt, type Channel, channels, dayMs, hourMs } from './catalogue.ts';
import type { Random } from './random.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { World } from './world.ts';

const visitsPerDay = 170;
const foundersPerSize = 320;
const foundingDays = 12;

/** Visits that become leads that become customers, through each channel in its own way. */
export function openChannels(world: World, subscriptions: Subscriptions): void {
  for (const channel of channels) new Gate({ world, subscriptions, channel }).open();
  found(world, subscriptions);
}

/** The customers that the company begins with come within its first days, so that rates mean something from then on. */
function found(world: World, subscriptions: Subscriptions): void {
  const random = world.chanceOf('founders');
  const count = Math.max(1, Math.round(foundersPerSize * world.size));
  for (let number = 0; number < count; number++) {
    const channel = random.pick(channels);
    const atMs = world.startMs + Math.floor(random.next() * foundingDays * dayMs);
    const campaign = channel.campaigns[number % Math.max(1, channel.campaigns.length)] ?? null;
    world.at(atMs, () => subscriptions.start({ customer: `founder-${number}`, channel: channel.name, campaign }, 'paid'));
  }
}

class Gate {
  readonly #world: World;
  readonly #subscriptions: Subscriptions;
  readonly #channel: Channel;
  readonly #random: Random;
  #visitCount = 0;
  #leadCount = 0;

  constructor({ world, subscriptions, channel }: { world: World; subscriptions: Subscriptions; channel: Channel }) {
    this.#world = world;
    this.#subscriptions = subscriptions;
    this.#channel = channel;
    this.#random = world.chanceOf(`channel/${channel.name}`);
  }

  open(): void {
    this.#world.at(this.#world.startMs + this.#waitMs(this.#world.startMs), () => this.#visit());
  }

  #waitMs(nowMs: number): number {
    const perDay = visitsPerDay * this.#world.size * this.#channel.share * activityAt(nowMs, this.#world.startMs);
    return this.#random.waitMs(dayMs / perDay);
  }

  #visit(): void {
    const world = this.#world;
    const random = this.#random;
    const nowMs = world.nowMs();
    world.at(nowMs + this.#waitMs(nowMs), () => this.#visit());
    const { name, campaigns, leadShare } = this.#channel;
    const campaign = campaigns[random.whole(0, 97) % Math.max(1, campaigns.length)] ?? null;
    const session = `${name}-s${this.#visitCount++}`;
    const converted = random.chance(leadShare);
    const from = { channel: name, ...(campaign === null ? {} : { campaign }) };
    const data = { session_id: session, converted, ...from };
    world.say({ type: 'visit.recorded', source: 'web', subject: `visitor-${session}`, id: `visit/${session}`, data });
    if (converted) this.#lead(campaign);
  }

  #lead(campaign: string | null): void {
    const world = this.#world;
    const random = this.#random;
    const { name } = this.#channel;
    const customer = `${name}-c${this.#leadCount++}`;
    const slices = { channel: name, ...(campaign === null ? {} : { campaign }) };
    if (name === 'partner') {
      const data = { ...slices, direction: 'outbound', first_touch: true } as const;
      world.say({ type: 'prospect.approached', source: 'crm', subject: customer, id: `${customer}/approached`, data });
    }
    const data = { lead_id: customer, ...slices };
    world.say({ type: 'lead.created', source: 'crm', subject: customer, id: `${customer}/lead`, data }, ({ timeMs }) => [
      { kind: 'lead', subject: customer, atMs: timeMs, slices },
    ]);
    const leadMs = world.nowMs();
    if (random.chance(0.3)) this.#dealOf(customer);
    world.at(leadMs + random.waitMs(3 * dayMs), () => this.#decide({ customer, channel: name, campaign }, leadMs));
  }

  #dealOf(customer: string): void {
    const world = this.#world;
    world.at(world.nowMs() + this.#random.whole(1, 20) * hourMs, () => {
      const data = { deal_id: customer, stage: 'demo', channel: this.#channel.name };
      world.say({ type: 'deal.stage_entered', source: 'crm', subject: customer, id: `${customer}/demo`, data });
    });
  }

  #decide(origin: Parameters<Subscriptions['start']>[0], leadMs: number): void {
    const world = this.#world;
    const random = this.#random;
    const { customer, channel } = origin;
    // Drawn in any case, so that a blocked channel does not move the draws that follow.
    const isWon = random.chance(this.#channel.winShare);
    const how = random.chance(0.45) ? 'trial' : 'paid';
    const isQuiet = random.chance(0.4);
    const won = isWon && !world.blockedChannels.has(channel);
    const outcome = won ? 'won' : 'lost';
    const firstContact = { first_contact_at: new Date(leadMs).toISOString() };
    const deal = { deal_id: customer, outcome, ...firstContact, channel } as const;
    if (won || !isQuiet) world.say({ type: 'deal.closed', source: 'crm', subject: customer, id: `${customer}/closed`, data: deal });
    if (won) this.#subscriptions.start(origin, how);
    else if (!isQuiet) {
      const data = { lead_id: customer, channel, lead_created_at: firstContact.first_contact_at };
      world.say({ type: 'lead.disqualified', source: 'crm', subject: customer, id: `${customer}/disqualified`, data });
    }
  }
}
