import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatProblems, parseRules } from '@vigie/alerting';
import { kpiById, kpiDefs, measuresOf, parseSettings } from '@vigie/kpis';
import { connectRedis, createAlertStore, readLive } from '@vigie/redis';
import {
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
const channels = loadChannels(ruleSet.channels, { env: process.env, clock: systemClock, logger });

const redis = connectRedis(config.redis, { name: 'vigie-monitor', logger });
const store = createAlertStore(redis, config.redis.prefix);
const place = { prefix: config.redis.prefix, topic: config.topic };
const readKpi: ReadKpi = async ({ tenant, kpi, window, by }) => {
  const def = kpiById(kpi);
  if (def === undefined) throw new Error(`Expected a KPI of this version, found ${kpi}.`);
  return readLive(redis, place, { def, tenant, settings: settings.of(tenant), window, by });
};

const liveKinds = new Set(['sum', 'stock', 'cohort_sum']);
for (const rule of ruleSet.rules) {
  const def = kpiById(rule.kpi);
  if (def === undefined || measuresOf(def).every((measure) => liveKinds.has(measure.kind))) continue;
  logger.warn(
    { rule: rule.uid, kpi: rule.kpi },
    'this KPI counts distinct customers and is not kept live: the rule stays inconclusive and never fires',
  );
}
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
process.exit(exitCode);
