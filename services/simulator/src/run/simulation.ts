import { Company } from '../company/company.ts';
import { Delivery, type Disorder } from '../delivery/delivery.ts';
import type { Emission } from '../delivery/emission.ts';
import type { Incident } from '../incidents/incident.ts';
import { type Staged, stageIncident } from '../incidents/stage.ts';
import { Ledger } from '../ledger/ledger.ts';
import { Filler } from './filler.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly tenant: string;
  readonly size: number;
  readonly zone: string;
  readonly startMs: number;
  readonly historyEndMs: number;
  readonly disorder: Disorder;
  readonly incidents: readonly Incident[];
}

/** At most so many emissions of one moment's traffic, so that a stall does not end in a flood. */
const trafficCountMax = 25_000;

/**
 * The company, the way of its events, and its books, together.
 *
 * Holds    the same options give the same emissions; nothing is written into the ledger before the caller says that it was sent
 */
export class Simulation {
  readonly options: SimulationOptions;
  readonly ledger: Ledger;
  readonly staged: Staged[] = [];
  readonly #company: Company;
  readonly #delivery: Delivery;
  readonly #filler: Filler;

  constructor(options: SimulationOptions) {
    const { seed, tenant, size, startMs, historyEndMs, disorder } = options;
    this.options = options;
    this.ledger = new Ledger({ zone: options.zone });
    this.#company = new Company({ seed, startMs, tenant, size });
    this.#delivery = new Delivery({ company: this.#company, seed, tenant, disorder, historyEndMs });
    this.#filler = new Filler({ company: this.#company, seed, tenant });
    for (const incident of options.incidents) this.stage(incident, historyEndMs);
  }

  /** Everything up to the end of history, in the order of its sending. */
  history(): Generator<Emission> {
    return this.#delivery.until(this.options.historyEndMs);
  }

  /** What is due by now, this moment included, and, beside it, traffic up to `count` emissions in all. */
  *live(nowMs: number, count: number): Generator<Emission> {
    let due = 0;
    for (const emission of this.#delivery.until(nowMs + 1)) {
      due++;
      yield emission;
    }
    for (const happening of this.#filler.traffic(Math.min(trafficCountMax, Math.max(0, count - due)), nowMs))
      yield* this.#delivery.pass(happening);
  }

  /** `zeroMs`: what +2m is counted from. */
  stage(incident: Incident, zeroMs: number): Staged {
    const staged = stageIncident({ company: this.#company, delivery: this.#delivery, zeroMs }, incident);
    this.staged.push(staged);
    return staged;
  }

  /** What is remembered beside the books: plans of the company, and events held up. */
  get pendingCount(): number {
    return this.#company.plannedCount + this.#delivery.heldCount;
  }
}
