import { parseRules, type RuleSet } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createMonitorMetrics } from '../metrics.ts';
import { scriptedAnswer } from '../proof/script.ts';
import { RuleEvaluator } from './evaluate-rules.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const minute = 60_000;
const hour = 60 * minute;
const startMs = Date.UTC(2026, 10, 22, 10);
const parse = (uid: string, every: string): RuleSet => {
  const rule = `{ uid: ${uid}, kpi: customer_churn_rate, window: { size: 30d, every: ${every} }, severity: { warning: { at_or_above: 5 } } }`;
  const parsed = parseRules(`version: 1\nrules:\n  - ${rule}\n`, kpiDefs);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleSet;
};

let store: AlertStore;
let ruleSet: RuleSet;
let evaluator: RuleEvaluator;
let nowMs = startMs;
let value = '6.00';
let failure: string | null = null;
let runCount = 0;
beforeEach(async () => {
  runCount += 1;
  store = createAlertStore(redis, `${suite.redisPrefix}-back-${runCount}`);
  await store.begin('test');
  [nowMs, value, failure] = [startMs + minute, '6.00', null];
  evaluator = new RuleEvaluator({
    ruleSet: () => ruleSet,
    store,
    readKpi: async ({ window }) => {
      if (failure !== null) throw new Error(failure);
      return [scriptedAnswer({ startMs: window.to - minute, nowMs: window.to + minute, values: [value] }, window)];
    },
    ...{ readSignal: async () => [], zoneOf: () => 'UTC', clock: () => nowMs, fault: () => {}, logger },
    metrics: createMonitorMetrics(createMetrics({ processMetrics: false })),
  });
});
const judgeWith = async (uid: string, every = '1h') => {
  ruleSet = parse(uid, every);
  evaluator.forget();
  await evaluator.closeRemovedRules();
  await evaluator.tick();
};
const records = async () => (await store.history(100)).filter(({ rule }) => rule.uid === 'churn').toReversed();
const told = async () => (await records()).map(({ transition: { kind, windowEndMs } }) => `${kind} ${(windowEndMs - startMs) / hour}`);
const ids = async () => (await records()).map(({ transition }) => transition.id);

describe('a rule that was taken out and is put back', () => {
  test('within one window waits for the next one, so that no id says two things', async () => {
    await judgeWith('churn');
    await judgeWith('another');
    await judgeWith('churn');
    expect(await told()).toEqual(['firing 0', 'resolved 0']);
    nowMs = startMs + hour + minute;
    await evaluator.tick();
    expect((await told()).at(-1)).toBe('firing 1');
    value = '1.00';
    nowMs = startMs + 2 * hour + minute;
    await evaluator.tick();
    expect((await told()).at(-1)).toBe('resolved 2');
    expect(new Set(await ids()).size).toBe((await ids()).length);
  });

  test('much later begins with the newest window and makes up for none', async () => {
    await judgeWith('churn');
    await judgeWith('another', '1d');
    nowMs = startMs + 10 * hour + minute;
    await judgeWith('churn');
    expect(await told()).toEqual(['firing 0', 'resolved 0', 'firing 10']);
    expect((await records()).at(-1)?.backfilled).toBe(false);
  });

  test('while its numbers cannot be read waits for the newest window alone', async () => {
    await judgeWith('churn');
    await judgeWith('another', '1d');
    nowMs = startMs + 10 * hour + minute;
    failure = 'connection refused';
    await judgeWith('churn');
    failure = null;
    await evaluator.tick();
    expect(await told()).toEqual(['firing 0', 'resolved 0', 'firing 10']);
  });
});
