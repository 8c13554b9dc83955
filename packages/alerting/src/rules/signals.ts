import type { PipelineSignal } from '../types.ts';

interface SignalShape {
  /** What its readings are sliced by; null: one reading in all. */
  readonly by: 'partition' | 'event_type' | 'source' | 'rule' | 'channel' | null;
  /** Counts that a reading carries. */
  readonly measures: readonly string[];
}

/** How each of Vigie's own signals is cut; rules group by exactly this, said or not. */
export const signalShapes: Readonly<Record<PipelineSignal, SignalShape>> = {
  completeness_lag: { by: null, measures: [] },
  stuck_partition: { by: 'partition', measures: [] },
  dead_letter_share: { by: null, measures: ['dead_letters', 'records'] },
  silent_event_type: { by: 'event_type', measures: ['seconds_silent'] },
  source_error: { by: 'source', measures: [] },
  rule_broken: { by: 'rule', measures: [] },
  delivery_dead: { by: 'channel', measures: [] },
};

export const signalDimensions = ['partition', 'event_type', 'source', 'rule', 'channel'] as const;
export const signalMeasures: readonly string[] = Object.values(signalShapes).flatMap(({ measures }) => measures);
