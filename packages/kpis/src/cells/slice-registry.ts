import type { Dimension } from '../types.ts';

/**
 * Which values of each dimension are kept live, bounded per tenant and partition.
 *
 * Holds    a dimension that met one value too many is overflowed for good: its slices answer null, its totals stay exact
 */
export class SliceRegistry {
  readonly #known: Map<string, Set<string>>;
  readonly #valueCountMax: number;
  /** What this batch added: written by the same atomic apply as the cells. */
  readonly added: { tenant: string; dimension: Dimension; value: string }[] = [];
  readonly overflowed: { tenant: string; dimension: Dimension }[] = [];

  constructor(known: Map<string, Set<string>>, valueCountMax: number) {
    this.#known = known;
    this.#valueCountMax = valueCountMax;
  }

  /** Whether the slice may be written; remembers a value met for the first time. */
  admit(tenant: string, dimension: Dimension, value: string): boolean {
    const name = registryName(tenant, dimension);
    let values = this.#known.get(name);
    if (values === undefined) this.#known.set(name, (values = new Set()));
    if (values.has(overflowMark)) return false;
    if (values.has(value)) return true;
    if (values.size >= this.#valueCountMax) {
      values.add(overflowMark);
      this.overflowed.push({ tenant, dimension });
      return false;
    }
    values.add(value);
    this.added.push({ tenant, dimension, value });
    return true;
  }
}

/** Stands among the values of an overflowed dimension; no event can carry it, control characters are refused. */
export const overflowMark = '\u0000';

export const registryName = (tenant: string, dimension: Dimension): string => `values:${tenant}:${dimension}`;
