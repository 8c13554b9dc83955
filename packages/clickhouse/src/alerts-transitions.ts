import type { AlertRecord } from '@vigie/alerting';
import type { Clickhouse } from './connect.ts';
import { query } from './records.ts';
import { clickhouseTime } from './time.ts';

/** A transition as analysts read it. */
export function transitionRow(record: AlertRecord): Record<string, unknown> {
  const { transition, rule, slice, evidence, limit } = record;
  return {
    id: transition.id,
    at: clickhouseTime(transition.windowEndMs),
    ...{ tenant: rule.tenant, rule: rule.uid, rule_name: rule.name.toWellFormed(), kpi: rule.kpi },
    ...{ dimension: slice?.dimension ?? '', slice: slice?.value.toWellFormed() ?? '' },
    ...{ kind: transition.kind, severity: transition.severity, previous_severity: transition.previousSeverity ?? '' },
    ...{ value: decimalOf(evidence?.value), judged: decimalOf(record.judged), limit: decimalOf(limit?.limit) },
    ...{ unit: evidence?.unit ?? '', currency: evidence?.currency ?? '' },
    window_from: evidence === null ? null : clickhouseTime(evidence.window.from),
    window_to: evidence === null ? null : clickhouseTime(evidence.window.to),
    ...{ episode: transition.episode, episode_started: clickhouseTime(transition.episodeStartedMs), sequence: transition.sequence },
    ...{ reason: transition.reason ?? '', backfilled: record.backfilled },
    labels: Object.fromEntries(Object.entries(rule.labels).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()])),
  };
}

/** Decimal text that fits the column; anything else is null there and whole in the record, so that no row can hold up those behind it. */
function decimalOf(text: string | null | undefined): string | null {
  const [, whole, fraction] = /^(-?\d{1,32})(?:\.(\d+))?$/.exec(text ?? '') ?? [];
  if (whole === undefined) return null;
  return fraction === undefined ? whole : `${whole}.${fraction.slice(0, 6)}`;
}

export interface TransitionsAsk {
  /** The Redis prefix of the installation. */
  readonly scope: string;
  readonly tenant?: string;
  /** uid */
  readonly rule?: string;
  /** Ends of windows, `[fromMs, toMs)`. */
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly countMax: number;
}

/** Records of transitions as they were stored, the newest window first. */
export async function readTransitions(clickhouse: Clickhouse, asked: TransitionsAsk): Promise<AlertRecord[]> {
  const { scope, tenant, rule, fromMs, toMs, countMax } = asked;
  const filters = [
    'scope = {scope:String}',
    ...(tenant === undefined ? [] : ['tenant = {tenant:String}']),
    ...(rule === undefined ? [] : ['rule = {rule:String}']),
    ...(fromMs === undefined ? [] : [`at >= {from:DateTime64(3, 'UTC')}`]),
    ...(toMs === undefined ? [] : [`at < {to:DateTime64(3, 'UTC')}`]),
  ];
  const rows = await query<{ record: string }>(clickhouse, {
    sql: `SELECT record FROM ${clickhouse.database}.alert_transitions FINAL WHERE ${filters.join(' AND ')}
          ORDER BY at DESC, revision DESC LIMIT {count:UInt32}`,
    params: {
      ...{ scope, tenant, rule, count: countMax },
      from: fromMs === undefined ? undefined : clickhouseTime(fromMs),
      to: toMs === undefined ? undefined : clickhouseTime(toMs),
    },
  });
  return rows.map(({ record }): AlertRecord => JSON.parse(record));
}
