import type { KpiAnswer, Window } from '@vigie/kpis';

/** What a KPI will be: one published value per minute after `startMs`; a minute without one is not complete yet. */
export interface Script {
  readonly startMs: number;
  readonly nowMs: number;
  readonly values: readonly (string | null)[];
}

export function scriptedAnswer({ startMs, values }: Script, window: Window): KpiAnswer {
  const value = values[(window.to - startMs) / 60_000 - 1] ?? null;
  return {
    kpi: 'customer_churn_rate',
    tenant: 'default',
    window,
    slice: null,
    unit: 'percent',
    currency: 'EUR',
    value,
    reason: value === null ? 'rebuilding' : null,
    numerator: 0n,
    denominator: 1n,
    measures: { customers_lost: 0n, customers_at_start: 100n },
    completeThroughMs: value === null ? null : window.to,
    generation: 1,
    source: 'live',
  };
}
