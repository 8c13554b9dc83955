import type { CompleteEventInput } from '@vigie/events';
import { openChannels } from './acquisition.ts';
import { Agenda } from './agenda.ts';
import { Care } from './care.ts';
import { Random } from './random.ts';
import { Shop } from './shop.ts';
import { Spending } from './spending.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Happening, World } from './world.ts';

export interface CompanyOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly tenant: string;
  /** 1 is a company of some 300 customers and 500 events a day. */
  readonly size: number;
}

/** Longer delays than this are a mistake in the model, not a story. */
const sayBoundMs = 4 * 366 * 86_400_000;

/**
 * A company that does not exist, from one seed and a start.
 *
 * Holds    the same options give the same happenings, byte for byte; memory grows with the customers, not with the events
 */
export class Company {
  readonly subscriptions: Subscriptions;
  readonly spending: Spending;
  readonly world: World;
  readonly #agenda = new Agenda<() => void>();
  #said: Happening[] = [];
  #nowMs: number;

  constructor({ seed, startMs, tenant, size }: CompanyOptions) {
    this.#nowMs = startMs;
    this.world = {
      startMs,
      size,
      currency: 'EUR',
      nowMs: () => this.#nowMs,
      at: (atMs, act) => {
        if (atMs - this.#nowMs > sayBoundMs) throw new Error(`expected something within four years, found ${atMs - this.#nowMs} ms ahead`);
        this.#agenda.put(Math.max(atMs, this.#nowMs), act);
      },
      say: ({ timeMs = this.#nowMs, ...statement }, truth) => {
        const source = `simulator/${statement.source}`;
        const event: CompleteEventInput = { ...statement, source, tenant, time: timeMs };
        const made = truth?.({ timeMs, source, id: statement.id }) ?? [];
        this.#said.push({ sendMs: this.#nowMs, timeMs, event, truth: made });
      },
      chanceOf: (name) => new Random(seed, name),
      blockedChannels: new Set(),
    };
    this.subscriptions = new Subscriptions(this.world);
    this.spending = new Spending(this.world);
    openChannels(this.world, this.subscriptions);
    new Shop(this.world).open();
    this.spending.open();
    new Care(this.world, this.subscriptions).open();
  }

  /** How much is planned: a measure of memory. */
  get plannedCount(): number {
    return this.#agenda.size;
  }

  /** When the next thing happens. */
  get nextMs(): number {
    return this.#agenda.nextMs;
  }

  /** All that happens before a moment, in order. */
  *until(endMs: number): Generator<Happening> {
    while (this.#agenda.nextMs < endMs) {
      const { atMs, item: act } = this.#agenda.take()!;
      this.#nowMs = atMs;
      act();
      const said = this.#said;
      if (said.length === 0) continue;
      this.#said = [];
      yield* said;
    }
  }
}
