import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { severities, type Severity, type Verdict } from '../types.ts';
import { step, type StepRule } from './step.ts';
import { anInstance } from './test-rules.ts';

/**
 * The table of the specification as text. The oracle below runs it over the whole history that it remembers; it counts nothing on the way, as `step` does,
 * and shares no code with it.
 */
const specification = `
OK         | breach, enough           | FIRING     | firing
OK         | breach                   | PENDING    | -
OK         | any                      | OK         | -
PENDING    | breach, enough           | FIRING     | firing
PENDING    | breach                   | PENDING    | -
PENDING    | clear or band, forgotten | OK         | -
PENDING    | clear or band            | PENDING    | -
PENDING    | holding, too long        | OK         | -
PENDING    | holding                  | PENDING    | -
FIRING     | breach, graver           | FIRING     | escalated
FIRING     | breach or band, milder   | FIRING     | deescalated
FIRING     | breach or band           | FIRING     | -
FIRING     | clear, keeps firing      | RECOVERING | -
FIRING     | clear                    | OK         | resolved
FIRING     | holding                  | FIRING     | -
RECOVERING | breach, graver           | FIRING     | escalated
RECOVERING | breach or band, milder   | FIRING     | deescalated
RECOVERING | breach or band           | FIRING     | -
RECOVERING | clear, long enough       | OK         | resolved
RECOVERING | clear                    | RECOVERING | -
RECOVERING | holding                  | RECOVERING | -
`;
const rows = specification
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()) as [string, string, string, string]);

interface Heard {
  readonly verdict: Verdict;
  readonly endMs: number;
  /** Periods since the window before, as far as they count: 1 at most. */
  readonly periods: number;
}
interface OracleState {
  state: string;
  /** Index into the history at which this state began. */
  since: number;
  severity: Severity | null;
  firstBreachMs: number;
}

const everyMs = 60_000;
const isHolding = ({ kind }: Verdict) => kind === 'inconclusive' || kind === 'no_data' || kind === 'error';
const periodsOf = (heard: readonly Heard[]) => heard.reduce((sum, { periods }) => sum + periods, 0);
const gravity = (severity: Severity | null) => ['info', 'warning', 'critical'].indexOf(severity ?? '');

/** Whether the words of a row are true of the last window heard, given all before it and when the state began. */
function isTrue(words: string, heard: readonly Heard[], { at, rule }: { at: OracleState; rule: StepRule }): boolean {
  const { verdict } = heard.at(-1)!;
  const severity = 'severity' in verdict ? verdict.severity : null;
  const inState = at.state === 'OK' ? heard.slice(-1) : heard.slice(at.since);
  const lastM = inState.filter((one) => !isHolding(one.verdict)).slice(-(rule.nOfM?.m ?? 1));
  const breaches = (some: readonly Heard[]) => some.filter((one) => one.verdict.kind === 'breach');
  const heldTail = inState.slice(inState.findLastIndex((one) => !isHolding(one.verdict)) + 1);
  const patience = rule.nOfM?.m ?? rule.forMs / everyMs;
  const meanings: Record<string, () => boolean> = {
    any: () => true,
    holding: () => isHolding(verdict),
    // The first breaching window is counted: from it to the second one is the first period.
    enough: () =>
      rule.nOfM === null ? periodsOf(breaches(inState).slice(1)) * everyMs >= rule.forMs : breaches(lastM).length >= rule.nOfM.n,
    forgotten: () => rule.nOfM === null || breaches(lastM).length === 0,
    'too long': () => periodsOf(heldTail) > Math.max(patience, 1),
    graver: () => gravity(severity) > gravity(at.severity),
    milder: () => gravity(severity) < gravity(at.severity),
    'keeps firing': () => rule.keepFiringForMs > 0,
    // The window in which it began to recover is the start of the clock.
    'long enough': () => periodsOf(inState.slice(1).filter((one) => one.verdict.kind === 'clear')) * everyMs >= rule.keepFiringForMs,
  };
  return words.split(', ').every((word) => {
    const meaning = meanings[word];
    return meaning === undefined ? word.split(' or ').includes(verdict.kind) : meaning();
  });
}

function oracle(history: readonly { verdict: Verdict; gap: number }[], rule: StepRule): string[] {
  const heard: Heard[] = [];
  let at: OracleState = { state: 'OK', since: 0, severity: null, firstBreachMs: 0 };
  let endMs = 0;
  return history.map(({ verdict, gap }, index) => {
    endMs += gap * everyMs;
    heard.push({ verdict, endMs, periods: 1 });
    const [from, , to, told] = rows.find(([state, words]) => state === at.state && isTrue(words, heard, { at, rule }))!;
    const before = at;
    const isFollowing = told === 'firing' || told === 'escalated' || told === 'deescalated' || to === 'PENDING';
    const severity = isFollowing && 'severity' in verdict && verdict.kind !== 'band' ? verdict.severity : at.severity;
    at = { ...at, state: to, since: from === to ? at.since : index, severity };
    if (told === 'deescalated' && 'severity' in verdict) at.severity = verdict.severity;
    if (told === 'firing') at.firstBreachMs = firstBreach(heard.slice(from === 'OK' ? index : before.since), rule);
    return [to, told, told === '-' ? '' : at.severity, told === '-' ? '' : at.firstBreachMs].join(' ');
  });
}

/** The end of the oldest breach that the firing rests on. */
function firstBreach(heard: readonly Heard[], rule: StepRule): number {
  const said = heard.filter((one) => !isHolding(one.verdict));
  return (rule.nOfM === null ? said : said.slice(-rule.nOfM.m)).find((one) => one.verdict.kind === 'breach')!.endMs;
}

function stepped(history: readonly { verdict: Verdict; gap: number }[], rule: StepRule): string[] {
  let instance = anInstance();
  let endMs = 0;
  return history.map(({ verdict, gap }) => {
    endMs += gap * everyMs;
    const { next, transitions } = step(instance, { verdict, windowEndMs: endMs }, rule);
    instance = next;
    const told = transitions.map(({ kind, severity, episodeSinceMs }) => `${kind} ${severity} ${episodeSinceMs}`);
    return `${next.condition.state} ${told.length === 0 ? '-  ' : told.join(', ')}`;
  });
}

const severity = fc.constantFrom(...severities);
const speaking: fc.Arbitrary<Verdict> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('breach' as const), severity }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('band' as const), severity }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'clear' as const }) },
);
const holding: fc.Arbitrary<Verdict> = fc.constantFrom(
  { kind: 'inconclusive', reason: 'small_sample' },
  { kind: 'no_data' },
  { kind: 'error', reason: 'unavailable' },
);
const historyOf = (verdict: fc.Arbitrary<Verdict>, gapMax: number) =>
  fc.array(fc.record({ verdict, gap: fc.integer({ min: 1, max: gapMax }) }), { maxLength: 60 });
const windows = (max: number) => fc.integer({ min: 0, max }).map((count) => count * everyMs);
const nOfM = fc.integer({ min: 1, max: 5 }).chain((m) => fc.record({ n: fc.integer({ min: 1, max: m }), m: fc.constant(m) }));
const ruleOf = (nOfMArbitrary: fc.Arbitrary<StepRule['nOfM']>) =>
  fc.record({ everyMs: fc.constant(everyMs), forMs: windows(4), nOfM: nOfMArbitrary, keepFiringForMs: windows(3) });

describe('step against the table of the specification', () => {
  test('with `for`: the same conditions, announcements, severities and first breaches, over any history with held and missed windows', () => {
    const history = historyOf(fc.oneof({ weight: 4, arbitrary: speaking }, { weight: 1, arbitrary: holding }), 3);
    fc.assert(
      fc.property(history, ruleOf(fc.constant(null)), (verdicts, rule) => {
        expect(stepped(verdicts, rule)).toEqual(oracle(verdicts, rule));
      }),
      { numRuns: 500 },
    );
  });

  test('with n of m: the same over any history without held windows', () => {
    fc.assert(
      fc.property(historyOf(speaking, 1), ruleOf(nOfM), (verdicts, rule) => {
        expect(stepped(verdicts, rule)).toEqual(oracle(verdicts, rule));
      }),
      { numRuns: 500 },
    );
  });

  test('with n of m and held or missed windows: the same but for the first breach, which is known to be no earlier than the oracle says', () => {
    const history = historyOf(fc.oneof({ weight: 1, arbitrary: speaking }, { weight: 1, arbitrary: holding }), 3);
    const withoutSince = (line: string) => line.split(' ').slice(0, 3).join(' ');
    const sinceOf = (line: string) => Number(line.split(' ')[3]);
    fc.assert(
      fc.property(history, ruleOf(nOfM), (verdicts, rule) => {
        const [found, expected] = [stepped(verdicts, rule), oracle(verdicts, rule)];
        expect(found.map(withoutSince)).toEqual(expected.map(withoutSince));
        found.forEach((line, index) => expect(sinceOf(line)).toBeGreaterThanOrEqual(sinceOf(expected[index]!)));
      }),
      { numRuns: 500 },
    );
  });
});
