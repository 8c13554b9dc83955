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
import { type PartitionReading, readDimensionValues, readPartition } from './live-store.ts';
import { readMeta } from './meta.ts';

export interface LiveQuestion {
  readonly def: KpiDef;
  readonly tenant: string;
  readonly settings: TenantSettings;
  readonly window: Window;
  readonly by: Dimension | null;
}

/** Slices may appear while they are being read; then they are read again, this often at most. */
const readsMax = 5;

/**
 * Answers a KPI from Redis: the total, or every slice of one dimension with `unknown` last.
 *
 * Holds    per partition all sums and the cursor are of one moment; the slices add up to the total; a number that is not exact is null with its reason
 */
export async function readLive(client: RedisClient, place: { prefix: string; topic: string }, question: LiveQuestion): Promise<KpiAnswer[]> {
  const meta = await readMeta(client, place);
  if (meta === null) return [nullAnswer(question, 'rebuilding', 0)];
  const refs = Array.from({ length: meta.partitionCount }, (_, partition) => ({ ...place, partition, generation: meta.generation }));
  const { def, by, tenant } = question;
  if (by !== null && !def.dimensions.includes(by)) throw new RangeError(`${def.id}: expected one of ${def.dimensions.join(', ')} to slice by, found ${by}`);
  for (let attempt = 1; attempt <= readsMax; attempt++) {
    const known = by === null ? [] : await Promise.all(refs.map((ref) => readDimensionValues(client, ref, { tenant, dimension: by })));
    if (known.some((values) => values.includes(overflowMark))) return [nullAnswer(question, 'too_many_values', meta.generation)];
    const values = [...new Set(known.flat())].toSorted();
    const plan = planOf(question, values);
    if (plan === null) return [nullAnswer(question, 'not_live', meta.generation)];
    const readings = await Promise.all(refs.map((ref) => readPartition(client, ref, { tenant, reads: plan.reads, dimension: by })));
    if (!readings.every((reading) => reading !== null)) return [nullAnswer(question, 'rebuilding', meta.generation)];
    if (by !== null && readings.some((reading, index) => reading.sliceValueCount !== known[index]!.length)) continue;
    if (!isKept(plan.reads, readings)) return [nullAnswer(question, 'not_live', meta.generation)];
    return answersOf(question, { plan, values, readings, generation: meta.generation });
  }
  return [nullAnswer(question, 'rebuilding', meta.generation)];
}

interface Plan {
  readonly reads: readonly CellRead[];
  /** For each slice (the total first) and each measure: how many of the reads are its own. */
  readonly counts: readonly (readonly number[])[];
}

function planOf(question: LiveQuestion, values: readonly string[]): Plan | null {
  const { window, settings, by } = question;
  const reads: CellRead[] = [];
  const counts: number[][] = [];
  for (const slice of [sliceName(null), ...values.map((value) => sliceName(by, value))]) {
    const own: number[] = [];
    for (const measure of measuresOf(question.def)) {
      const cells = readsOf(measure, { window, currency: settings.currency, slice });
      if (cells === null) return null;
      reads.push(...cells);
      own.push(cells.length);
    }
    counts.push(own);
  }
  return { reads, counts };
}

/** Panes of small sizes are kept for a while only; an event appended long after its time never reached them. */
function isKept(reads: readonly CellRead[], readings: readonly PartitionReading[]): boolean {
  const oldest = oldestPanesMs(reads);
  return readings.every(({ appendTimeMs, nowMs }) => {
    const latestMs = Math.max(appendTimeMs, nowMs);
    return oldest.minuteMs >= latestMs - minuteKeptMs && oldest.quarterMs >= latestMs - quarterKeptMs;
  });
}

function answersOf(
  question: LiveQuestion,
  found: { plan: Plan; values: readonly string[]; readings: readonly PartitionReading[]; generation: number },
): KpiAnswer[] {
  const { plan, values, readings, generation } = found;
  const sums = plan.reads.map((_, index) => readings.reduce((sum, reading) => sum + reading.sums[index]!, 0n));
  const completeThroughMs = Math.min(...readings.map((reading) => reading.completeThroughMs));
  let next = 0;
  const [total, ...known] = plan.counts.map((counts) =>
    counts.map((count) => {
      next += count;
      return sums.slice(next - count, next).reduce((sum, value) => sum + value, 0n);
    }),
  );
  const answer = (measures: readonly bigint[], value: string | null): KpiAnswer =>
    answerOf(question, { measures, value, completeThroughMs, generation });
  if (question.by === null) return [answer(total!, null)];
  // `unknown` is what the known slices leave of the total, so slices always add up.
  const rest = total!.map((sum, index) => known.reduce((left, slice) => left - slice[index]!, sum));
  const slices = values.map((value, index) => answer(known[index]!, value));
  return rest.some((sum) => sum !== 0n) ? [...slices, answer(rest, unknownValue)] : slices;
}

function answerOf(
  question: LiveQuestion,
  found: { measures: readonly bigint[]; value: string | null; completeThroughMs: number; generation: number },
): KpiAnswer {
  const { def, by, window, settings, tenant } = question;
  const measures = Object.fromEntries(measuresOf(def).map((measure, index) => [measure.id, found.measures[index]!]));
  return {
    ...evaluateFormula(def, measures, { currencyExponent: currencyExponentOf(settings.currency) }),
    ...frameOf(question),
    kpi: def.id,
    tenant,
    window,
    slice: by === null || found.value === null ? null : { dimension: by, value: found.value },
    measures,
    completeThroughMs: found.completeThroughMs,
    generation: found.generation,
  };
}

const frameOf = ({ def, settings }: LiveQuestion) => ({ unit: def.unit, currency: settings.currency, source: 'live' as const });

function nullAnswer(question: LiveQuestion, reason: NullReason, generation: number): KpiAnswer {
  const { def, tenant, window } = question;
  const nothing = { value: null, reason, numerator: 0n, denominator: 0n, slice: null, measures: {}, completeThroughMs: null };
  return { ...nothing, ...frameOf(question), kpi: def.id, tenant, window, generation };
}
