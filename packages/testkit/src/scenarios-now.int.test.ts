import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HistoryEvent, inTenant, type Scenario, toRecord } from './histories/history.ts';
import { loadScenarios } from './histories/oracle.ts';
import { askLive, askSql } from './pipeline/ask-stores.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { useServers } from './servers/use-servers.ts';

const dayMs = 86_400_000;
const suite = useServers();
/** The scenarios again, moved by whole days so that they end within the last day: then the small panes are there and live answers everything. */
const scenarios = loadScenarios()
  .filter(({ events }) => events.every(({ data }) => data['service_start'] === undefined))
  .map((scenario) => ({ tenant: scenario.name, scenario: moved(scenario, Date.now()) }));
let pipeline: Pipeline;
let liveCount = 0;
let askCount = 0;

function moved(scenario: Scenario, nowMs: number): Scenario {
  const lastMs = Math.max(...scenario.events.map(({ append_time }) => Date.parse(append_time)));
  const byMs = Math.floor((nowMs - lastMs) / dayMs) * dayMs;
  const move = (text: string): string => new Date(Date.parse(text) + byMs).toISOString();
  const moveEvent = (event: HistoryEvent): HistoryEvent => {
    const { effective_at: effective } = event.data;
    const data = typeof effective === 'string' ? { ...event.data, effective_at: move(effective) } : event.data;
    return { ...event, time: move(event.time), append_time: move(event.append_time), data };
  };
  const asks = scenario.asks.map((ask) => ({
    ...ask,
    ...(ask.from === undefined ? {} : { from: move(ask.from) }),
    ...(ask.to === undefined ? {} : { to: move(ask.to) }),
    ...(ask.at === undefined ? {} : { at: move(ask.at) }),
  }));
  return { ...scenario, events: scenario.events.map(moveEvent), asks };
}

beforeAll(async () => {
  const settings = Object.fromEntries(scenarios.map(({ tenant, scenario }) => [tenant, scenario.settings]));
  pipeline = await startPipeline(suite, { settings, timestamps: 'create_time' });
  const records = scenarios.flatMap(({ tenant, scenario }) => inTenant(scenario, tenant).events.map(toRecord));
  await pipeline.publish(records.toSorted((a, b) => a.appendTimeMs - b.appendTimeMs));
  await pipeline.untilApplied();
}, 120_000);
afterAll(() => pipeline?.close());

describe('scenarios that end today', () => {
  test.each(scenarios.map(({ tenant, scenario }) => [tenant, scenario] as const))('%s', async (tenant, scenario) => {
    const sql = await askSql(pipeline, scenario, { tenant });
    const live = await askLive(pipeline, scenario, tenant);
    for (const [index, { expected, ...ask }] of scenario.asks.entries()) {
      askCount += 1;
      expect({ ask, sql: sql[index] }).toMatchObject({ ask, sql: expected });
      if (live.answers[index] === null) continue;
      liveCount += 1;
      expect({ ask, live: live.answers[index] }).toMatchObject({ ask, live: expected });
    }
  });

  test('most windows were answered live', () => {
    expect(liveCount).toBeGreaterThan(askCount / 2);
  });
});
