import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatProblems, parseRules } from '@vigie/alerting';
import { connectClickhouse, readKpi as readSql, readStanding } from '@vigie/clickhouse';
import { type KpiDef, kpiById, kpiDefs, measuresOf, parseSettings } from '@vigie/kpis';
import { connectRedis, createAlertStore, readLive, readMeta, requireDurableRedis } from '@vigie/redis';
import {
  clickhouseConfig,
  createFaultPoints,
  createLifecycle,
  createLogger,
  createMetrics,
  kafkaConfig,
  readConfig,
  redisConfig,
  serveHealth,
  serviceVariables,
  systemClock,
  type HealthServer,
} from '@vigie/runtime';
import { z } from 'zod';
import type { ReadKpi } from './evaluate-rules.ts';
import { loadChannels } from './load-channels.ts';
import { createMonitorMetrics } from './metrics.ts';
import { createMonitor } from './monitor.ts';

const config = readConfig(z.object({ redis: redisConfig, topic: kafkaConfig.shape.topic, ...serviceVariables }), process.env);
const logger = createLogger({ name: 'monitor', level: config.logLevel });
const metrics = createMetrics();
const own = createMonitorMetrics(metrics);
const fault = createFaultPoints(process.env);
const settings = parseSettings(config.settingsFile === undefined ? '' : readFileSync(config.settingsFile, 'utf8'));

const rulesFile = config.rulesFile ?? fileURLToPath(new URL('../../../infra/rules/rules.yaml', import.meta.url));
const parsed = parseRules(readFileSync(rulesFile, 'utf8'), kpiDefs);
if (!parsed.ok) {
  process.stderr.write(`${formatProblems(rulesFile, parsed.problems)}\n`);
  process.exit(1);
}
const { ruleSet } = parsed;
const channels = channelsOrExit();

const redis = connectRedis(config.redis, { name: 'vigie-monitor', logger });
await requireDurableRedis(redis);
const store = createAlertStore(redis, config.redis.prefix);
const place = { prefix: config.redis.prefix, topic: config.topic };
function channelsOrExit(): ReturnType<typeof loadChannels> {
  try {
    return loadChannels(ruleSet.channels, { env: process.env, clock: systemClock, logger });
  } catch (error) {
    // A missing secret is a mistake in the configuration: its sentence is all that helps.
    process.stderr.write(`monitor: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
const liveKinds = new Set(['sum', 'stock', 'cohort_sum']);
const isLive = (def: KpiDef): boolean => measuresOf(def).every((measure) => liveKinds.has(measure.kind));
// Churn and CAC alerts never need ClickHouse: it is opened for rules on KPIs that only it can answer (distinct customers), and for no other.
const needsClickhouse = ruleSet.rules.some((rule) => !isLive(kpiById(rule.kpi)!));
const clickhouse = needsClickhouse
  ? connectClickhouse(readConfig(z.object({ clickhouse: clickhouseConfig }), process.env).clickhouse, { name: 'vigie-monitor' })
  : null;
const readKpi: ReadKpi = async ({ tenant, kpi, window, by }) => {
  const def = kpiById(kpi);
  if (def === undefined) throw new Error(`Expected a KPI of this version, found ${kpi}.`);
  const question = { def, tenant, settings: settings.of(tenant), window, by };
  if (clickhouse === null || isLive(def)) return readLive(redis, place, question);
  const meta = await readMeta(redis, place);
  if (meta === null) return readLive(redis, place, question);
  return readSql(clickhouse, await readStanding(clickhouse, { topic: place.topic, ...meta }), question);
};

const monitor = createMonitor({
  ruleSet,
  channels,
  store,
  readKpi,
  fault,
  logger,
  metrics: own,
  zoneOf: (tenant) => settings.of(tenant).zone,
  clock: systemClock,
  random: Math.random,
});

/** A monitor that has not finished a round for this long cannot be trusted to raise an alarm. */
const staleMs = 30_000;
const lifecycle = createLifecycle({ logger, drainDeadlineMs: 15_000 });
let health: HealthServer | undefined;
lifecycle.add('deliver', monitor.deliver.start, monitor.deliver.stop);
lifecycle.add('evaluate', monitor.evaluate.start, monitor.evaluate.stop);
lifecycle.add(
  'health',
  async () => {
    health = await serveHealth({
      port: config.httpPort,
      host: config.httpHost,
      metrics,
      livez: () => ({ ok: true }),
      readyz: () => {
        const late = [monitor.evaluate, monitor.deliver].find((poll) => systemClock() - poll.lastGoodMs() > staleMs);
        return late === undefined ? { ok: true } : { ok: false, reason: late.lastProblem() ?? 'no round finished yet' };
      },
    });
    logger.info({ port: health.port, ruleCount: ruleSet.rules.length, rulesFile, channels: [...channels.keys()] }, 'monitor: serving');
  },
  () => health?.close(),
);
const exitCode = await lifecycle.run();
redis.disconnect();
await clickhouse?.close();
process.exit(exitCode);
