import type { RejectionReason } from '@vigie/events';
import type { Truth } from '../ledger/truth.ts';

/** `event`: counts; `copy`: was sent before under the same id, counts no more; `bad`: must become a dead letter. */
export type Verdict = 'event' | 'copy' | 'bad';

/** A record as it goes to Kafka, with what has to become of it. */
export interface Emission {
  readonly sendMs: number;
  readonly type: string;
  readonly key: string;
  readonly value: string | null;
  readonly verdict: Verdict;
  /** What it must be refused for, where it is bad. */
  readonly reason?: RejectionReason;
  /** How long after it happened it is told; 0 for most. */
  readonly lateMs: number;
  readonly truth: readonly Truth[];
}
