import type { Reading } from '@vigie/alerting';
import type { SignalQuestion } from '../evaluate/read-readings.ts';

interface Signal {
  /** Decimal, in the unit of the signal. */
  readonly value: string;
  readonly unit: Reading['unit'];
  readonly slice: Reading['slice'];
  readonly measures?: Readonly<Record<string, bigint>>;
  readonly numerator?: bigint;
  readonly denominator?: bigint;
}

/** A signal in the form of a KPI's answer, so that the same state machine judges both. It is of the moment that it was read in. */
export function signalReading({ tenant, signal, windowEndMs, everyMs }: SignalQuestion, nowMs: number, found: Signal): Reading {
  return {
    ...{ kpi: signal, tenant, unit: found.unit, slice: found.slice, value: found.value },
    currency: '',
    reason: null,
    numerator: found.numerator ?? 0n,
    denominator: found.denominator ?? 1n,
    measures: found.measures ?? {},
    window: { from: windowEndMs - everyMs, to: windowEndMs, label: '', zone: 'UTC', provisional: false },
    completeThroughMs: nowMs,
    generation: 0,
    source: 'live',
  };
}

/** Milliseconds as whole seconds: what operators read. */
export const secondsText = (ms: number): string => String(Math.max(0, Math.floor(ms / 1000)));
