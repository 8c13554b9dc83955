/**
 * What the first version of the monitor (commit 7addf55) left in a Redis, written by its own code: churn fires and was told, then escalated and the word of
 * that was given up; CAC of paid search fires and its word waits; CAC of email is pending.
 */
import { readFileSync } from 'node:fs';
import { parseRules } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import type { AlertStore } from '@vigie/redis';
import { createLogger, createMetrics } from '@vigie/runtime';
import { expect, test } from 'vitest';
import { LaneAnnouncer } from '../announce/announce-lanes.ts';
import { readdress } from '../announce/readdress.ts';
import { RuleEvaluator } from '../evaluate/evaluate-rules.ts';
import { createMonitorMetrics } from '../metrics.ts';
import { scriptedAnswer } from '../proof/script.ts';
import { useAlertState } from './alert-state.fixture.ts';

const left = JSON.parse(readFileSync(new URL('./first-version.fixture.json', import.meta.url), 'utf8')) as Record<string, object>;
const minute = 60_000;
const lastJudgedMs = Date.UTC(2026, 10, 22, 10, 2);
const parsed = parseRules(
  `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    severity: { warning: { at_or_above: 5, recover_below: 4.5 }, critical: { at_or_above: 8 } }
    labels: { team: growth }
  - uid: cac
    kpi: cac_by_channel
    group_by: [channel]
    window: { size: 7d, every: 1m }
    for: 2m
    severity: { warning: { at_or_above: 100 } }
routes: { default: { channels: [desk], group_wait: 0s, group_interval: 1s } }
channels: { desk: { type: webhook, url: 'https://hooks.example/vigie', secret_env: DESK_SECRET } }
`,
  kpiDefs,
);
const state = useAlertState();

function monitorOf(store: AlertStore, at: { nowMs: number; value: string }) {
  const logger = createLogger({ name: 'test', level: 'silent' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { ruleSet } = parsed;
  const common = {
    ...{ ruleSet: () => ruleSet, store, clock: () => at.nowMs, fault: () => {}, logger },
    metrics: createMonitorMetrics(createMetrics({ processMetrics: false })),
  };
  const slices = ['paid_search', 'email'].map((value) => ({ dimension: 'channel', value }) as const);
  const evaluator = new RuleEvaluator({
    ...{ ...common, readSignal: async () => [], zoneOf: () => 'UTC' },
    readKpi: async ({ kpi, window }) => {
      const answer = { ...scriptedAnswer({ startMs: window.to - minute, nowMs: at.nowMs, values: [at.value] }, window), kpi };
      return kpi === 'cac_by_channel' ? slices.map((slice) => ({ ...answer, unit: 'currency' as const, slice })) : [answer];
    },
  });
  const announcer = new LaneAnnouncer(common);
  const tell = async (): Promise<string[]> => {
    announcer.wake();
    await announcer.tick();
    const texts: string[] = [];
    for (let queues = 1; queues > 0;) {
      const claimed = await store.claim({ nowMs: at.nowMs, leaseMs: 1, countMax: 9 });
      queues = claimed.length;
      for (const one of claimed) {
        texts.push(one.notification.text);
        await store.settle(one, { kind: 'sent', nowMs: at.nowMs });
      }
    }
    return texts;
  };
  return { evaluator, readdress: () => readdress(common), tell };
}

test('goes on under this version: what fires is known by record, told where it is to be told, and its end arrives', async () => {
  await state.write(left);
  const store = state.store();
  expect(await state.start(store)).toBe('kept');
  const history = await store.history(10);
  expect(history.map(({ transition, judged, limit }) => [transition.kind, judged, limit?.limit])).toEqual([
    ['firing', '140.00', '100'],
    ['escalated', '9.00', '8'],
    ['firing', '6.00', '5'],
  ]);
  const firing = (await Promise.all((await store.knownRules()).map((rule) => store.load(rule)))).flatMap(({ instances }) =>
    instances.flatMap(({ condition }) => (condition.state === 'FIRING' ? [condition.episode] : [])),
  );
  // The last record of each, as the instance counts them.
  for (const { id, transitionCount } of firing) {
    expect(history.find(({ transition }) => transition.episode === id)?.transition.sequence).toBe(transitionCount - 1);
  }
  expect(firing).toHaveLength(2);

  const at = { nowMs: lastJudgedMs + 30_000, value: '1.00' };
  const monitor = monitorOf(store, at);
  expect(await monitor.readdress()).toBe(true);
  const told = (await monitor.tell()).join('\n');
  expect(told).toContain('9.00%');
  expect(told).toContain('paid_search');
  at.nowMs += minute;
  await monitor.evaluator.tick();
  const ends = (await monitor.tell()).join('\n');
  expect(ends).toMatch(/RESOLVED.*churn/);
  expect(ends).toMatch(/RESOLVED.*paid_search/);
  expect((await store.history(2)).map(({ transition }) => transition.kind)).toEqual(['resolved', 'resolved']);
});
