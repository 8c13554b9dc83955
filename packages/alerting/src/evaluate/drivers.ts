/** Which slices moved a number. */
import { compileFormula, kpiById, type KpiDef } from '@vigie/kpis';
import { alignDecimals, decimalOfMinor } from '../decimal.ts';
import type { Reading, Transition } from '../types.ts';
import { roundTogether } from './round-together.ts';

/** The change of a KPI between two windows, split over the slices of one dimension. */
export interface DriverTable {
  readonly dimension: string;
  /** Published values of the whole, in the KPI's unit. */
  readonly before: string;
  readonly after: string;
  /** after - before, decimal in the KPI's unit (percentage points for percent). */
  readonly change: string;
  /** From the greatest contribution in the direction of the change to the least; as shown they add up to `change` to the last digit. */
  readonly rows: readonly DriverRow[];
}

export interface DriverRow {
  readonly slice: string;
  readonly contribution: string;
  /** Published values of the slice; null where it has none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** Slices that are told apart; past it those that moved least are one row. */
const driverRowCountMax = 20;

/**
 * Splits the change of a KPI over the slices of one dimension.
 *
 * Shapes   before, after: the slices of two windows; whole: the totals of the same windows;
 *          null: a side has no value, or the slices do not add up to the whole, so that no split of it would be true
 * Units    as published: percentage points for percent, major units for money
 * Holds    of N/D, a slice contributes (dN - v0 dD) / D1: what it did to numerator and denominator, at the value that was;
 *          these add up to v1 - v0 exactly, and as shown to the shown change; a slice that is on one side only is 0 on the other
 */
export function driverTable(
  before: readonly Reading[],
  after: readonly Reading[],
  whole: { readonly before: Reading; readonly after: Reading },
): DriverTable | null {
  const def = kpiById(whole.after.kpi);
  const dimension = (after[0] ?? before[0])?.slice?.dimension;
  if (def === undefined || dimension === undefined || whole.before.value === null || whole.after.value === null) return null;
  const shape = shapeOf(def);
  if (shape === null) return null;
  if (!addsUp(before, whole.before, shape) || !addsUp(after, whole.after, shape)) return null;

  const moves = movesOf(before, after, { whole, shape });
  // Money is counted in minor units, which are its decimals; a percent is published as 100 times the formula.
  const { left, right, places } = alignDecimals(whole.before.value, whole.after.value);
  const decimals = { percent: 2, ratio: 4, currency: places, count: 0, seconds: 0 }[whole.after.unit];
  const scale = whole.after.unit === 'percent' || whole.after.unit === 'ratio' ? 10_000n : 1n;
  const change = (right - left) * 10n ** BigInt(decimals - places);
  const shown = roundTogether(
    moves.map(({ numerator }) => numerator * scale),
    whole.before.denominator * whole.after.denominator,
    change,
  );
  const rows = moves.map((move, index) => ({ ...move, shown: shown[index]! }));
  return {
    dimension,
    before: whole.before.value,
    after: whole.after.value,
    change: decimalOfMinor(change, decimals),
    rows: inOrder(rows, change).map(({ slice, shown: amount, earlier, later }) => ({
      ...{ slice, contribution: decimalOfMinor(amount, decimals) },
      ...{ before: earlier?.value ?? null, after: later?.value ?? null },
    })),
  };
}

/** End of the window before the first breach of an episode: the last one that was in order. */
export function lastOkWindowEnd({ episodeSinceMs }: Pick<Transition, 'episodeSinceMs'>, everyMs: number): number {
  return episodeSinceMs - everyMs;
}

/** A sum has the same denominator in every slice, 1 or a factor of its formula; the denominators of a ratio add up as its numerators do. */
type Shape = 'sum' | 'ratio';

function shapeOf(def: KpiDef): Shape | null {
  const { fraction } = compileFormula(def);
  if (fraction.root !== 'plain') return null;
  return fraction.divisors.every(({ type }) => type === 'integer') ? 'sum' : 'ratio';
}

/** Slices that have no value count too: money was spent and nobody was won. Those that were not answered have no parts, and do not add up. */
function addsUp(slices: readonly Reading[], whole: Reading, shape: Shape): boolean {
  const sum = (part: 'numerator' | 'denominator') => slices.reduce((total, slice) => total + slice[part], 0n);
  const isDenominatorRight =
    shape === 'ratio' ? sum('denominator') === whole.denominator : slices.every(({ denominator }) => denominator === whole.denominator);
  return isDenominatorRight && sum('numerator') === whole.numerator;
}

interface Move {
  readonly slice: string;
  readonly earlier: Reading | undefined;
  readonly later: Reading | undefined;
  /** Over D0 D1. */
  readonly numerator: bigint;
}

function movesOf(
  before: readonly Reading[],
  after: readonly Reading[],
  { whole, shape }: { whole: { readonly before: Reading; readonly after: Reading }; shape: Shape },
): readonly Move[] {
  const [earlierOf, laterOf] = [bySlice(before), bySlice(after)];
  const slices = [...new Set([...earlierOf.keys(), ...laterOf.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  return slices.map((slice) => {
    const [earlier, later] = [earlierOf.get(slice), laterOf.get(slice)];
    const moved = (part: 'numerator' | 'denominator') => (later?.[part] ?? 0n) - (earlier?.[part] ?? 0n);
    const movedBase = shape === 'sum' ? 0n : moved('denominator');
    return { slice, earlier, later, numerator: moved('numerator') * whole.before.denominator - whole.before.numerator * movedBase };
  });
}

const bySlice = (readings: readonly Reading[]) => new Map(readings.map((reading) => [reading.slice?.value ?? '', reading]));

interface ShownMove extends Move {
  /** In units of the last digit. */
  readonly shown: bigint;
}

/** The greatest in the direction of the change first; where they are too many, those that moved least as one. */
function inOrder(rows: readonly ShownMove[], change: bigint): readonly ShownMove[] {
  const magnitude = ({ numerator }: ShownMove) => (numerator < 0n ? -numerator : numerator);
  const byMagnitude = rows.toSorted((a, b) => compare(magnitude(b), magnitude(a)));
  const keptCount = rows.length > driverRowCountMax ? driverRowCountMax - 1 : rows.length;
  const sign = change < 0n ? -1 : 1;
  const kept = byMagnitude.slice(0, keptCount).toSorted((a, b) => sign * (compare(b.shown, a.shown) || compare(b.numerator, a.numerator)));
  const rest = byMagnitude.slice(keptCount);
  if (rest.length === 0) return kept;
  const sum = (part: 'shown' | 'numerator') => rest.reduce((total, row) => total + row[part], 0n);
  const others = {
    slice: `(the other ${rest.length})`,
    earlier: undefined,
    later: undefined,
    shown: sum('shown'),
    numerator: sum('numerator'),
  };
  return [...kept, others];
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
