/** The shapes that the oracle, the scenarios file and the generators share: raw events in, questions, answers. */

export interface HistorySettings {
  readonly basis: 'subscriptions' | 'purchases';
  readonly lapse_after_days: number;
  readonly zone: string;
  readonly currency: string;
  readonly free_orders?: 'count' | 'skip';
}

/** One event as it arrived, before anybody judged it; `append_time` is the broker's. */
export interface HistoryEvent {
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly append_time: string;
  readonly source: string;
  readonly id: string;
  readonly tenant?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * One question about a window `[from, to)` or, for a stock, about the moment just before `at`.
 *
 * Holds    exactly one of `measure` and `kpi`; `slice` reads `dimension=value`
 */
export interface Ask {
  readonly measure?: string;
  readonly kpi?: string;
  readonly from?: string;
  readonly to?: string;
  readonly at?: string;
  readonly slice?: string;
  readonly tenant?: string;
}

/** Events in order of arrival: append times never fall. */
export interface History {
  readonly name: string;
  readonly settings: HistorySettings;
  readonly events: readonly HistoryEvent[];
  readonly asks: readonly Ask[];
}

/** What the oracle says of a KPI: numerator and denominator are exact and not reduced, money in minor units. */
export interface OracleKpiAnswer {
  readonly value: string | null;
  readonly reason: 'zero_denominator' | 'no_acquisition' | null;
  readonly numerator: number;
  readonly denominator: number;
}

export type OracleAnswer = number | OracleKpiAnswer;

export interface Scenario extends History {
  readonly why: string;
  readonly asks: readonly (Ask & { readonly expected: number | Partial<OracleKpiAnswer> })[];
}

/** The CloudEvents envelope of an event, its Kafka key and the append time it is to be given. */
export function toRecord(event: HistoryEvent): { key: string; value: string; appendTimeMs: number } {
  const { type, subject, time, source, id, data, tenant } = event;
  const envelope = { specversion: '1.0', id, source, type, subject, time, ...(tenant === undefined ? {} : { tenantid: tenant }), data };
  return { key: `${tenant ?? 'default'}:${subject}`, value: JSON.stringify(envelope), appendTimeMs: Date.parse(event.append_time) };
}

/** The same history in another tenant, so that many histories can share one topic. */
export function inTenant(history: History, tenant: string): History {
  return {
    ...history,
    events: history.events.map((event) => ({ ...event, tenant })),
    asks: history.asks.map((ask) => ({ ...ask, tenant })),
  };
}
