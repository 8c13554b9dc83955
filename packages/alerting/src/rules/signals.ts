import type { PipelineSignal } from '../types.ts';

interface SignalShape {
  /** What its readings are sliced by; null: one reading in all. */
  readonly by: 'partition' | 'event_type' | 'source' | 'rule' | 'channel' | null;
  /** Counts that a reading carries. */
  readonly measures: readonly string[];
  /** What a slice that is gone means: of what is only read while there is something to count, nothing is left. */
  readonly absent: 'hold' | 'ok';
}

/** How each of Vigie's own signals is cut; rules group by exactly this, said or not. */
export const signalShapes: Readonly<Record<PipelineSignal, SignalShape>> = {
  completeness_lag: { by: null, measures: [], absent: 'hold' },
  stuck_partition: { by: 'partition', measures: [], absent: 'hold' },
  dead_letter_share: { by: null, measures: ['dead_letters', 'records'], absent: 'hold' },
  silent_event_type: { by: 'event_type', measures: ['seconds_silent'], absent: 'ok' },
  source_error: { by: 'source', measures: [], absent: 'hold' },
  rule_broken: { by: 'rule', measures: [], absent: 'ok' },
  delivery_dead: { by: 'channel', measures: [], absent: 'ok' },
};

export const signalDimensions = ['partition', 'event_type', 'source', 'rule', 'channel'] as const;
export const signalMeasures: readonly string[] = Object.values(signalShapes).flatMap(({ measures }) => measures);
