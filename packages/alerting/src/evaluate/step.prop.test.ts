import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { severities, type Condition, type Instance, type Transition, type Verdict } from '../types.ts';
import { step, type StepRule } from './step.ts';
import { anInstance } from './test-rules.ts';

const everyMs = 60_000;
const severity = fc.constantFrom(...severities);
const verdictArbitrary: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('breach' as const), severity }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('band' as const), severity }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'clear' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'inconclusive' as const, reason: 'small_sample' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'no_data' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'error' as const, reason: 'unavailable' }) },
);
const historyArbitrary = fc.array(fc.record({ verdict: verdictArbitrary, gap: fc.integer({ min: 1, max: 3 }) }), { maxLength: 40 });
const ruleArbitrary: fc.Arbitrary<StepRule> = fc.record({
  everyMs: fc.constant(everyMs),
  forMs: fc.integer({ min: 0, max: 4 }).map((windows) => windows * everyMs),
  nOfM: fc.option(
    fc.integer({ min: 1, max: 5 }).chain((m) => fc.record({ n: fc.integer({ min: 1, max: m }), m: fc.constant(m) })),
    { nil: null },
  ),
  keepFiringForMs: fc.integer({ min: 0, max: 3 }).map((windows) => windows * everyMs),
});
type History = readonly { readonly verdict: Verdict; readonly gap: number }[];
interface Seen {
  readonly before: Condition;
  readonly verdict: Verdict;
  readonly transitions: readonly Transition[];
}

function play(history: History, rule: StepRule, from: Instance = anInstance()): { seen: Seen[]; end: Instance } {
  let instance = from;
  const seen = history.map(({ verdict, gap }) => {
    const before = instance.condition;
    const { next, transitions } = step(instance, { verdict, windowEndMs: (instance.evaluatedToMs ?? 0) + gap * everyMs }, rule);
    instance = next;
    return { before, verdict, transitions };
  });
  return { seen, end: instance };
}
const transitionsOf = (seen: readonly Seen[]) => seen.flatMap(({ transitions }) => transitions);

describe('laws of step', () => {
  test('replayed in any split, through storage as JSON, a history gives the same transitions', () => {
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, fc.nat(40), (history, rule, cut) => {
        const whole = play(history, rule);
        const head = play(history.slice(0, cut), rule);
        const restored: Instance = JSON.parse(JSON.stringify(head.end));
        const tail = play(history.slice(cut), rule, restored);
        expect([...transitionsOf(head.seen), ...transitionsOf(tail.seen)]).toEqual(transitionsOf(whole.seen));
        expect(tail.end).toEqual(whole.end);
      }),
    );
  });

  test('every episode is one firing, then changes of severity, then at most one resolve, numbered without gaps, every id once', () => {
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, (history, rule) => {
        const transitions = transitionsOf(play(history, rule).seen);
        const byEpisode = Map.groupBy(transitions, ({ episode }) => episode);
        for (const episode of byEpisode.values()) {
          expect(episode.map(({ sequence }) => sequence)).toEqual(episode.map((_, index) => index));
          expect(episode.map(({ kind }) => kind).join(' ')).toMatch(/^firing( (escalated|deescalated))*( resolved)?$/);
        }
        expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
      }),
    );
  });

  test('at most one transition per window, and only from a verdict that says something', () => {
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, (history, rule) => {
        for (const { verdict, transitions } of play(history, rule).seen) {
          expect(transitions.length).toBeLessThanOrEqual(['breach', 'band', 'clear'].includes(verdict.kind) ? 1 : 0);
        }
      }),
    );
  });

  test('hysteresis never fires from OK or PENDING inside the band, and the band never resolves or escalates', () => {
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, (history, rule) => {
        for (const { before, verdict, transitions } of play(history, rule).seen) {
          if (verdict.kind !== 'band') continue;
          for (const { kind } of transitions) {
            expect(kind).toBe('deescalated');
            expect(['FIRING', 'RECOVERING']).toContain(before.state);
          }
        }
      }),
    );
  });

  test('nothing fires before enough breaching windows, counted apart from the code: no clear or band among them', () => {
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, (history, rule) => {
        let breaching = 0;
        for (const { before, verdict, transitions } of play(history, { ...rule, nOfM: null }).seen) {
          if (verdict.kind === 'clear' || verdict.kind === 'band' || before.state === 'FIRING' || before.state === 'RECOVERING')
            breaching = 0;
          if (verdict.kind === 'breach') breaching += 1;
          const needed = transitions.some(({ kind }) => kind === 'firing') ? rule.forMs / everyMs + 1 : 0;
          expect(breaching).toBeGreaterThanOrEqual(needed);
        }
      }),
    );
  });

  test('nothing fires before n of the last m windows that said something breached, counted apart from the code', () => {
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, (history, rule) => {
        const { n, m } = rule.nOfM ?? { n: 1, m: 1 };
        const said: boolean[] = [];
        for (const { verdict, transitions } of play(history, { ...rule, nOfM: { n, m } }).seen) {
          if (['breach', 'band', 'clear'].includes(verdict.kind)) said.push(verdict.kind === 'breach');
          if (!transitions.some(({ kind }) => kind === 'firing')) continue;
          expect(said.slice(-m).filter(Boolean).length).toBeGreaterThanOrEqual(n);
        }
      }),
    );
  });

  test('nothing resolves on a verdict that only holds, however long it lasts', () => {
    const holding = verdictArbitrary.filter(({ kind }) => ['inconclusive', 'no_data', 'error'].includes(kind));
    fc.assert(
      fc.property(historyArbitrary, ruleArbitrary, fc.array(holding, { maxLength: 30 }), (history, rule, held) => {
        const { end } = play(history, rule);
        const after = play(
          held.map((verdict) => ({ verdict, gap: 1 })),
          rule,
          end,
        );
        expect(transitionsOf(after.seen)).toEqual([]);
        if (end.condition.state === 'FIRING' || end.condition.state === 'RECOVERING') expect(after.end.condition).toEqual(end.condition);
      }),
    );
  });
});
