/**
 * The monitor as main.ts wires it, but for two things: the KPI's values come from a script, which the test writes on as it goes, and the clock
 * from the test, so that a kill test knows every transition beforehand. Started as a child process, because what is tested is the death of a process.
 */
import { readFileSync } from 'node:fs';
import { connectClickhouse } from '@vigie/clickhouse';
import { connectRedis, createAlertStore } from '@vigie/redis';
import {
  clickhouseConfig,
  createFaultPoints,
  createLifecycle,
  createLogger,
  createMetrics,
  readConfig,
  redisConfig,
  systemClock,
} from '@vigie/runtime';
import { z } from 'zod';
import { loadChannels } from '../channels/load-channels.ts';
import { restoreAlerts } from '../journal/restore-alerts.ts';
import { createJournalShipper } from '../journal/ship-journal.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { createMonitor } from '../monitor.ts';
import { holdRules } from '../rules/rules-holder.ts';
import { scriptedAnswer, type Script } from './script.ts';

const { env } = process;
const config = readConfig(z.object({ redis: redisConfig, clickhouse: clickhouseConfig }), env);
const readScript = (): Script => JSON.parse(readFileSync(env['SCRIPT_FILE'] ?? '', 'utf8'));
const logger = createLogger({ name: 'scripted-monitor', level: 'warn' });
const metrics = createMetrics({ processMetrics: false });
const own = createMonitorMetrics(metrics);
const redis = connectRedis(config.redis, { name: 'scripted-monitor', logger });
const clickhouse = connectClickhouse(config.clickhouse, { name: 'scripted-monitor' });
const startedMs = systemClock();
const laterMs = Number(env['LATER_MS'] ?? 0);
const clock = () => readScript().nowMs + laterMs + (systemClock() - startedMs);
const store = createAlertStore(redis, config.redis.prefix);
const scope = config.redis.prefix;

const noKafka = (): never => {
  throw new Error('expected no channel of type kafka in a scripted monitor, found one');
};
const rules = holdRules({
  file: env['VIGIE_RULES_FILE'] ?? '',
  openChannels: ({ channels }) =>
    loadChannels(channels, { env, clock, logger, openKafka: noKafka, timeoutMs: Number(env['ATTEMPT_TIMEOUT_MS']) }),
  dryRun: async () => {},
  logger,
  onReload: own.onReload,
});
const monitor = createMonitor({
  ...{ rules, store, clock, logger },
  readKpi: async ({ window }) => [scriptedAnswer(readScript(), window)],
  readSignal: async () => [],
  zoneOf: () => 'UTC',
  random: () => 0,
  fault: createFaultPoints(env),
  metrics: own,
  restore: () => restoreAlerts({ store, clickhouse, scope, clock, logger }),
  shipJournal: createJournalShipper({ store, clickhouse, scope, onDepth: own.onJournal }),
  intervalsMs: { evaluate: 40, deliver: 20, ship: 40, reload: 100 },
});
const lifecycle = createLifecycle({ logger, drainDeadlineMs: 10_000 });
for (const part of ['ship', 'deliver', 'evaluate', 'reload'] as const) lifecycle.add(part, monitor[part].start, monitor[part].stop);
const exitCode = await lifecycle.run();
process.stdout.write(await metrics.text());
redis.disconnect();
await clickhouse.close();
process.exit(exitCode);
