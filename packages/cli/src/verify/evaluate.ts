import {
  currencyExponentOf,
  type Dimension,
  evaluateFormula,
  type Fact,
  factSpecs,
  type FormulaResult,
  type KpiDef,
  type MeasureDef,
  measuresOf,
  type TenantSettings,
  unknownValue,
  type Window,
} from '@vigie/kpis';
import type { TenantFacts } from './recompute.ts';

/** One recomputed number: `slice` is '' for the total. */
export interface Recomputed extends FormulaResult {
  readonly slice: string;
}

/** Evaluates a KPI straight from facts: what each measure says, written down as plainly as it can be. */
export function evaluateFromFacts(
  facts: TenantFacts,
  asked: { def: KpiDef; window: Window; by: Dimension | null; settings: TenantSettings },
): Recomputed[] {
  const { def, by, settings } = asked;
  const measures = measuresOf(def).map((measure) => ({ id: measure.id, bySlice: measureBySlice(facts, measure, asked) }));
  const slices = by === null ? [''] : [...new Set(measures.flatMap(({ bySlice }) => [...bySlice.keys()]))];
  return slices
    .map((slice) => ({ slice, values: Object.fromEntries(measures.map(({ id, bySlice }) => [id, bySlice.get(slice) ?? 0n])) }))
    .filter(({ values }) => by === null || Object.values(values).some((value) => value !== 0n))
    .map(({ slice, values }) => ({
      slice,
      ...evaluateFormula(def, values, { currencyExponent: currencyExponentOf(settings.currency) }),
    }));
}

function measureBySlice(
  facts: TenantFacts,
  measure: MeasureDef,
  asked: { window: Window; by: Dimension | null; settings: TenantSettings },
): Map<string, bigint> {
  const { by, window, settings } = asked;
  const sums = new Map<string, bigint>();
  const entities = new Map<string, Map<string, number>>();
  for (const { fact: name, sign } of measure.terms) {
    const currency = factSpecs[name].money ? settings.currency : '';
    for (const fact of facts.byFact.get(name) ?? []) {
      if (fact.currency !== currency || !counts(measure, fact, window)) continue;
      const slice = by === null ? '' : (fact.dims[by] ?? unknownValue);
      if (measure.kind === 'distinct' || measure.kind === 'repeat') {
        const own = entities.get(slice) ?? new Map<string, number>();
        entities.set(slice, own.set(fact.entity, (own.get(fact.entity) ?? 0) + fact.value));
      } else {
        sums.set(slice, (sums.get(slice) ?? 0n) + BigInt(sign * fact.value));
      }
    }
  }
  const timesMin = measure.kind === 'repeat' ? 2 : 1;
  for (const [slice, own] of entities) sums.set(slice, BigInt([...own.values()].filter((times) => times >= timesMin).length));
  return sums;
}

function counts(measure: MeasureDef, fact: Fact, { from, to }: Window): boolean {
  if (measure.kind === 'stock') return fact.at < (measure.at === 'from' ? from : to);
  const inWindow = from <= fact.at && fact.at < to;
  return measure.kind === 'cohort_sum' ? inWindow && fact.since < from : inWindow;
}
