import { factSpecs } from '../facts/specs.ts';
import { dayNumberAt } from '../time/zone.ts';
import { type Dimension, type Fact, sinceNever, unknownValue } from '../types.ts';
import {
  cellKey,
  groupExpiresAtMs,
  minuteKeptMs,
  minuteMs,
  pairAtDaysPerGroup,
  pairKey,
  pairListKey,
  pairMember,
  type PaneSize,
  panesPerGroup,
  quarterKeptMs,
  quarterMs,
  seriesName,
  sliceName,
} from './layout.ts';

/** The sum of one cell over a batch left the range of exact integers: apply the events one at a time. */
export class CellRangeError extends Error {
  override readonly name = 'CellRangeError';
}

/** One Redis hash and what to add to its fields. */
export interface HashIncrement {
  readonly key: string;
  /** 0: kept for ever. */
  readonly expiresAtMs: number;
  /** field, increment, field, increment, ... */
  readonly fields: readonly string[];
  /** The latest local day among the fields (day panes only): it bounds how far a reader looks into the future. */
  readonly lastDay?: number;
  /** A set that has to name this hash (pairs only). */
  readonly listedIn?: { readonly key: string; readonly member: string };
}

export interface FactSource {
  readonly tenant: string;
  readonly zone: string;
  /** Monotone append time of the event that caused the fact: it decides which pane sizes still take it. */
  readonly appendTimeMs: number;
  readonly admitsSlice: (dimension: Dimension, value: string) => boolean;
}

type Panes = Map<number, number>;

interface Series {
  readonly tenant: string;
  readonly name: string;
  readonly slice: string;
  readonly panes: Readonly<Record<PaneSize, Panes>>;
  readonly pairs: Map<string, Map<string, number>>;
}

/**
 * Folds one partition's facts into cell increments.
 *
 * Shapes   add(Fact, source)* -> increments(): HashIncrement[], each cell once
 * Units    at, since: epoch ms UTC; value: the measure's unit (minor currency units for money)
 * Holds    fold(a ++ b) = merge(fold(a), fold(b)); the order of facts does not matter
 * Errors   CellRangeError when a cell's sum over the batch is no exact integer any more (fold fewer events)
 */
export class Fold {
  /** Tenant, fact, currency, slice. */
  readonly #series = new Map<string, Map<string, Map<string, Map<string, Series>>>>();
  readonly #inOrder: Series[] = [];
  readonly #sliceNames = new Map<string, Map<string, string>>();

  add(fact: Fact, source: FactSource): void {
    const spec = factSpecs[fact.fact];
    if (spec.live === null) return;
    const day = dayNumberAt(source.zone, fact.at);
    this.#addTo(this.#seriesOf(fact, source, '-'), { fact, source, day });
    for (const dimension of spec.live) {
      const value = fact.dims[dimension];
      // The slice `unknown` is the total less every known slice, so it needs no cells of its own.
      if (value === undefined || value === unknownValue || !source.admitsSlice(dimension, value)) continue;
      this.#addTo(this.#seriesOf(fact, source, this.#sliceName(dimension, value)), { fact, source, day });
    }
  }

  increments(): HashIncrement[] {
    const increments: HashIncrement[] = [];
    for (const series of this.#inOrder) {
      for (const size of ['m', 'q', 'd', 't'] as const) pushPanes(increments, series, size);
      for (const [member, fields] of series.pairs) pushPairs(increments, series, { member, fields });
    }
    return increments;
  }

  /** Escaping is dear next to everything else here, and the same few slices come again and again. */
  #sliceName(dimension: Dimension, value: string): string {
    const names = nested(this.#sliceNames, dimension);
    let name = names.get(value);
    if (name === undefined) names.set(value, (name = sliceName(dimension, value)));
    return name;
  }

  /** Maps within maps: joining four strings into one key for every fact would cost more than all four look-ups. */
  #seriesOf(fact: Fact, source: FactSource, slice: string): Series {
    const bySlice = nested(nested(nested(this.#series, source.tenant), fact.fact), fact.currency);
    let series = bySlice.get(slice);
    if (series === undefined) {
      const panes = { m: new Map(), q: new Map(), d: new Map(), t: new Map() };
      series = { tenant: source.tenant, name: seriesName(fact.fact, fact.currency), slice, panes, pairs: new Map() };
      bySlice.set(slice, series);
      this.#inOrder.push(series);
    }
    return series;
  }

  #addTo(series: Series, entry: { fact: Fact; source: FactSource; day: number }): void {
    const { fact, source, day } = entry;
    const { at, value } = fact;
    const spec = factSpecs[fact.fact];
    if (at >= source.appendTimeMs - minuteKeptMs) addTo(series.panes.m, Math.floor(at / minuteMs), value);
    if (at >= source.appendTimeMs - quarterKeptMs) addTo(series.panes.q, Math.floor(at / quarterMs), value);
    addTo(series.panes.d, day, value);
    if (spec.stock) addTo(series.panes.t, 0, value);
    if (spec.pairs && fact.since !== sinceNever) {
      const member = pairMember(dayNumberAt(source.zone, fact.since), Math.floor(day / pairAtDaysPerGroup));
      let fields = series.pairs.get(member);
      if (fields === undefined) series.pairs.set(member, (fields = new Map()));
      addTo(fields, `${Math.floor(fact.since / minuteMs)}|${Math.floor(at / minuteMs)}`, value);
    }
  }
}

function nested<V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let inner = maps.get(key);
  if (inner === undefined) maps.set(key, (inner = new Map()));
  return inner;
}

function addTo<K>(cells: Map<K, number>, cell: K, value: number): void {
  const sum = (cells.get(cell) ?? 0) + value;
  if (!Number.isSafeInteger(sum)) throw new CellRangeError(`expected a batch's sum of one cell within +-(2^53 - 1), found ${sum}`);
  cells.set(cell, sum);
}

function pushPanes(into: HashIncrement[], series: Series, size: PaneSize): void {
  const groups = new Map<number, Map<number, number>>();
  for (const [pane, value] of series.panes[size]) {
    const group = Math.floor(pane / panesPerGroup[size]);
    const fields = groups.get(group) ?? new Map<number, number>();
    groups.set(group, fields.set(pane, value));
  }
  for (const [group, fields] of groups) {
    const key = cellKey({ tenant: series.tenant, series: series.name, slice: series.slice, size, group });
    const hash = { key, expiresAtMs: groupExpiresAtMs(size, group) };
    pushHash(into, size === 'd' ? { ...hash, lastDay: Math.max(...fields.keys()) } : hash, fields);
  }
}

function pushPairs(into: HashIncrement[], series: Series, pairs: { member: string; fields: ReadonlyMap<string, number> }): void {
  const { member, fields } = pairs;
  const own = { tenant: series.tenant, series: series.name, slice: series.slice };
  pushHash(into, { key: pairKey(own, member), expiresAtMs: 0, listedIn: { key: pairListKey(own), member } }, fields);
}

function pushHash(into: HashIncrement[], hash: Omit<HashIncrement, 'fields'>, cells: ReadonlyMap<unknown, number>): void {
  const fields: string[] = [];
  for (const [field, value] of cells) if (value !== 0) fields.push(String(field), String(value));
  if (fields.length > 0) into.push({ ...hash, fields });
}
