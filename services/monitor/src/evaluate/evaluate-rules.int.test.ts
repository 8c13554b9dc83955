import { parseRules, type RuleSet } from '@vigie/alerting';
import { kpiDefs, type KpiAnswer } from '@vigie/kpis';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { RuleEvaluator } from './evaluate-rules.ts';
import type { KpiQuestion, ReadKpi } from './read-readings.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { scriptedAnswer } from '../proof/script.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const minute = 60_000;
const startMs = Date.UTC(2026, 10, 22, 10);
const churn = `
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    severity: { warning: { at_or_above: 5, recover_below: 4.5 } }`;
const cac = `
  - uid: cac
    kpi: cac_by_channel
    group_by: [channel]
    window: { size: 7d, every: 1m }
    severity: { warning: { at_or_above: 100 } }`;

function rulesOf(rules: string): RuleSet {
  const parsed = parseRules(`version: 1\nrules:${rules === '' ? ' []' : rules}\n`, kpiDefs);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleSet;
}

let store: AlertStore;
let nowMs = startMs;
let runCount = 0;
beforeEach(async () => {
  runCount += 1;
  nowMs = startMs;
  store = createAlertStore(redis, `${suite.redisPrefix}-evaluate-${runCount}`);
  await store.begin('test');
});

function evaluatorOf(rules: string, readKpi: ReadKpi): RuleEvaluator {
  const metrics = createMonitorMetrics(createMetrics({ processMetrics: false }));
  const ruleSet = rulesOf(rules);
  return new RuleEvaluator({
    ruleSet: () => ruleSet,
    store,
    readKpi,
    readSignal: async () => [],
    zoneOf: () => 'UTC',
    clock: () => nowMs,
    fault: () => {},
    logger,
    metrics,
  });
}
/** One value per minute, the first for the window that ends at startMs; '' is not complete yet. */
const reading =
  (...values: string[]): ReadKpi =>
  async ({ window }) => [scriptedAnswer({ startMs: startMs - minute, nowMs, values: values.map((value) => value || null) }, window)];
const kindsTold = async () => (await store.history(100)).map(({ transition }) => transition.kind).toReversed();
const evaluatedTo = async (uid: string) => (await store.load({ tenant: 'default', uid })).evaluatedToMs;

describe('RuleEvaluator', () => {
  test('a window waits until its numbers are complete, and those behind it wait too', async () => {
    await evaluatorOf(churn, reading('3.00')).tick();
    nowMs = startMs + 2 * minute;
    await evaluatorOf(churn, reading('3.00', '', '9.00')).tick();
    expect(await evaluatedTo('churn')).toBe(startMs);
    await evaluatorOf(churn, reading('3.00', '6.00', '1.00')).tick();
    expect(await evaluatedTo('churn')).toBe(startMs + 2 * minute);
    expect(await kindsTold()).toEqual(['firing', 'resolved']);
    expect((await store.history(100)).map(({ backfilled }) => backfilled)).toEqual([false, true]);
  });

  test('many evaluators at once judge each window once', async () => {
    await evaluatorOf(churn, reading('3.00')).tick();
    nowMs = startMs + 20 * minute;
    const values = Array.from({ length: 21 }, (_, index) => (index % 2 === 0 ? '3.00' : '6.00'));
    const evaluators = Array.from({ length: 6 }, () => evaluatorOf(churn, reading(...values)));
    for (let round = 0; round < 25; round++) await Promise.all(evaluators.map((evaluator) => evaluator.tick()));
    expect(await evaluatedTo('churn')).toBe(startMs + 20 * minute);
    expect(await kindsTold()).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'firing' : 'resolved')));
    const lanes = await store.dueLanes({ nowMs, countMax: 10 });
    expect(lanes.map(({ channel }) => channel)).toEqual(['log']);
    expect((await store.loadLane(lanes[0]!)).arrivals).toHaveLength(20);
  });

  test('a rule that cannot be read does not keep the others waiting, and goes on when it can', async () => {
    let isBroken = true;
    const readKpi: ReadKpi = async (question) => {
      if (isBroken && question.kpi === 'customer_churn_rate') throw new Error('no connection');
      return reading('6.00')(question);
    };
    const evaluator = evaluatorOf(
      `${churn}${churn.replace('uid: churn', 'uid: other').replace('customer_churn_rate', 'customer_retention_rate')}`,
      readKpi,
    );
    await evaluator.tick();
    // Never judged, and its first window is not forgotten: the next to judge is this very one.
    expect([await evaluatedTo('churn'), await evaluatedTo('other')]).toEqual([startMs - minute, startMs]);
    isBroken = false;
    await evaluator.tick();
    expect(await evaluatedTo('churn')).toBe(startMs);
  });

  test('rules that ask the same question share one read per tick', async () => {
    const asked: string[] = [];
    const readKpi: ReadKpi = async (question) => {
      asked.push(JSON.stringify(question));
      return reading('6.00')(question);
    };
    await evaluatorOf(`${churn}${churn.replace('uid: churn', 'uid: twin')}`, readKpi).tick();
    // The value itself, and what explains it: the window before and each dimension of both.
    expect(asked).toHaveLength(8);
    expect(new Set(asked).size).toBe(8);
    expect(await kindsTold()).toEqual(['firing', 'firing']);
  });

  test('where no slice has a number yet, the total says whether they are complete', async () => {
    const asked: (string | null)[] = [];
    const readKpi = async (question: KpiQuestion): Promise<KpiAnswer[]> => {
      asked.push(question.by);
      return question.by === null ? [...(await reading('0.00')(question))] : [];
    };
    await evaluatorOf(cac, readKpi).tick();
    expect(asked).toEqual(['channel', null]);
    expect(await evaluatedTo('cac')).toBe(startMs);
  });

  test('a window that nothing can answer any more is passed over, and holds what fires', async () => {
    await evaluatorOf(churn, reading('6.00')).tick();
    nowMs = startMs + 2 * minute;
    const readKpi: ReadKpi = async (question) => {
      const [answer] = await reading('6.00', '1.00', '1.00')(question);
      return [question.window.to === startMs + minute ? { ...answer!, value: null, reason: 'not_live', completeThroughMs: null } : answer!];
    };
    await evaluatorOf(churn, readKpi).tick();
    expect((await store.history(100)).map(({ transition }) => [transition.kind, transition.windowEndMs])).toEqual([
      ['resolved', startMs + 2 * minute],
      ['firing', startMs],
    ]);
  });

  test('the firing of a rule that was removed is resolved once, with that reason', async () => {
    await evaluatorOf(churn, reading('6.00')).tick();
    await Promise.all([evaluatorOf('', reading()).closeRemovedRules(), evaluatorOf('', reading()).closeRemovedRules()]);
    await evaluatorOf('', reading()).closeRemovedRules();
    expect((await store.history(100)).map(({ transition }) => [transition.kind, transition.reason])).toEqual([
      ['resolved', 'rule_removed'],
      ['firing', null],
    ]);
    expect(await store.knownRules()).toEqual([]);
  });
});
