/** Rules that are reloaded while alerts fire, wait or are held: nobody is forgotten, nobody is told twice. */
import { instanceId, episodeId, parseRules, type Instance, type RuleSet } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { RuleEvaluator } from '../evaluate/evaluate-rules.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { scriptedAnswer } from '../proof/script.ts';
import { LaneAnnouncer } from './announce-lanes.ts';
import { readdress } from './readdress.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const minute = 60_000;
const startMs = Date.UTC(2026, 10, 22, 10);
const churn = { tenant: 'default', uid: 'churn' };

function rulesOf(routes: string, limits = 'warning: { at_or_above: 5 }, critical: { at_or_above: 8 }'): RuleSet {
  const parsed = parseRules(
    `version: 1
rules:
  - { uid: churn, kpi: customer_churn_rate, window: { size: 30d, every: 1m }, severity: { ${limits} }, labels: { team: growth } }
routes: ${routes}
mute_timings: { mornings: { timezone: UTC, intervals: [{ times: ['09:00-12:00'] }] } }
channels:
  desk: { type: kafka, topic: desk }
  chat: { type: kafka, topic: chat }
  pager: { type: pagerduty, routing_key_env: PAGER_KEY }
`,
    kpiDefs,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleSet;
}

let store: AlertStore;
let runCount = 0;
let nowMs = startMs;
let ruleSet: RuleSet;
let value = '3.00';
let evaluator: RuleEvaluator;
let announcer: LaneAnnouncer;

beforeEach(async () => {
  runCount += 1;
  [nowMs, value] = [startMs, '6.00'];
  store = createAlertStore(redis, `${suite.redisPrefix}-reload-${runCount}`);
  await store.begin('test');
  const options = { ruleSet: () => ruleSet, store, clock: () => nowMs, fault: () => {}, logger };
  const metrics = createMonitorMetrics(createMetrics({ processMetrics: false }));
  announcer = new LaneAnnouncer({ ...options, metrics });
  evaluator = new RuleEvaluator({
    ...{ ...options, metrics, readSignal: async () => [], zoneOf: () => 'UTC', onTransitions: () => announcer.wake() },
    readKpi: async ({ window }) => [scriptedAnswer({ startMs: window.to - minute, nowMs, values: [value] }, window)],
  });
});

const again = () => readdress({ ruleSet: () => ruleSet, store, clock: () => nowMs, logger });

async function tick(): Promise<void> {
  await evaluator.tick();
  await announcer.tick();
}

/** As the monitor does it when it finds other rules. */
async function reload(routes: string): Promise<void> {
  ruleSet = rulesOf(routes);
  evaluator.forget();
  announcer.wake();
  await evaluator.closeRemovedRules();
  expect(await again()).toBe(true);
}

/** Lets minutes pass in steps of five, and answers what channels were told meanwhile: `desk firing`. */
async function told(minutes: number): Promise<readonly string[]> {
  const messages: string[] = [];
  const endMs = nowMs + minutes * minute;
  for (; nowMs < endMs; nowMs += 5 * minute) {
    await tick();
    for (const claimed of await store.claim({ nowMs, leaseMs: 1_000, countMax: 100 })) {
      messages.push(`${claimed.notification.channel} ${claimed.notification.kind}`);
      await store.settle(claimed, { kind: 'sent', nowMs });
    }
  }
  return messages.toSorted();
}

test('an alert that waits for its group is told when the reload takes out the route beside its own', async () => {
  const growth = '{ match: { team: growth }, channels: [desk] }';
  ruleSet = rulesOf(`{ default: { channels: [log] }, children: [{ match: { team: data }, channels: [log] }, ${growth}] }`);
  await tick();
  nowMs += 10_000;
  await reload(`{ default: { channels: [log] }, children: [${growth}] }`);
  expect(await told(60)).toEqual(['desk firing']);
  value = '1.00';
  expect(await told(20)).toEqual(['desk resolved']);
});

test('an alert that a mute holds is told at its end, whose route is another after the reload', async () => {
  ruleSet = rulesOf('{ default: { channels: [log] }, children: [{ match: { team: growth }, channels: [desk], mute: [mornings] }] }');
  expect(await told(60)).toEqual([]);
  await reload('{ default: { channels: [log] }, children: [{ match: { kpi: customer_churn_rate }, channels: [desk], mute: [mornings] }] }');
  expect(await told(50)).toEqual([]);
  expect(await told(20)).toEqual(['desk firing']);
});

test('an alert that waits for a channel that is gone is told on the one that takes its place', async () => {
  ruleSet = rulesOf('{ default: { channels: [desk] } }');
  await tick();
  nowMs += 10_000;
  await reload('{ default: { channels: [chat] } }');
  expect(await told(20)).toEqual(['chat firing']);
  value = '1.00';
  expect(await told(20)).toEqual(['chat resolved']);
});

test('what fires is told once on a channel that a reload adds, as it stands; the one that is gone hears no more than its end', async () => {
  ruleSet = rulesOf('{ default: { channels: [desk], repeat_interval: 30m } }');
  expect(await told(10)).toEqual(['desk firing']);
  value = '9.00';
  expect(await told(20)).toEqual(['desk changed']);
  await reload('{ default: { channels: [chat], repeat_interval: 30m } }');
  expect(await Promise.all([again(), again()])).toEqual([true, true]);
  expect(await told(20)).toEqual(['chat firing']);
  // Back and forth: both know of it already.
  await reload('{ default: { channels: [desk], repeat_interval: 10h } }');
  await reload('{ default: { channels: [chat], repeat_interval: 10h } }');
  expect(await told(180)).toEqual([]);
  value = '1.00';
  expect(await told(20)).toEqual(['chat resolved', 'desk resolved']);
  await reload('{ default: { channels: [log] } }');
  expect(await told(20)).toEqual([]);
});

test('many monitors that find new rules at once tell a channel once', async () => {
  ruleSet = rulesOf('{ default: { channels: [desk] } }');
  expect(await told(10)).toEqual(['desk firing']);
  ruleSet = rulesOf('{ default: { channels: [desk, chat] } }');
  const done = await Promise.all(Array.from({ length: 5 }, again));
  expect(done).toContain(true);
  expect(await again()).toBe(true);
  expect(await told(20)).toEqual(['chat firing']);
});

test('a channel that two routes lead to is told each thing once', async () => {
  ruleSet = rulesOf('{ default: { channels: [pager] }, children: [{ match: { severity: critical }, channels: [pager, desk] }] }');
  expect(await told(10)).toEqual(['pager firing']);
  value = '9.00';
  expect(await told(20)).toEqual(['desk firing', 'pager changed']);
  value = '1.00';
  expect(await told(20)).toEqual(['desk resolved', 'pager resolved']);
});

test('an alert that an earlier version of Vigie fired, without lanes, hears of its end', async () => {
  ruleSet = rulesOf('{ default: { channels: [desk] } }');
  expect(await told(10)).toEqual(['desk firing']);
  const state = await store.load(churn);
  const [{ lanes: _, ...bare }] = state.instances as [Instance];
  await store.commit({
    ...{ ...state, rule: state.rule! },
    expectedRevision: state.revision,
    instances: [bare],
    records: [],
    arrivals: [],
    nowMs,
  });
  expect(bare.id).toBe(instanceId('default', 'churn', {}));
  expect(bare.condition).toMatchObject({ state: 'FIRING', episode: { id: episodeId(bare.id, startMs) } });
  await reload('{ default: { channels: [chat] } }');
  expect(await told(20)).toEqual(['chat firing']);
  value = '1.00';
  expect(await told(20)).toEqual(['chat resolved']);
});
