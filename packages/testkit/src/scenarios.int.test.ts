import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTenant, toRecord } from './histories/history.ts';
import { loadScenarios } from './histories/oracle.ts';
import { askLive, askSql } from './pipeline/ask-stores.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
/** Each scenario is a tenant of its own, so that all of them run through one pipeline. */
const scenarios = loadScenarios().map((scenario) => ({ tenant: scenario.name, scenario }));
let pipeline: Pipeline;
let liveCount = 0;

beforeAll(async () => {
  const settings = Object.fromEntries(scenarios.map(({ tenant, scenario }) => [tenant, scenario.settings]));
  pipeline = await startPipeline(suite, { settings, timestamps: 'create_time' });
  const records = scenarios.flatMap(({ tenant, scenario }) => inTenant(scenario, tenant).events.map(toRecord));
  // Append times are monotone per partition, and scenarios share partitions: together they arrive in the order of their append times.
  await pipeline.publish(records.toSorted((a, b) => a.appendTimeMs - b.appendTimeMs));
  await pipeline.untilApplied();
}, 120_000);
afterAll(() => pipeline?.close());

describe('the pipeline on real servers', () => {
  test.each(scenarios.map(({ tenant, scenario }) => [tenant, scenario] as const))(
    'SQL and live say what is expected of %s',
    async (tenant, scenario) => {
      const sql = await askSql(pipeline, scenario, { tenant });
      const live = await askLive(pipeline, scenario, tenant);
      for (const [index, { expected, ...ask }] of scenario.asks.entries()) {
        expect({ ask, sql: sql[index] }).toMatchObject({ ask, sql: expected });
        const found = live.answers[index]!;
        // Small panes of the past are no longer kept: then SQL alone knows.
        if (found === null) continue;
        liveCount += 1;
        expect({ ask, live: found }).toMatchObject({ ask, live: expected });
      }
    },
  );

  test('enough windows lay on panes that are still kept', () => {
    expect(liveCount).toBeGreaterThan(60);
  });
});
