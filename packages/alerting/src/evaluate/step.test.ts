import { describe, expect, test } from 'vitest';
import { closeInstance, step, type StepRule } from './step.ts';
import type { Condition, Instance, Severity, Verdict } from '../types.ts';

const hour = 3_600_000;
const t0 = Date.UTC(2026, 0, 1);
const breach = (severity: Severity = 'warning'): Verdict => ({ kind: 'breach', severity });
const band = (severity: Severity = 'warning'): Verdict => ({ kind: 'band', severity });
const clear: Verdict = { kind: 'clear' };
const inconclusive: Verdict = { kind: 'inconclusive', reason: 'late_data' };
const noData: Verdict = { kind: 'no_data' };
const error: Verdict = { kind: 'error', reason: 'unavailable' };
const holding = [inconclusive, noData, error];

const rule = (forWindows = 0, keepWindows = 0): StepRule => ({
  everyMs: hour,
  forMs: forWindows * hour,
  keepFiringForMs: keepWindows * hour,
});

/** Runs verdicts window by window and tells each state, with what was announced behind it. */
function run(verdicts: readonly Verdict[], by: StepRule, everyMs = hour): string[] {
  let instance: Instance = { id: 'i', labels: {}, condition: { state: 'OK' }, evaluatedToMs: null };
  return verdicts.map((verdict, index) => {
    const { next, transitions } = step(instance, { verdict, windowEndMs: t0 + index * everyMs }, by);
    instance = next;
    return [next.condition.state, ...transitions.map(({ kind, severity }) => `${kind} ${severity}`)].join(' ');
  });
}

// Each row is a row of the table of the specification, in its order.
const table: readonly [string, StepRule, readonly Verdict[], readonly string[]][] = [
  ['OK, breach, for = 0: fires a new episode', rule(), [breach()], ['FIRING firing warning']],
  ['OK, breach, for > 0: pending, nobody is told', rule(1), [breach()], ['PENDING']],
  ['PENDING, breach, for reached: fires', rule(1), [breach(), breach()], ['PENDING', 'FIRING firing warning']],
  ['PENDING, breach, for not reached: stays', rule(2), [breach(), breach()], ['PENDING', 'PENDING']],
  ['PENDING, clear: OK, since when is forgotten', rule(1), [breach(), clear, breach()], ['PENDING', 'OK', 'PENDING']],
  ['PENDING, band: OK', rule(1), [breach(), band(), breach()], ['PENDING', 'OK', 'PENDING']],
  ...holding.map((held) => {
    const row: (typeof table)[number] = [
      `PENDING, ${held.kind}: the clock pauses and goes on`,
      rule(2),
      [breach(), held, breach(), breach()],
      ['PENDING', 'PENDING', 'PENDING', 'FIRING firing warning'],
    ];
    return row;
  }),
  [
    'PENDING, held for longer than for: OK',
    rule(2),
    [breach(), noData, noData, noData, breach()],
    ['PENDING', 'PENDING', 'PENDING', 'OK', 'PENDING'],
  ],
  ['FIRING, a graver breach: escalated', rule(), [breach(), breach('critical')], ['FIRING firing warning', 'FIRING escalated critical']],
  [
    'FIRING, a milder breach: deescalated',
    rule(),
    [breach('critical'), breach()],
    ['FIRING firing critical', 'FIRING deescalated warning'],
  ],
  [
    'FIRING, the band of a milder severity: deescalated',
    rule(),
    [breach('critical'), band()],
    ['FIRING firing critical', 'FIRING deescalated warning'],
  ],
  ['FIRING, the band of a graver severity: nothing', rule(), [breach(), band('critical')], ['FIRING firing warning', 'FIRING']],
  ['FIRING, same breach, then band: nothing is said', rule(), [breach(), breach(), band()], ['FIRING firing warning', 'FIRING', 'FIRING']],
  ['FIRING, clear, keep_firing_for = 0: resolved', rule(), [breach(), clear], ['FIRING firing warning', 'OK resolved warning']],
  ['FIRING, clear, keep_firing_for > 0: recovering', rule(0, 1), [breach(), clear], ['FIRING firing warning', 'RECOVERING']],
  [
    'RECOVERING, breach: firing again, same episode, nothing is said',
    rule(0, 2),
    [breach(), clear, breach()],
    ['FIRING firing warning', 'RECOVERING', 'FIRING'],
  ],
  ['RECOVERING, band: firing again', rule(0, 2), [breach(), clear, band()], ['FIRING firing warning', 'RECOVERING', 'FIRING']],
  [
    'RECOVERING, a graver breach: escalated',
    rule(0, 2),
    [breach(), clear, breach('critical')],
    ['FIRING firing warning', 'RECOVERING', 'FIRING escalated critical'],
  ],
  [
    'RECOVERING, clear long enough: resolved',
    rule(0, 1),
    [breach(), clear, clear],
    ['FIRING firing warning', 'RECOVERING', 'OK resolved warning'],
  ],
  [
    'RECOVERING, clear, not long enough: stays',
    rule(0, 2),
    [breach(), clear, clear],
    ['FIRING firing warning', 'RECOVERING', 'RECOVERING'],
  ],
  ...holding.flatMap((held) => {
    const rows: (typeof table)[number][] = [
      [`FIRING, ${held.kind}: held`, rule(), [breach(), held, held], ['FIRING firing warning', 'FIRING', 'FIRING']],
      [
        `RECOVERING, ${held.kind}: held, the clock pauses`,
        rule(0, 1),
        [breach(), clear, held, clear],
        ['FIRING firing warning', 'RECOVERING', 'RECOVERING', 'OK resolved warning'],
      ],
      [`OK, ${held.kind}: nothing`, rule(), [held], ['OK']],
    ];
    return rows;
  }),
  ['OK, clear and band: nothing', rule(), [clear, band()], ['OK', 'OK']],
  [
    'PENDING, breach of another severity: fires with the last one',
    rule(1),
    [breach(), breach('critical')],
    ['PENDING', 'FIRING firing critical'],
  ],
];

describe('step', () => {
  test.each(table.map(([name, by, verdicts, expected]) => ({ name, by, verdicts, expected })))('$name', ({ by, verdicts, expected }) => {
    expect(run(verdicts, by)).toEqual(expected);
  });

  test('windows that nobody judged do not count towards for', () => {
    expect(run([breach(), breach(), breach()], rule(2), 100 * hour)).toEqual(['PENDING', 'PENDING', 'FIRING firing warning']);
  });

  test('a second firing is a new episode with new ids, a recovery that fails is not', () => {
    let instance: Instance = { id: 'i', labels: {}, condition: { state: 'OK' }, evaluatedToMs: null };
    const ids = [breach(), clear, breach(), clear, clear, breach()].flatMap((verdict, index) => {
      const { next, transitions } = step(instance, { verdict, windowEndMs: t0 + index * hour }, rule(0, 1));
      instance = next;
      return transitions.map(({ kind, episode, sequence, id }) => ({ kind, episode, sequence, id }));
    });
    expect(ids.map(({ kind, sequence }) => `${kind} ${sequence}`)).toEqual(['firing 0', 'resolved 1', 'firing 0']);
    expect(ids[0]!.episode).toBe(ids[1]!.episode);
    expect(ids[2]!.episode).not.toBe(ids[0]!.episode);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
  });

  test('a window that was judged already is refused', () => {
    const instance: Instance = { id: 'i', labels: {}, condition: { state: 'OK' }, evaluatedToMs: t0 };
    expect(() => step(instance, { verdict: clear, windowEndMs: t0 }, rule())).toThrow('Judge windows in order');
  });
});

describe('closeInstance', () => {
  const episode = { id: 'e', startedMs: t0, transitionCount: 1 };
  const conditions: readonly [Condition, readonly string[]][] = [
    [{ state: 'OK' }, []],
    [{ state: 'PENDING', severity: 'warning', sinceMs: t0, elapsedMs: 0, heldMs: 0 }, []],
    [{ state: 'FIRING', severity: 'warning', episode }, ['resolved rule_removed']],
    [{ state: 'RECOVERING', severity: 'warning', episode, sinceMs: t0, elapsedMs: 0 }, ['resolved rule_removed']],
  ];
  test.each(conditions)('from %j: announced only where a firing was', (condition, expected) => {
    const { next, transitions } = closeInstance({ id: 'i', labels: {}, condition, evaluatedToMs: t0 });
    expect(next.condition).toEqual({ state: 'OK' });
    expect(transitions.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(expected);
  });
});
