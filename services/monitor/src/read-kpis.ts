import { readKpi as readSql, readStanding, type Clickhouse } from '@vigie/clickhouse';
import { kpiById, measuresOf, type KpiDef, type SettingsBook } from '@vigie/kpis';
import { readLive, readMeta, type RedisClient } from '@vigie/redis';
import type { ReadKpi } from './evaluate/read-readings.ts';
import type { SourceHealth } from './signals/source-health.ts';

const liveKinds = new Set(['sum', 'stock', 'cohort_sum']);
const isLive = (def: KpiDef): boolean => measuresOf(def).every((measure) => liveKinds.has(measure.kind));

/**
 * Reads KPIs for rules: from Redis whatever Redis can answer, from ClickHouse the rest (distinct customers, windows of long ago).
 *
 * Holds    a rule on what Redis can answer (churn, CAC) never needs ClickHouse
 * Errors   those of the store that was asked
 */
export function createKpiReader(deps: {
  redis: RedisClient;
  clickhouse: Clickhouse | null;
  place: { readonly prefix: string; readonly topic: string };
  settings: SettingsBook;
  health: SourceHealth;
}): ReadKpi {
  const { redis, clickhouse, place, settings, health } = deps;
  return async ({ tenant, kpi, window, by }) => {
    const def = kpiById(kpi);
    if (def === undefined) throw new Error(`Expected a KPI of this version, found ${kpi}. Correct the rule.`);
    const question = { def, tenant, settings: settings.of(tenant), window, by };
    if (clickhouse === null || isLive(def)) {
      const live = await health.watch('redis', () => readLive(redis, place, question));
      if (clickhouse === null || live.every(({ reason }) => reason !== 'not_live')) return live;
    }
    const meta = await health.watch('redis', () => readMeta(redis, place));
    if (meta === null) return readLive(redis, place, question);
    return health.watch('clickhouse', async () =>
      readSql(clickhouse, await readStanding(clickhouse, { topic: place.topic, ...meta }), question),
    );
  };
}
