import { limitsFor } from '../../evaluate/alert-record.ts';
import type { Rule } from '../../types.ts';
import type { CaseRun, CaseStep } from './run-case.ts';

/** One thing about a rule that a case can exercise. */
export interface CoverageItem {
  readonly rule: string;
  readonly kind: 'limit' | 'recovery' | 'override' | 'state' | 'condition';
  readonly text: string;
  readonly isCovered: boolean;
}

const firing = new Set(['FIRING', 'RECOVERING']);
const silent = new Set(['inconclusive', 'no_data', 'error']);

/** Moves of the state machine, each with the rules that can make it. */
const moves: readonly { readonly text: string; readonly applies: (rule: Rule) => boolean; readonly made: (step: CaseStep) => boolean }[] = [
  {
    text: 'ok -> firing at once',
    applies: (rule) => !waits(rule),
    made: ({ before, after }) => before.state === 'OK' && after.state === 'FIRING',
  },
  { text: 'ok -> pending', applies: waits, made: ({ before, after }) => before.state === 'OK' && after.state === 'PENDING' },
  { text: 'pending -> firing', applies: waits, made: ({ before, after }) => before.state === 'PENDING' && after.state === 'FIRING' },
  {
    text: 'pending -> ok',
    applies: waits,
    made: ({ before, after, verdict }) => before.state === 'PENDING' && after.state === 'OK' && !silent.has(verdict.kind),
  },
  {
    text: 'pending, and a window without a verdict',
    applies: waits,
    made: ({ before, verdict }) => before.state === 'PENDING' && silent.has(verdict.kind),
  },
  {
    text: 'firing, and another severity',
    applies: ({ limits }) => limits.length > 1,
    made: ({ before, after }) =>
      firing.has(before.state) && after.state === 'FIRING' && before.state !== 'OK' && before.severity !== after.severity,
  },
  {
    text: 'firing -> ok',
    applies: ({ keepFiringForMs }) => keepFiringForMs === 0,
    made: ({ before, after }) => before.state === 'FIRING' && after.state === 'OK',
  },
  { text: 'firing -> recovering', applies: keeps, made: ({ before, after }) => before.state === 'FIRING' && after.state === 'RECOVERING' },
  { text: 'recovering -> firing', applies: keeps, made: ({ before, after }) => before.state === 'RECOVERING' && after.state === 'FIRING' },
  { text: 'recovering -> ok', applies: keeps, made: ({ before, after }) => before.state === 'RECOVERING' && after.state === 'OK' },
  {
    text: 'firing, and a window without a verdict',
    applies: () => true,
    made: ({ before, verdict }) => firing.has(before.state) && silent.has(verdict.kind),
  },
];

function waits({ forMs, nOfM }: Rule): boolean {
  return forMs > 0 || nOfM !== null;
}
function keeps({ keepFiringForMs }: Rule): boolean {
  return keepFiringForMs > 0;
}

/**
 * What the cases exercised of a set of rules: each limit and its recovery band, each override, the conditions a rule names, the moves of its state machine.
 */
export function coverageOf(rules: readonly Rule[], runs: readonly CaseRun[]): CoverageItem[] {
  return rules.flatMap((rule) => {
    const steps = runs.filter((run) => run.rule.uid === rule.uid && run.rule.tenant === rule.tenant).flatMap((run) => run.steps.flat());
    return [...limitItems(rule, steps), ...overrideItems(rule, steps), ...conditionItems(rule, steps), ...moveItems(rule, steps)];
  });
}

function limitItems(rule: Rule, steps: readonly CaseStep[]): CoverageItem[] {
  return rule.limits.flatMap(({ severity, limit, recovery }): CoverageItem[] => {
    const of = (kind: string): boolean =>
      steps.some(({ verdict }) => verdict.kind === kind && 'severity' in verdict && verdict.severity === severity);
    const item = { rule: rule.uid, kind: 'limit' as const, text: `${severity} limit ${limit} reached`, isCovered: of('breach') };
    if (limit === recovery) return [item];
    return [item, { rule: rule.uid, kind: 'recovery', text: `${severity} between ${recovery} and ${limit}`, isCovered: of('band') }];
  });
}

function overrideItems(rule: Rule, steps: readonly CaseStep[]): CoverageItem[] {
  return rule.overrides.map(({ match, limits }) => {
    const slices = new Set(
      steps.filter(({ slice }) => rule.groupBy !== null && limitsFor(rule, { [rule.groupBy]: slice }) === limits).map(({ slice }) => slice),
    );
    const isCovered = steps.some(({ slice, verdict }) => slices.has(slice) && verdict.kind === 'breach');
    const text = `override for ${Object.entries(match)
      .map(([label, value]) => `${label}=${value}`)
      .join(', ')} reached`;
    return { rule: rule.uid, kind: 'override', text, isCovered };
  });
}

function conditionItems(rule: Rule, steps: readonly CaseStep[]): CoverageItem[] {
  const inconclusive = (reason: string): boolean =>
    steps.some(({ verdict }) => verdict.kind === 'inconclusive' && verdict.reason === reason);
  const items: CoverageItem[] = [];
  const add = (text: string, isCovered: boolean): void => void items.push({ rule: rule.uid, kind: 'condition', text, isCovered });
  if (rule.minSample !== null)
    add(`min_sample: fewer than ${rule.minSample.atLeast} ${rule.minSample.measure}`, inconclusive('small_sample'));
  if (rule.confidence !== null) add('confidence: the limit reached, and the bound not', inconclusive('not_confident'));
  if (rule.onZeroDenominator !== null)
    add(
      'on_zero_denominator: a breach without a value',
      steps.some(({ verdict, judged }) => verdict.kind === 'breach' && judged === null),
    );
  if (typeof rule.change?.minBase === 'string') add('change: a base below min_base', inconclusive('small_base'));
  return items;
}

function moveItems(rule: Rule, steps: readonly CaseStep[]): CoverageItem[] {
  return moves
    .filter(({ applies }) => applies(rule))
    .map(({ text, made }) => ({ rule: rule.uid, kind: 'state', text, isCovered: steps.some(made) }));
}
