import type { Dimension, FactName, MeasureDef, Window } from '@vigie/kpis';

/** Panes are numbered from 1 at `fromMs`; 0 is everything before. Every window's bounds are pane edges. */
export interface SeriesGrid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly paneMs: number;
}

/** By fact, then by slice; the total is the slice ''. */
export type PanesOf<Panes> = ReadonlyMap<FactName, ReadonlyMap<string, Panes>>;
export interface SeriesPanes {
  readonly sums: PanesOf<PaneSums>;
  readonly pairs: PanesOf<PairSums>;
}
export type SeriesDimensions = ReadonlyMap<Dimension | null, SeriesPanes>;

/**
 * Sums of one fact in one slice, by pane: any window costs two look-ups.
 *
 * Shapes   cells: [pane, sum as text], panes rising
 */
export class PaneSums {
  readonly #panes: readonly number[];
  /** Of the panes up to and including that one. */
  readonly #upTo: readonly bigint[];

  constructor(cells: readonly (readonly [number, string])[]) {
    let sum = 0n;
    this.#panes = cells.map(([pane]) => pane);
    this.#upTo = cells.map(([, value]) => (sum += BigInt(value)));
  }

  /** The sum of all panes below this one. */
  below(pane: number): bigint {
    const count = countBelow(this.#panes, pane);
    return count === 0 ? 0n : this.#upTo[count - 1]!;
  }
}

/** Facts with the pane in which began what ends in theirs. */
export class PairSums {
  readonly #panes: readonly number[];
  readonly #sincePanes: readonly number[];
  readonly #values: readonly bigint[];

  constructor(cells: readonly (readonly [number, number, string])[]) {
    this.#panes = cells.map(([pane]) => pane);
    this.#sincePanes = cells.map(([, since]) => since);
    this.#values = cells.map(([, , value]) => BigInt(value));
  }

  /** The sum of what both began and ended in the panes [from, to). */
  within(from: number, to: number): bigint {
    let sum = 0n;
    const end = countBelow(this.#panes, to);
    for (let index = countBelow(this.#panes, from); index < end; index++) {
      if (this.#sincePanes[index]! >= from) sum += this.#values[index]!;
    }
    return sum;
  }
}

/** How many of the rising numbers are below a bound. */
function countBelow(rising: readonly number[], bound: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A measure of one slice over one window, as the KPI's view sums it. */
export function measureOver(measure: MeasureDef, panes: SeriesPanes, at: { window: Window; slice: string; grid: SeriesGrid }): bigint {
  const { window, slice, grid } = at;
  const paneAt = (ms: number): number => (ms - grid.fromMs) / grid.paneMs + 1;
  const [from, to] = [paneAt(window.from), paneAt(window.to)];
  let total = 0n;
  for (const { fact, sign } of measure.terms) {
    const sums = panes.sums.get(fact)?.get(slice);
    if (sums === undefined) continue;
    let sum: bigint;
    if (measure.kind === 'stock') sum = sums.below(measure.at === 'from' ? from : to);
    else {
      sum = sums.below(to) - sums.below(from);
      if (measure.kind === 'cohort_sum') sum -= panes.pairs.get(fact)?.get(slice)?.within(from, to) ?? 0n;
    }
    total += sign === 1 ? sum : -sum;
  }
  return total;
}
