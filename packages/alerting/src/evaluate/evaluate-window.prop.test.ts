import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instanceId } from '../ids.ts';
import type { Instance, Reading, Rule, RuleHealth, Transition } from '../types.ts';
import { evaluateWindow } from './evaluate-window.ts';
import { step } from './step.ts';
import { aReading, aRule, anInstance, endMs, hourMs, noData } from './test-rules.ts';
import { verdictOf } from './verdict.ts';

const slices = ['ads', 'email', 'fairs'];
/** What one window says of each slice: a value, nobody to count over, or (null) nothing at all. */
type Said = readonly (string | null)[];

const saidArbitrary: fc.Arbitrary<Said> = fc.tuple(
  ...slices.map(() =>
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom('1.00', '4.70', '5.00', '6.50', '7.00') }, fc.constantFrom('nobody', null, null)),
  ),
);
const windows = (max: number) => fc.integer({ min: 0, max }).map((count) => count * hourMs);
const ruleArbitrary: fc.Arbitrary<Rule> = fc
  .record({
    forMs: windows(2),
    nOfM: fc.option(fc.constant({ n: 2, m: 3 })),
    keepFiringForMs: windows(2),
    noData: fc.constantFrom('hold', 'ok', 'zero', 'breach critical after 1', 'breach warning after 2', 'notify after 2').map(noData),
  })
  .map((over) => aRule({ groupBy: 'channel', ...over }));

function readingsOf(said: Said, windowEndMs: number): Reading[] {
  return said.flatMap((value, index) => {
    if (value === null) return [];
    const answer = value === 'nobody' ? { value: null, reason: 'zero_denominator' as const } : { value };
    return [aReading({ windowEndMs, slice: { dimension: 'channel', value: slices[index]! }, ...answer })];
  });
}

/** The laws of the specification slice by slice, with everything that was ever seen remembered. */
function byHand(rule: Rule, history: readonly Said[]): Transition[][] {
  const seen = new Map<string, Instance>();
  return history.map((said, index) => {
    const windowEndMs = endMs + index * hourMs;
    const readings = readingsOf(said, windowEndMs);
    return slices.flatMap((channel) => {
      const reading = readings.find(({ slice }) => slice?.value === channel) ?? null;
      const before = seen.get(channel) ?? anInstance({ id: instanceId(rule.tenant, rule.uid, { channel }), labels: { channel } });
      if (reading === null && !seen.has(channel)) return [];
      const instance = { ...before, missingCount: reading === null ? before.missingCount + 1 : 0 };
      const { next, transitions } = step(instance, { ...verdictOf(rule, { reading, baseline: null, instance }), windowEndMs }, rule);
      seen.set(channel, next);
      return transitions;
    });
  });
}

function live(rule: Rule, history: readonly Said[], isStored: boolean): Transition[][] {
  let kept: { instances: readonly Instance[]; health: RuleHealth } = { instances: [], health: { state: 'HEALTHY' } };
  return history.map((said, index) => {
    const windowEndMs = endMs + index * hourMs;
    const evaluatedToMs = index === 0 ? null : windowEndMs - hourMs;
    const readings = readingsOf(said, windowEndMs);
    const { instances, health, records } = evaluateWindow({
      rule,
      ...kept,
      evaluatedToMs,
      windowEndMs,
      readings,
      baselines: null,
      backfilled: false,
    });
    kept = isStored ? (JSON.parse(JSON.stringify({ instances, health })) as typeof kept) : { instances, health };
    return records.map(({ transition }) => transition);
  });
}

describe('laws of evaluateWindow', () => {
  const histories = fc.array(saidArbitrary, { maxLength: 25 });

  test('forgetting who is in order changes nothing: the same transitions as when everybody ever seen is remembered', () => {
    fc.assert(
      fc.property(ruleArbitrary, histories, (rule, history) => {
        expect(live(rule, history, false)).toEqual(byHand(rule, history));
      }),
      { numRuns: 300 },
    );
  });

  test('a monitor that restarts after every window, from what it stored as JSON, finds the same transitions', () => {
    fc.assert(
      fc.property(ruleArbitrary, histories, (rule, history) => {
        expect(live(rule, history, true)).toEqual(live(rule, history, false));
      }),
    );
  });
});
