/**
 * The monitor as main.ts wires it, but for two things: the KPI's values come from a script and the clock from the test, so that a
 * kill test knows every transition beforehand. Started as a child process, because what is tested is the death of a process.
 */
import { readFileSync } from 'node:fs';
import { parseRules } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore } from '@vigie/redis';
import { createFaultPoints, createLifecycle, createLogger, createMetrics, readConfig, redisConfig, systemClock } from '@vigie/runtime';
import { z } from 'zod';
import { loadChannels } from '../load-channels.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { createMonitor } from '../monitor.ts';
import { scriptedAnswer, scriptOf } from './script.ts';

const config = readConfig(z.object({ redis: redisConfig }), process.env);
const script = scriptOf(process.env);
const logger = createLogger({ name: 'scripted-monitor', level: 'warn' });
const metrics = createMetrics({ processMetrics: false });
const parsed = parseRules(readFileSync(process.env['VIGIE_RULES_FILE'] ?? '', 'utf8'), kpiDefs);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const redis = connectRedis(config.redis, { name: 'scripted-monitor', logger });
const startedMs = systemClock();
const clock = () => script.nowMs + (systemClock() - startedMs);

const monitor = createMonitor({
  ruleSet: parsed.ruleSet,
  channels: loadChannels(parsed.ruleSet.channels, { env: process.env, clock, logger }),
  store: createAlertStore(redis, config.redis.prefix),
  readKpi: async ({ window }) => [scriptedAnswer(script, window)],
  zoneOf: () => 'UTC',
  clock,
  random: () => 0,
  fault: createFaultPoints(process.env),
  logger,
  metrics: createMonitorMetrics(metrics),
});
const lifecycle = createLifecycle({ logger, drainDeadlineMs: 10_000 });
lifecycle.add('deliver', monitor.deliver.start, monitor.deliver.stop);
lifecycle.add('evaluate', monitor.evaluate.start, monitor.evaluate.stop);
const exitCode = await lifecycle.run();
process.stdout.write(await metrics.text());
redis.disconnect();
process.exit(exitCode);
