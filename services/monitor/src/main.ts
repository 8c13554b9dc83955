import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectClickhouse, type Clickhouse } from '@vigie/clickhouse';
import { createKafka } from '@vigie/kafka';
import { parseSettings } from '@vigie/kpis';
import { connectRedis, createAlertStore, requireDurableRedis } from '@vigie/redis';
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
import { loadChannels } from './channels/load-channels.ts';
import { restoreAlerts } from './journal/restore-alerts.ts';
import { createJournalShipper } from './journal/ship-journal.ts';
import { createMonitorMetrics } from './metrics.ts';
import { createMonitor } from './monitor.ts';
import { createKpiReader } from './read-kpis.ts';
import { createDryRun } from './rules/dry-run.ts';
import { holdRules, RulesFileError, type RulesHolder } from './rules/rules-holder.ts';
import { createSignalReader } from './signals/read-signals.ts';
import { createSourceHealth } from './signals/source-health.ts';

const { env } = process;
const config = readConfig(z.object({ redis: redisConfig, topic: kafkaConfig.shape.topic, ...serviceVariables }), env);
const logger = createLogger({ name: 'monitor', level: config.logLevel });
const metrics = createMetrics();
const own = createMonitorMetrics(metrics);
const settings = parseSettings(config.settingsFile === undefined ? '' : readFileSync(config.settingsFile, 'utf8'));
const clock = systemClock;
const zoneOf = (tenant: string): string => settings.of(tenant).zone;

const redis = connectRedis(config.redis, { name: 'vigie-monitor', logger });
/** A ClickHouse that hangs must not hold up rules that do not need it; the record of alerts has a loop of its own. */
const openClickhouse = (name: string, requestTimeoutMs: number): Clickhouse | null =>
  env['VIGIE_CLICKHOUSE_URL']
    ? connectClickhouse(readConfig(z.object({ clickhouse: clickhouseConfig }), env).clickhouse, { name, requestTimeoutMs })
    : null;
// Churn and CAC alerts never need ClickHouse; the record of alerts, and KPIs that only it can answer, do.
const clickhouse = openClickhouse('vigie-monitor', 20_000);
const answers = openClickhouse('vigie-monitor-rules', 5_000);
if (clickhouse === null)
  logger.warn({}, 'VIGIE_CLICKHOUSE_URL is not set: alerts have no record outside Redis, and nothing could restore them');
const place = { prefix: config.redis.prefix, topic: config.topic };
const store = createAlertStore(redis, config.redis.prefix);
const health = createSourceHealth(clock);
const readers = {
  readKpi: createKpiReader({ redis, clickhouse: answers, place, settings, health }),
  readSignal: createSignalReader({ redis, place, store, clickhouse: answers, health, clock }),
  zoneOf,
};
/** Opened for a channel that needs it, and for no other reason. */
const openKafka = (): ReturnType<typeof createKafka> =>
  createKafka({ connection: readConfig(z.object({ kafka: kafkaConfig }), env).kafka, clientId: 'vigie-monitor', logger });

const rules = holdRulesOrExit();
function holdRulesOrExit(): RulesHolder {
  try {
    return holdRules({
      file: config.rulesFile ?? fileURLToPath(new URL('../../../infra/rules/rules.yaml', import.meta.url)),
      openChannels: ({ channels }) => loadChannels(channels, { env, clock, logger, openKafka }),
      dryRun: createDryRun({ ...readers, clock }),
      logger,
      onReload: own.onReload,
    });
  } catch (error) {
    // Mistakes in rules or secrets are mistakes in the configuration: their sentences are all that helps.
    const said = error instanceof Error ? error.message : String(error);
    process.stderr.write(error instanceof RulesFileError ? `${said}\n` : `monitor: ${said}\n`);
    process.exit(1);
  }
}
await requireDurableRedis(redis);

const ship = createJournalShipper({ store, clickhouse, scope: config.redis.prefix, onDepth: own.onJournal });
const monitor = createMonitor({
  ...readers,
  ...{ rules, store, clock, logger },
  random: Math.random,
  fault: createFaultPoints(env),
  metrics: own,
  restore: () => restoreAlerts({ store, clickhouse, scope: config.redis.prefix, clock, logger }),
  shipJournal: ship,
});
process.on('SIGHUP', () => void rules.reload(true));

/** A monitor that has not finished a round for this long cannot be trusted to raise an alarm. */
const staleMs = 30_000;
const lifecycle = createLifecycle({ logger, drainDeadlineMs: 15_000 });
let healthServer: HealthServer | undefined;
for (const part of ['ship', 'deliver', 'evaluate', 'reload'] as const) lifecycle.add(part, monitor[part].start, monitor[part].stop);
lifecycle.add(
  'health',
  async () => {
    healthServer = await serveHealth({
      port: config.httpPort,
      host: config.httpHost,
      metrics,
      livez: () => ({ ok: true }),
      readyz: () => {
        const late = [monitor.evaluate, monitor.deliver].find((poll) => clock() - poll.lastGoodMs() > staleMs);
        return late === undefined ? { ok: true } : { ok: false, reason: late.lastProblem() ?? 'no round finished yet' };
      },
    });
    const { ruleSet, senders } = rules.active();
    logger.info({ port: healthServer.port, ruleCount: ruleSet.rules.length, channels: [...senders.keys()] }, 'monitor: serving');
  },
  () => healthServer?.close(),
);
const exitCode = await lifecycle.run();
redis.disconnect();
await clickhouse?.close();
await answers?.close();
process.exit(exitCode);
