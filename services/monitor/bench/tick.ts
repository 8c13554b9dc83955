/**
 * How long a tick of the monitor takes when every instance moves: as many rules and slices as asked for, on a real Redis, with scripted numbers.
 * Prints one line of JSON; `npm run bench` runs it and keeps the figure.
 *
 * Usage   node services/monitor/bench/tick.ts RULES SLICES TICKS, with VIGIE_REDIS_URL in the environment
 */
import { parseRules } from '@vigie/alerting';
import { kpiDefs, type KpiAnswer } from '@vigie/kpis';
import { connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger, createMetrics, readConfig, redisConfig } from '@vigie/runtime';
import { z } from 'zod';
import { LaneAnnouncer } from '../src/announce/announce-lanes.ts';
import { RuleEvaluator } from '../src/evaluate/evaluate-rules.ts';
import { createMonitorMetrics } from '../src/metrics.ts';

const [ruleCount = 5, sliceCount = 1_000, tickCount = 20] = process.argv.slice(2).map(Number);
const minute = 60_000;
const startMs = Date.UTC(2026, 10, 22, 10);
const logger = createLogger({ name: 'bench-tick', level: 'error' });
const config = readConfig(z.object({ redis: redisConfig }), process.env);
const redis = connectRedis(config.redis, { name: 'bench-tick', logger });
const store = createAlertStore(redis, `${config.redis.prefix}-bench-tick`);
await store.begin('bench');

const rules = Array.from(
  { length: ruleCount },
  (_, index) => `
  - uid: cac-${index}
    kpi: cac_by_channel
    group_by: [channel]
    window: { size: 7d, every: 1m }
    severity: { warning: { at_or_above: 100 }, critical: { at_or_above: 200 } }`,
);
const parsed = parseRules(
  `version: 1\nrules:${rules.join('')}\nroutes: { default: { channels: [log], group_wait: 0s, group_interval: 0s } }\n`,
  kpiDefs,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { ruleSet } = parsed;

let nowMs = startMs;
let value = '50.00';
const answersOf = (window: KpiAnswer['window']): KpiAnswer[] =>
  Array.from({ length: sliceCount }, (_, index) => ({
    ...{ kpi: 'cac_by_channel', tenant: 'default', window, unit: 'currency', currency: 'EUR', reason: null, value },
    ...{ slice: { dimension: 'channel', value: `channel-${index}` }, numerator: 1n, denominator: 1n, measures: {} },
    ...{ completeThroughMs: window.to, generation: 1, source: 'live' },
  }));
const surroundings = {
  ...{ store, logger, fault: () => {}, ruleSet: () => ruleSet, clock: () => nowMs },
  metrics: createMonitorMetrics(createMetrics({ processMetrics: false })),
};
const evaluator = new RuleEvaluator({
  ...surroundings,
  readKpi: async ({ window }) => answersOf(window),
  readSignal: async () => [],
  zoneOf: () => 'UTC',
});
const announcer = new LaneAnnouncer(surroundings);

/** What waits is taken out between ticks, as the deliverer and the journal do beside them. */
async function clear(): Promise<void> {
  for (const claimed of await store.claim({ nowMs, leaseMs: 1_000, countMax: 1_000 })) await store.settle(claimed, { kind: 'sent', nowMs });
  for (let last = (await store.readJournal(1_000)).at(-1); last !== undefined; last = (await store.readJournal(1_000)).at(-1))
    await store.trimJournal(last.id);
}

/** Milliseconds per tick, deciding and announcing together. */
async function play(values: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (let tick = 0; tick < tickCount; tick++) {
    nowMs += minute;
    value = values[tick % values.length]!;
    const fromMs = performance.now();
    await evaluator.tick();
    await announcer.tick();
    times.push(performance.now() - fromMs);
    await clear();
  }
  return times;
}

await evaluator.tick();
// Nobody is over the limit; everybody is and stays there; everybody changes at every tick.
const calm = await play(['50.00']);
await play(['150.00']);
const firing = await play(['150.00']);
const storm = await play(['250.00', '150.00', '50.00', '150.00']);
process.stdout.write(`${JSON.stringify({ instanceCount: ruleCount * sliceCount, ...{ calm, firing, storm } })}\n`);
redis.disconnect();
