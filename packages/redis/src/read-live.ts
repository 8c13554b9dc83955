import {
  type CellRead,
  currencyExponentOf,
  type Dimension,
  evaluateFormula,
  type KpiAnswer,
  type KpiDef,
  measuresOf,
  minuteKeptMs,
  type NullReason,
  oldestPanesMs,
  overflowMark,
  quarterKeptMs,
  readsOf,
  sliceName,
  type TenantSettings,
  unknownValue,
  type Window,
} from '@vigie/kpis';
import type { RedisClient } from './connect.ts';
import type { PartitionRef } from './keys.ts';
import { type PartitionReading, readDimensionValues, readPartition } from './live-store.ts';
import { readMeta } from './meta.ts';

/** Whose numbers, counted how. */
export interface LiveTenant {
  readonly tenant: string;
  readonly settings: TenantSettings;
}

/** One KPI over one window: the total, or every slice of a dimension. */
export interface LiveAsk {
  readonly def: KpiDef;
  readonly window: Window;
  readonly by: Dimension | null;
}

export type LiveQuestion = LiveTenant & LiveAsk;

/** Answers that are all of one moment per partition. */
export interface LiveReading {
  /** For each ask: one answer, or one per slice with `unknown` last. */
  readonly answers: readonly (readonly KpiAnswer[])[];
  /** Where each partition stood; empty where nothing could be read. */
  readonly positions: ReadonlyMap<number, number>;
}

/** Slices may appear while they are being read; then they are read again, this often at most. */
const readsMax = 5;

/**
 * Answers a KPI from Redis: the total, or every slice of one dimension with `unknown` last.
 *
 * Holds    per partition all sums and the cursor are of one moment; the slices add up to the total; a number that is not exact is null with its reason
 * Errors   RangeError for a dimension that the KPI cannot be sliced by
 */
export async function readLive(
  client: RedisClient,
  place: { prefix: string; topic: string },
  question: LiveQuestion,
): Promise<KpiAnswer[]> {
  const { answers } = await readLiveTogether(client, place, { ...question, asks: [question] });
  return [...answers[0]!];
}

/** Answers many KPIs of one tenant in one reading of each partition. */
export async function readLiveTogether(
  client: RedisClient,
  place: { prefix: string; topic: string },
  question: LiveTenant & { readonly asks: readonly LiveAsk[] },
): Promise<LiveReading> {
  const { asks, tenant } = question;
  for (const { def, by } of asks) requireDimension(def, by);
  const meta = await readMeta(client, place);
  const nothing = (generation: number): LiveReading => ({
    answers: asks.map((ask) => [nullAnswer({ ...question, ...ask }, 'rebuilding', generation)]),
    positions: new Map(),
  });
  if (meta === null) return nothing(0);
  const refs = Array.from({ length: meta.partitionCount }, (_, partition) => ({ ...place, partition, generation: meta.generation }));
  const dimensions = [...new Set(asks.flatMap(({ by }) => (by === null ? [] : [by])))];
  for (let attempt = 1; attempt <= readsMax; attempt++) {
    const values = await readValues(client, refs, { tenant, dimensions });
    const plans = asks.map((ask) => planOf({ ...question, ...ask }, values));
    const { reads, places } = shareReads(plans);
    const readings = await Promise.all(refs.map((ref) => readPartition(client, ref, { tenant, reads, dimensions })));
    if (!readings.every((reading) => reading !== null)) return nothing(meta.generation);
    if (!readings.every(({ sliceValueCounts }, partition) => values.matches(partition, sliceValueCounts))) continue;
    const answers = answersOf(question, { plans, places, readings, generation: meta.generation });
    return { answers, positions: new Map(readings.map((reading, partition) => [partition, reading.nextOffset])) };
  }
  return nothing(meta.generation);
}

function requireDimension(def: KpiDef, by: Dimension | null): void {
  if (by === null ? def.onlyBy === undefined : def.dimensions.includes(by)) return;
  const found = by === null ? 'none' : by;
  throw new RangeError(`${def.id}: expected one of ${def.dimensions.join(', ') || 'no dimension at all'} to slice by, found ${found}`);
}

interface SliceValues {
  /** Values of a dimension over all partitions; null where there were too many to keep. */
  of(dimension: Dimension): readonly string[] | null;
  matches(partition: number, counts: readonly number[]): boolean;
}

async function readValues(
  client: RedisClient,
  refs: readonly PartitionRef[],
  asked: { tenant: string; dimensions: readonly Dimension[] },
): Promise<SliceValues> {
  const { tenant, dimensions } = asked;
  const byDimension = await Promise.all(
    dimensions.map((dimension) => Promise.all(refs.map((ref) => readDimensionValues(client, ref, { tenant, dimension })))),
  );
  const merged = new Map(
    dimensions.map((dimension, index) => {
      const values = byDimension[index]!;
      return [dimension, values.some((own) => own.includes(overflowMark)) ? null : [...new Set(values.flat())].toSorted()];
    }),
  );
  return {
    of: (dimension) => merged.get(dimension) ?? null,
    matches: (partition, counts) => counts.every((count, index) => count === byDimension[index]![partition]!.length),
  };
}

interface Plan {
  readonly values: readonly string[];
  readonly reads: readonly CellRead[];
  /** For each slice (the total first) and each measure: how many of the reads are its own. */
  readonly counts: readonly (readonly number[])[];
  readonly nullReason: NullReason | null;
}

const emptyPlan = { values: [], reads: [], counts: [] };

function planOf(question: LiveQuestion, sliceValues: SliceValues): Plan {
  const { window, settings, by } = question;
  const values = by === null ? [] : sliceValues.of(by);
  if (values === null) return { ...emptyPlan, nullReason: 'too_many_values' };
  const reads: CellRead[] = [];
  const counts: number[][] = [];
  for (const slice of [sliceName(null), ...values.map((value) => sliceName(by, value))]) {
    const own: number[] = [];
    for (const measure of measuresOf(question.def)) {
      const cells = readsOf(measure, { window, currency: settings.currency, slice });
      if (cells === null) return { ...emptyPlan, nullReason: 'not_live' };
      reads.push(...cells);
      own.push(cells.length);
    }
    counts.push(own);
  }
  return { values, reads, counts, nullReason: null };
}

/** Panes of small sizes are kept for a while only; an event appended long after its time never reached them. */
function isKept(reads: readonly CellRead[], readings: readonly PartitionReading[]): boolean {
  const oldest = oldestPanesMs(reads);
  return readings.every(({ appendTimeMs, nowMs }) => {
    const latestMs = Math.max(appendTimeMs, nowMs);
    return oldest.minuteMs >= latestMs - minuteKeptMs && oldest.quarterMs >= latestMs - quarterKeptMs;
  });
}

/** Many KPIs stand on the same sums: each is asked for once. `places`: where each read of each plan is among them. */
function shareReads(plans: readonly Plan[]): { reads: CellRead[]; places: number[][] } {
  const reads: CellRead[] = [];
  const known = new Map<string, number>();
  const places = plans.map((plan) =>
    plan.reads.map((read) => {
      const key = JSON.stringify(read, (_, value: unknown) => (value === Infinity ? 'Infinity' : value));
      const place = known.get(key) ?? reads.push(read) - 1;
      known.set(key, place);
      return place;
    }),
  );
  return { reads, places };
}

interface Found {
  readonly plans: readonly Plan[];
  readonly places: readonly (readonly number[])[];
  readonly readings: readonly PartitionReading[];
  readonly generation: number;
}

function answersOf(question: LiveTenant & { readonly asks: readonly LiveAsk[] }, found: Found): KpiAnswer[][] {
  const { plans, places, readings, generation } = found;
  const completeThroughMs = Math.min(...readings.map((reading) => reading.completeThroughMs));
  return plans.map((plan, index) => {
    const own: LiveQuestion = { ...question, ...question.asks[index]! };
    const sums = places[index]!.map((place) => readings.reduce((sum, reading) => sum + reading.sums[place]!, 0n));
    if (plan.nullReason !== null) return [nullAnswer(own, plan.nullReason, generation)];
    if (!isKept(plan.reads, readings)) return [nullAnswer(own, 'not_live', generation)];
    return slicesOf(own, plan, { sums, completeThroughMs, generation });
  });
}

interface Sums {
  readonly sums: readonly bigint[];
  readonly completeThroughMs: number;
  readonly generation: number;
}

function slicesOf(question: LiveQuestion, plan: Plan, found: Sums): KpiAnswer[] {
  let next = 0;
  const [total, ...known] = plan.counts.map((counts) =>
    counts.map((count) => {
      next += count;
      return found.sums.slice(next - count, next).reduce((sum, value) => sum + value, 0n);
    }),
  );
  if (question.by === null) return [answerOf(question, found, { measures: total!, value: null })];
  // `unknown` is what the known slices leave of the total, so slices always add up.
  const rest = total!.map((sum, measure) => known.reduce((left, slice) => left - slice[measure]!, sum));
  return [...known, rest]
    .map((measures, index) => ({ measures, value: plan.values[index] ?? unknownValue }))
    .filter(({ measures }) => measures.some((sum) => sum !== 0n))
    .map((slice) => answerOf(question, found, slice));
}

function answerOf(question: LiveQuestion, found: Sums, slice: { measures: readonly bigint[]; value: string | null }): KpiAnswer {
  const { def, by, settings } = question;
  const measures = Object.fromEntries(measuresOf(def).map((measure, index) => [measure.id, slice.measures[index]!]));
  return {
    ...frameOf(question),
    ...evaluateFormula(def, measures, { currencyExponent: currencyExponentOf(settings.currency) }),
    slice: by === null || slice.value === null ? null : { dimension: by, value: slice.value },
    measures,
    completeThroughMs: found.completeThroughMs,
    generation: found.generation,
  };
}

function nullAnswer(question: LiveQuestion, reason: NullReason, generation: number): KpiAnswer {
  const nothing = { value: null, reason, numerator: 0n, denominator: 0n, slice: null, measures: {}, completeThroughMs: null };
  return { ...frameOf(question), ...nothing, generation };
}

const frameOf = ({ def, tenant, window, settings }: LiveQuestion) => ({
  kpi: def.id,
  tenant,
  window,
  unit: def.unit,
  currency: settings.currency,
  source: 'live' as const,
});
