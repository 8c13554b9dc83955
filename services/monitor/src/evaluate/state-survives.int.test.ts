/** What changes around a rule, in each state of its instance: the rules, the clock, the source. */
import { parseRules, type RuleSet } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore, type AlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createMonitorMetrics } from '../metrics.ts';
import { scriptedAnswer } from '../proof/script.ts';
import { signalReading } from '../signals/signal-reading.ts';
import { RuleEvaluator } from './evaluate-rules.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
afterAll(() => redis.disconnect());

const minute = 60_000;
const startMs = Date.UTC(2026, 10, 22, 10);
const uid = { tenant: 'default', uid: 'churn' };
const rulesText = (limits: string, more = ''): string => `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    for: 2 windows
    keep_firing_for: 2 windows
    severity: ${limits}${more}
`;
const warning = '{ warning: { at_or_above: 5, recover_below: 4.5 } }';
function parse(text: string): RuleSet {
  const parsed = parseRules(text, kpiDefs);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleSet;
}

let store: AlertStore;
let runCount = 0;
let nowMs = startMs;
let ruleSet: RuleSet;
let values: string[] = [];
let evaluator: RuleEvaluator;
let failure: string | null = null;
let lagSeconds = '0';

beforeEach(async () => {
  runCount += 1;
  store = createAlertStore(redis, `${suite.redisPrefix}-survives-${runCount}`);
  await store.begin('test');
  [nowMs, values, failure, ruleSet] = [startMs, [], null, parse(rulesText(warning))];
  evaluator = new RuleEvaluator({
    ruleSet: () => ruleSet,
    store,
    readKpi: async ({ window }) => {
      if (failure !== null) throw new Error(failure);
      return [scriptedAnswer({ startMs: startMs - minute, nowMs, values }, window)];
    },
    readSignal: async (question) => [signalReading(question, nowMs, { value: lagSeconds, unit: 'seconds', slice: null })],
    zoneOf: () => 'UTC',
    clock: () => nowMs,
    fault: () => {},
    logger,
    metrics: createMonitorMetrics(createMetrics({ processMetrics: false })),
  });
});

/** Judges windows with these values, one after the other. */
async function judge(...more: string[]): Promise<void> {
  for (const value of more) {
    values.push(value);
    nowMs = startMs + (values.length - 1) * minute;
    await evaluator.tick();
  }
}
const stateNow = async () => (await store.load(uid)).instances[0]?.condition.state ?? 'OK';
const kinds = async () => (await store.history(100)).map(({ transition }) => transition.kind).toReversed();

/** How to get into each state, and what follows from two more breaching windows and then three calm ones. */
const states = [
  ['OK', ['1.00'], ['firing', 'resolved']],
  ['PENDING', ['1.00', '6.00'], ['firing', 'resolved']],
  ['FIRING', ['1.00', '6.00', '6.00'], ['firing', 'resolved']],
  ['RECOVERING', ['1.00', '6.00', '6.00', '1.00'], ['firing', 'resolved']],
] as const;

describe('a reload in each state', () => {
  test.each(states)('%s: what only says it differently keeps the state', async (state, path, expected) => {
    await judge(...path);
    expect(await stateNow()).toBe(state);
    ruleSet = parse(rulesText(warning, "\n    name: Another name\n    labels: { team: growth }\n    summary: 'now {{ value }}'"));
    evaluator.forget();
    await evaluator.closeRemovedRules();
    expect(await stateNow()).toBe(state);
    await judge('6.00', '6.00', '1.00', '1.00', '1.00');
    expect(await kinds()).toEqual(expected);
    const names = new Set((await store.history(100)).map(({ rule }) => rule.name));
    expect(names).toContain('Another name');
  });

  test.each(states)('%s: a higher limit is judged from the next window on', async (state, path) => {
    await judge(...path);
    ruleSet = parse(rulesText('{ warning: { at_or_above: 9, recover_below: 8 } }'));
    evaluator.forget();
    await judge('6.00', '6.00', '6.00', '6.00');
    expect(await stateNow()).toBe('OK');
    expect(await kinds()).toEqual(state === 'FIRING' || state === 'RECOVERING' ? ['firing', 'resolved'] : []);
  });

  test.each(states)('%s: a rule that is removed ends what fired, once, with that reason', async (state, path) => {
    await judge(...path);
    ruleSet = { ...ruleSet, rules: [] };
    expect(await evaluator.closeRemovedRules()).toBe(true);
    expect(await evaluator.closeRemovedRules()).toBe(true);
    const [last] = await store.history(1);
    expect(last?.transition.reason ?? null).toBe(state === 'FIRING' || state === 'RECOVERING' ? 'rule_removed' : null);
    expect(await store.knownRules()).toEqual([]);
  });
});

describe('a clock that is set back', () => {
  test.each(states)('%s: decides nothing again and loses nothing: event time does not care', async (state, path, expected) => {
    await judge(...path);
    const before = await store.load(uid);
    nowMs -= 3 * 3_600_000;
    await evaluator.tick();
    expect(await store.load(uid)).toEqual(before);
    await judge('6.00', '6.00', '1.00', '1.00', '1.00');
    expect(await kinds()).toEqual(expected);
    expect(new Set((await store.history(100)).map(({ transition }) => transition.windowEndMs)).size).toBe(expected.length);
    expect(state).toBe(before.instances[0]?.condition.state ?? 'OK');
  });
});

describe('a clock that was ahead for a moment', () => {
  test('does not keep the alarms of the pipeline from being judged until it is reached again', async () => {
    ruleSet = parse('version: 1\nrules: [{ uid: lag, signal: completeness_lag, severity: { critical: { at_or_above: 100 } } }]\n');
    evaluator.forget();
    lagSeconds = '5';
    nowMs = startMs + 24 * 3_600_000;
    await evaluator.tick();
    nowMs = startMs;
    lagSeconds = '9999';
    for (let tick = 0; tick < 3; tick++, nowMs += minute) await evaluator.tick();
    expect(await kinds()).toEqual(['firing']);
  });
});

describe('a source that fails', () => {
  test.each(states)('%s: changes the health of the rule and no condition, and windows wait', async (state, path, expected) => {
    await judge(...path);
    failure = 'no connection';
    nowMs += minute;
    await evaluator.tick();
    const failing = await store.load(uid);
    expect(failing.health).toMatchObject({ state: 'ERROR', reason: 'no connection' });
    expect(failing.instances[0]?.condition.state ?? 'OK').toBe(state);
    // The same failure again is nothing new to write down.
    await evaluator.tick();
    expect((await store.load(uid)).revision).toBe(failing.revision);
    failure = null;
    await judge('6.00', '6.00', '1.00', '1.00', '1.00');
    expect((await store.load(uid)).health).toEqual({ state: 'HEALTHY' });
    expect(await kinds()).toEqual(expected);
  });

  test('for ten minutes on end makes the rule BROKEN, which its owner is told by rule_broken', async () => {
    await judge('1.00');
    failure = 'no such table';
    await evaluator.tick();
    nowMs += minute;
    await evaluator.tick();
    nowMs += 11 * minute;
    await evaluator.tick();
    expect((await store.load(uid)).health).toMatchObject({ state: 'BROKEN', reason: 'no such table' });
  });
});
