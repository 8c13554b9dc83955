/** More alerts in one group than a lane has room for. */
import { parseRules } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { useServers } from '@vigie/testkit';
import { afterAll, expect, test } from 'vitest';
import { RuleEvaluator } from '../evaluate/evaluate-rules.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { scriptedAnswer } from '../proof/script.ts';
import { LaneAnnouncer } from './announce-lanes.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const minute = 60_000;
const startMs = Date.UTC(2026, 10, 22, 10);
const parsed = parseRules(
  `version: 1
rules:
  - { uid: churn, kpi: customer_churn_rate, group_by: [segment], max_instances: 5000, window: { size: 30d, every: 1m }, severity: { warning: { at_or_above: 5 } } }
routes: { default: { channels: [log], group_wait: 0s, group_interval: 1m } }
`,
  kpiDefs,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { ruleSet } = parsed;

test('1,200 slices fire at once: 1,000 are told and 200 counted, those are told as others end, and nothing is written while nothing ends', async () => {
  let nowMs = startMs;
  let endedCount = 0;
  const store = createAlertStore(redis, `${suite.redisPrefix}-full-lane`);
  await store.begin('test');
  const metrics = createMonitorMetrics(createMetrics({ processMetrics: false }));
  const options = { ruleSet: () => ruleSet, store, clock: () => nowMs, fault: () => {}, logger, metrics };
  const announcer = new LaneAnnouncer(options);
  const evaluator = new RuleEvaluator({
    ...{ ...options, readSignal: async () => [], zoneOf: () => 'UTC', onTransitions: () => announcer.wake() },
    readKpi: async ({ window, by }) =>
      Array.from({ length: by === 'segment' ? 1_200 : 0 }, (_, index) => ({
        ...scriptedAnswer({ startMs: window.to - minute, nowMs, values: [index < endedCount ? '1.00' : '6.00'] }, window),
        slice: { dimension: 'segment', value: `s${String(index).padStart(4, '0')}` },
      })),
  });
  const texts = async (): Promise<string[]> => {
    await announcer.tick();
    const claimed = await store.claim({ nowMs, leaseMs: 1_000, countMax: 100 });
    for (const one of claimed) await store.settle(one, { kind: 'sent', nowMs });
    return claimed.map(({ notification }) => notification.text);
  };

  await evaluator.tick();
  const [first, ...others] = await texts();
  expect(others).toEqual([]);
  expect(first).toContain('1000 firing (1000 warning)');
  expect(first).toContain('and 200 more wait');

  await announcer.tick();
  const revision = await store.revision();
  for (let seconds = 1; seconds < 60; seconds += 1) {
    nowMs = startMs + seconds * 1_000;
    expect(await texts()).toEqual([]);
  }
  expect(await store.revision()).toBe(revision);

  [nowMs, endedCount] = [startMs + minute, 150];
  await evaluator.tick();
  expect((await texts()).join()).toMatch(/850 firing \(850 warning\), 150 resolved[\s\S]*and 200 more wait/u);
  nowMs += minute;
  await announcer.tick();
  expect((await texts()).join()).toMatch(/1000 firing \(1000 warning\)[\s\S]*and 50 more wait/u);
  const [lane] = await store.knownLanes();
  const { state, arrivals } = await store.loadLane(lane!);
  const slices = state!.alerts.map(({ current }) => current.slice?.value);
  expect([slices.length, new Set(slices).size, slices.at(-1)]).toEqual([1_000, 1_000, 's1149']);
  expect(arrivals.slice(0, 50).map(({ record }) => record.slice?.value)).toEqual(
    Array.from({ length: 50 }, (_, index) => `s${1_150 + index}`),
  );

  [nowMs, endedCount] = [startMs + 10 * minute, 1_200];
  await evaluator.tick();
  const told: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    told.push(...(await texts()));
    nowMs += minute;
  }
  expect(told.join('\n')).not.toContain('firing');
  expect(await store.loadLane(lane!)).toMatchObject({ state: null, arrivals: [] });
}, 60_000);
