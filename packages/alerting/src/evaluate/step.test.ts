import { describe, expect, test } from 'vitest';
import { closeInstance, step, type StepRule } from './step.ts';
import type { Condition, Instance, Severity, Verdict } from '../types.ts';
import { anInstance } from './test-rules.ts';

const hour = 3_600_000;
const t0 = Date.UTC(2026, 0, 1);
const breach = (severity: Severity = 'warning'): Verdict => ({ kind: 'breach', severity });
const band = (severity: Severity = 'warning'): Verdict => ({ kind: 'band', severity });
const clear: Verdict = { kind: 'clear' };
const inconclusive: Verdict = { kind: 'inconclusive', reason: 'late_data' };
const noData: Verdict = { kind: 'no_data' };
const error: Verdict = { kind: 'error', reason: 'unavailable' };
const holding = [inconclusive, noData, error];

const rule = (forWindows = 0, keepWindows = 0, nOfM: StepRule['nOfM'] = null): StepRule => ({
  everyMs: hour,
  forMs: forWindows * hour,
  nOfM,
  keepFiringForMs: keepWindows * hour,
});
const of = (n: number, m: number) => rule(0, 0, { n, m });

/** Runs verdicts window by window and tells each state, with what was announced behind it. */
function run(verdicts: readonly Verdict[], by: StepRule, everyMs = hour): string[] {
  let instance: Instance = anInstance();
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
  [
    'PENDING, held, breach, held again: each time anew',
    rule(3),
    [breach(), noData, noData, breach(), noData, noData],
    ['PENDING', 'PENDING', 'PENDING', 'PENDING', 'PENDING', 'PENDING'],
  ],
  ...[breach(), clear].map((between): (typeof table)[number] => [
    `PENDING, n of m, held, ${between.kind}, held again: each time anew`,
    of(3, 3),
    [breach(), noData, noData, between, noData, noData],
    ['PENDING', 'PENDING', 'PENDING', 'PENDING', 'PENDING', 'PENDING'],
  ]),
  [
    'PENDING, for shorter than a window: one held window is not too long, two are',
    { ...rule(), forMs: hour / 2 },
    [breach(), noData, noData],
    ['PENDING', 'PENDING', 'OK'],
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
  ['OK, breach, 1 of m: fires at once', of(1, 3), [breach()], ['FIRING firing warning']],
  ['OK, breach, n of m: pending', of(2, 3), [breach()], ['PENDING']],
  ['PENDING, breach, n of m met: fires', of(2, 3), [breach(), clear, breach()], ['PENDING', 'PENDING', 'FIRING firing warning']],
  [
    'PENDING, breach, n of m not met, since one is longer ago than m: stays',
    of(2, 3),
    [breach(), clear, clear, breach(), clear, breach()],
    ['PENDING', 'PENDING', 'PENDING', 'PENDING', 'PENDING', 'FIRING firing warning'],
  ],
  [
    'PENDING, clear and band, none of the last m breached: OK',
    of(2, 3),
    [breach(), clear, band(), clear],
    ['PENDING', 'PENDING', 'PENDING', 'OK'],
  ],
  [
    'PENDING, n of m, a held window is none of the m',
    of(2, 2),
    [breach(), inconclusive, breach()],
    ['PENDING', 'PENDING', 'FIRING firing warning'],
  ],
  [
    'PENDING, n of m, held for longer than m windows: OK',
    of(2, 2),
    [breach(), error, error, error],
    ['PENDING', 'PENDING', 'PENDING', 'OK'],
  ],
  ['FIRING, n of m, clear: resolved', of(2, 3), [breach(), breach(), clear], ['PENDING', 'FIRING firing warning', 'OK resolved warning']],
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
    let instance: Instance = anInstance();
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

  const episodes: readonly [string, StepRule, readonly Verdict[], since: number, started: number][] = [
    ['for', rule(2), [clear, breach(), noData, breach(), breach()], 1, 4],
    ['for, begun anew', rule(1), [breach(), clear, breach(), breach()], 2, 3],
    ['no wait', rule(), [clear, breach()], 1, 1],
    ['n of m', of(2, 3), [breach(), clear, breach()], 0, 2],
    ['n of m, the first breach slid out', of(3, 4), [breach(), clear, clear, breach(), breach(), clear, breach()], 3, 6],
  ];
  test.each(episodes)(
    'an episode knows its first breaching window and the one in which it fired: %s',
    (_, by, ...[verdicts, since, started]) => {
      let instance = anInstance();
      const transitions = [...verdicts, clear].flatMap((verdict, index) => {
        const result = step(instance, { verdict, windowEndMs: t0 + index * hour }, by);
        instance = result.next;
        return result.transitions;
      });
      expect(transitions.map(({ kind, episodeSinceMs, episodeStartedMs }) => [kind, episodeSinceMs, episodeStartedMs])).toEqual(
        ['firing', 'resolved'].map((kind) => [kind, t0 + since * hour, t0 + started * hour]),
      );
    },
  );

  test.each([
    ['for becomes n of m', rule(3), of(2, 2)],
    ['n of m becomes for', of(3, 3), rule(1)],
  ])('what is pending goes on when the rule changes: %s', (_, before, after) => {
    const pending = step(anInstance(), { verdict: breach(), windowEndMs: t0 }, before).next;
    const first = step(pending, { verdict: breach(), windowEndMs: t0 + hour }, after);
    const second = step(first.next, { verdict: breach(), windowEndMs: t0 + 2 * hour }, after);
    const fired = [...first.transitions, ...second.transitions];
    expect(fired.map(({ kind, episodeSinceMs }) => [kind, episodeSinceMs])).toEqual([['firing', t0]]);
  });

  test('what the monitor keeps with an instance is left alone', () => {
    const lanes = [{ id: 'l', channel: 'log', route: 'default', group: {} }];
    const { next } = step(anInstance({ lanes, missingCount: 7 }), { verdict: breach(), windowEndMs: t0 }, rule());
    expect(next).toMatchObject({ lanes, missingCount: 7 });
  });

  test('a window that was judged already is refused', () => {
    const instance = anInstance({ evaluatedToMs: t0 });
    expect(() => step(instance, { verdict: clear, windowEndMs: t0 }, rule())).toThrow('Judge windows in order');
  });
});

describe('closeInstance', () => {
  const episode = { id: 'e', sinceMs: t0, startedMs: t0, transitionCount: 1 };
  const conditions: readonly [Condition, readonly string[]][] = [
    [{ state: 'OK' }, []],
    [{ state: 'PENDING', severity: 'warning', sinceMs: t0, elapsedMs: 0, heldMs: 0, recent: [] }, []],
    [{ state: 'FIRING', severity: 'warning', episode }, ['resolved rule_removed']],
    [{ state: 'RECOVERING', severity: 'warning', episode, sinceMs: t0, elapsedMs: 0 }, ['resolved rule_removed']],
  ];
  test.each(conditions)('from %j: announced only where a firing was', (condition, expected) => {
    const { next, transitions } = closeInstance(anInstance({ condition, evaluatedToMs: t0 }));
    expect(next.condition).toEqual({ state: 'OK' });
    expect(transitions.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(expected);
  });
});
