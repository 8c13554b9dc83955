import { measureIdsOf } from '../formula/evaluate.ts';
import type { KpiDef, MeasureDef } from '../types.ts';
import { measureById } from './measures.ts';

const known = new WeakMap<KpiDef, readonly MeasureDef[]>();

/** The measures that a KPI's formula reads, in a fixed order. */
export function measuresOf(def: KpiDef): readonly MeasureDef[] {
  let measures = known.get(def);
  if (measures === undefined) {
    measures = measureIdsOf(def).map(measureById);
    known.set(def, measures);
  }
  return measures;
}
