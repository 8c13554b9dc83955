import { encode, timeAheadMsMax } from '@vigie/events';
import { Agenda } from '../company/agenda.ts';
import type { Company } from '../company/company.ts';
import { Random } from '../company/random.ts';
import type { Happening } from '../company/world.ts';
import type { Truth } from '../ledger/truth.ts';
import { badReasons, badRecord, type BadReason } from './bad-records.ts';
import type { Emission } from './emission.ts';

/** How unreliable the way from the company to Kafka is; shares are of all events, 0..1. */
export interface Disorder {
  readonly lateShare: number;
  readonly copyShare: number;
  readonly badShare: number;
}

/** What incidents turn while they last. */
export interface Levers {
  /** Types that are not told; true: told after all when the silence ends. */
  readonly silent: Map<string, boolean>;
  copyShare: number;
  lateShare: number;
  lateMsMax: number;
  /** How far the clocks of shop and app run ahead. */
  skewMs: number;
}

export interface DeliveryOptions {
  readonly company: Company;
  readonly seed: number;
  readonly tenant: string;
  readonly disorder: Disorder;
  /** Up to here events are sent long after they happened, in fast motion; from here on, as they happen. */
  readonly historyEndMs: number;
}

const hourMs = 3_600_000;
const lateMsMaxDefault = 72 * hourMs;
/** Held back or to be sent again, at most; past it nothing more is held up. */
const heldCountMax = 100_000;
/** Sent events that may be sent again much later. */
const shelfCountMax = 500;

/** Late news of these moves sums and ends, and never leaves a later event without the earlier one that it needs. */
const mayBeLate = new Set([
  'order.placed',
  'order.refunded',
  'invoice.paid',
  'invoice.refunded',
  'cost.recorded',
  'lead.created',
  'visit.recorded',
  'survey.answered',
  'customer.attributed',
  'customer.segment_changed',
  'subscription.end_withdrawn',
  'user.activity_recorded',
]);
const clocksThatRunAhead = new Set(['simulator/shop', 'simulator/app']);

/**
 * The way from what happens to what is sent: some of it late, some twice, some broken.
 *
 * Holds    emissions come in the order of their sending; each event's truth comes with its first copy; the same seed gives the same emissions
 */
export class Delivery {
  readonly levers: Levers;
  readonly #options: DeliveryOptions;
  readonly #random: Random;
  readonly #held = new Agenda<Emission>();
  #hushed: Happening[] = [];
  readonly #shelf: Emission[] = [];
  #sentCount = 0;
  #badCount = 0;

  constructor(options: DeliveryOptions) {
    const { lateShare, copyShare } = options.disorder;
    this.#options = options;
    this.#random = new Random(options.seed, 'delivery');
    this.levers = { silent: new Map(), copyShare, lateShare, lateMsMax: lateMsMaxDefault, skewMs: 0 };
  }

  get heldCount(): number {
    return this.#held.size + this.#hushed.length;
  }

  /** When the next emission is due, or something happens that may bring one. */
  get nextMs(): number {
    return Math.min(this.#held.nextMs, this.#options.company.nextMs);
  }

  /** All that is to be sent before a moment. */
  *until(endMs: number): Generator<Emission> {
    for (const happening of this.#options.company.until(endMs)) {
      yield* this.#due(happening.sendMs);
      yield* this.pass(happening);
    }
    yield* this.#due(endMs);
  }

  /** Sends a happening now, later, twice, or not at all. */
  *pass(happening: Happening): Generator<Emission> {
    const { type } = happening.event;
    const backfilled = this.levers.silent.get(type);
    if (backfilled !== undefined) {
      if (backfilled && this.heldCount < heldCountMax) this.#hushed.push(happening);
      return;
    }
    const random = this.#random;
    const isLate = random.chance(this.levers.lateShare);
    const lateDraw = random.next();
    if (random.chance(this.#options.disorder.badShare)) this.sendBad(badReasons[random.whole(0, badReasons.length - 1)]!, happening.sendMs);
    const emission = this.#write(happening);
    if (isLate && mayBeLate.has(type) && emission.verdict === 'event' && this.heldCount < heldCountMax) {
      // Most are late by hours, a few by days.
      const lateMs = 1_000 + Math.floor(lateDraw ** 3 * this.levers.lateMsMax);
      const sendMs = happening.sendMs + lateMs;
      this.#held.put(sendMs, { ...emission, sendMs, lateMs });
      return;
    }
    yield* this.#send(emission);
  }

  /** Ends a silence; what was to be told after all goes out now. */
  endSilence(type: string, nowMs: number): void {
    this.levers.silent.delete(type);
    const told = this.#hushed.filter(({ event }) => event.type === type);
    this.#hushed = this.#hushed.filter(({ event }) => event.type !== type);
    for (const happening of told) this.#held.put(nowMs, { ...this.#write(happening), sendMs: nowMs, lateMs: nowMs - happening.sendMs });
  }

  sendBad(reason: BadReason, nowMs: number): void {
    // Ahead of its time even when history is sent in fast motion.
    const aheadOf = Math.max(nowMs, reason.endsWith('out_of_range') ? this.#options.historyEndMs : nowMs);
    const record = badRecord(reason, { tenant: this.#options.tenant, number: this.#badCount++, nowMs: aheadOf });
    this.#held.put(nowMs, { ...record, sendMs: nowMs });
  }

  /** Sends again, under its old id, something that was sent before: now and then long before. */
  sendOldCopy(nowMs: number): void {
    const old = this.#shelf[this.#random.whole(0, Math.max(0, this.#shelf.length - 1))];
    if (old !== undefined) this.#held.put(nowMs, copyOf(old, nowMs));
  }

  *#due(endMs: number): Generator<Emission> {
    while (this.#held.nextMs < endMs) {
      const { item } = this.#held.take()!;
      if (item.verdict === 'event') yield* this.#send(item);
      else yield item;
    }
  }

  *#send(emission: Emission): Generator<Emission> {
    yield emission;
    if (emission.verdict !== 'event') return;
    this.#keep(emission);
    const random = this.#random;
    if (!random.chance(this.levers.copyShare) || this.heldCount >= heldCountMax) return;
    // A retry at once, or a queue that is played again days later.
    const waitMs = random.chance(0.6) ? random.whole(1, 2_000) : Math.floor(random.next() * 9 * 24 * hourMs);
    this.#held.put(emission.sendMs + waitMs, copyOf(emission, emission.sendMs + waitMs));
  }

  /** A sample of all that was sent, each as likely (a reservoir). */
  #keep(emission: Emission): void {
    this.#sentCount++;
    if (this.#shelf.length < shelfCountMax) this.#shelf.push(emission);
    else {
      const place = this.#random.whole(0, this.#sentCount - 1);
      if (place < shelfCountMax) this.#shelf[place] = emission;
    }
  }

  #write({ event, timeMs, sendMs, truth }: Happening): Emission {
    const aheadMs = clocksThatRunAhead.has(event.source) ? this.#skewAt(timeMs) : 0;
    const stated = aheadMs === 0 ? event : { ...event, time: timeMs + aheadMs };
    const { key, value } = encode(stated);
    const written = { sendMs, type: event.type, key, value, lateMs: Math.max(0, sendMs - timeMs) };
    if (aheadMs > timeAheadMsMax && sendMs >= this.#options.historyEndMs)
      return { ...written, verdict: 'bad', reason: 'time_out_of_range', truth: [] };
    return { ...written, verdict: 'event', truth: aheadMs === 0 ? truth : truth.map((one) => shifted(one, aheadMs)) };
  }

  /** History that is sent later on is not ahead of anything; what would be ahead of its end only just is left as it is. */
  #skewAt(timeMs: number): number {
    const { skewMs } = this.levers;
    const { historyEndMs } = this.#options;
    return timeMs < historyEndMs && timeMs + skewMs >= historyEndMs ? 0 : skewMs;
  }
}

function copyOf(emission: Emission, sendMs: number): Emission {
  return { ...emission, sendMs, verdict: 'copy', truth: [] };
}

/** By the definition an event counts at the time that it states. */
function shifted(truth: Truth, aheadMs: number): Truth {
  if ('said' in truth) return { ...truth, said: { ...truth.said, timeMs: truth.said.timeMs + aheadMs } };
  return 'atMs' in truth ? { ...truth, atMs: truth.atMs + aheadMs } : truth;
}
