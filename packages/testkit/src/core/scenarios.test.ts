import { describe, expect, test } from 'vitest';
import { loadScenarios } from '../histories/oracle.ts';
import { answersOfCore } from './answer-asks.ts';
import { runCore, toSettings } from './run-core.ts';

const scenarios = loadScenarios();

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
  const settings = toSettings(scenario.settings);
  const lastAppendMs = Math.max(...scenario.events.map((event) => Date.parse(event.append_time)));

  test.each([1, 2, 100])('facts and cells give what is expected, in batches of %i', (batchSize) => {
    const run = runCore(scenario, { batchSize, keepAllPanes: true });
    const answers = answersOfCore(run, { asks: scenario.asks, settings, tenant: 'default', nowMs: 0 });
    for (const [index, { expected, ...ask }] of scenario.asks.entries()) {
      const { fromFacts, fromCells } = answers[index]!;
      expect({ ask, fromFacts }).toMatchObject({ ask, fromFacts: expected });
      if (ask.measure === 'dead_letters') continue;
      expect({ ask, fromCells }).toMatchObject({ ask, fromCells: expected });
    }
  });

  test('panes that are no longer kept are not read as if they were', () => {
    const run = runCore(scenario);
    for (const [index, { fromCells }] of answersOfCore(run, {
      asks: scenario.asks,
      settings,
      tenant: 'default',
      nowMs: lastAppendMs,
    }).entries()) {
      const { expected, ...ask } = scenario.asks[index]!;
      if (fromCells !== null) expect({ ask, fromCells }).toMatchObject({ ask, fromCells: expected });
    }
  });
});

test('the vector of 100 days reads panes that are just still kept', () => {
  const scenario = scenarios.find(({ name }) => name === 'quarter-floor-at-100-days')!;
  const nowMs = Math.max(...scenario.events.map((event) => Date.parse(event.append_time)));
  const answers = answersOfCore(runCore(scenario), {
    asks: scenario.asks,
    settings: toSettings(scenario.settings),
    tenant: 'default',
    nowMs,
  });
  expect(answers.map(({ fromCells }) => fromCells)).toEqual(scenario.asks.map(({ expected }) => expected));
});
