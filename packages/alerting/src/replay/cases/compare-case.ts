import type { Condition, Verdict } from '../../types.ts';
import type { ExpectedNotification, ExpectedTransition, RuleCase } from './case-schema.ts';
import { momentMs, offsetText } from './moments.ts';
import type { CaseNotification, CaseRun, CaseStep, CaseTransition } from './run-case.ts';

/** Something that came out otherwise: where in the case, what was expected, what was found. */
export interface CaseFailure {
  /** Below the case: expect, states. */
  readonly path: readonly string[];
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

/** Holds a run against what its case expects; what a case does not mention is not looked at. */
export function compareCase(one: RuleCase, run: CaseRun): CaseFailure[] {
  const { states, verdicts, transitions, notifications } = one.expect;
  return [
    ...(states === undefined ? [] : compareSeries({ name: 'states', expected: states, run, textOf: ({ after }) => stateText(after) })),
    ...(verdicts === undefined
      ? []
      : compareSeries({ name: 'verdicts', expected: verdicts, run, textOf: ({ verdict }) => verdictText(verdict) })),
    ...(transitions === undefined ? [] : compareTransitions(transitions, run)),
    ...(notifications === undefined ? [] : compareNotifications(notifications, run)),
  ];
}

/** ok, pending warning, firing critical, recovering warning */
function stateText(condition: Condition): string {
  return condition.state === 'OK' ? 'ok' : `${condition.state.toLowerCase()} ${condition.severity}`;
}

/** clear, breach warning, inconclusive small_sample, error unavailable */
function verdictText(verdict: Verdict): string {
  if (verdict.kind === 'breach' || verdict.kind === 'band') return `${verdict.kind} ${verdict.severity}`;
  return verdict.kind === 'inconclusive' || verdict.kind === 'error' ? `${verdict.kind} ${verdict.reason}` : verdict.kind;
}

interface SeriesComparison {
  readonly name: 'states' | 'verdicts';
  readonly expected: NonNullable<RuleCase['expect']['states']>;
  readonly run: CaseRun;
  readonly textOf: (step: CaseStep) => string;
}

function compareSeries({ name, expected, run, textOf }: SeriesComparison): CaseFailure[] {
  const bySlice: [string, readonly string[]][] = isSeries(expected) ? [['', expected]] : Object.entries(expected);
  return bySlice.flatMap(([slice, series]) => {
    const path = slice === '' ? ['expect', name] : ['expect', name, slice];
    const of = slice === '' ? '' : `, ${run.rule.groupBy}=${slice}`;
    if (series.length !== run.steps.length) {
      return [{ path, where: `${name}${of}`, expected: `${run.steps.length} windows, as many as the input`, found: `${series.length}` }];
    }
    return series.flatMap((wanted, index) => {
      const step = run.steps[index]!.find((one) => one.slice === slice);
      const found = step === undefined ? 'ok' : textOf(step);
      if (found === wanted || (step !== undefined && found.startsWith(`${wanted} `))) return [];
      return [{ path, where: `window ${index + 1}${of}`, expected: wanted, found: `${found}${judgedText(step)}` }];
    });
  });
}

const isSeries = (expected: SeriesComparison['expected']): expected is readonly string[] => Array.isArray(expected);
const judgedText = (step: CaseStep | undefined): string => (typeof step?.judged === 'string' ? ` (value ${step.judged})` : '');

function compareTransitions(expected: readonly ExpectedTransition[], run: CaseRun): CaseFailure[] {
  return compareLists(expected, run.transitions, {
    name: 'transitions',
    expectedText: ({ window, kind, severity, slice }) =>
      [`window ${window}: ${kind}`, severity, slice].filter((part) => part !== undefined).join(' '),
    foundText: ({ window, record }) =>
      `window ${window}: ${[record.transition.kind, record.transition.severity, record.slice?.value].filter((part) => part !== undefined).join(' ')}`,
    isSame: (wanted, { window, record: { transition, slice } }) =>
      wanted.window === window &&
      wanted.kind === transition.kind &&
      (wanted.severity ?? transition.severity) === transition.severity &&
      (wanted.slice ?? slice?.value) === slice?.value,
    detail: textFailure,
  });
}

function compareNotifications(expected: readonly ExpectedNotification[], run: CaseRun): CaseFailure[] {
  const at = (ms: number): string => offsetText(ms - run.startMs);
  return compareLists(expected, run.notifications, {
    name: 'notifications',
    expectedText: (wanted) => `${at(momentMs(wanted.at, run.startMs))} ${wanted.channel}: ${wanted.kind}`,
    foundText: ({ atMs, channel, kind }) => `${at(atMs)} ${channel}: ${kind}`,
    isSame: (wanted, { atMs, channel, kind }) =>
      momentMs(wanted.at, run.startMs) === atMs && wanted.channel === channel && wanted.kind === kind,
    detail: textFailure,
  });
}

interface ListComparison<Wanted, Found> {
  readonly name: 'transitions' | 'notifications';
  readonly expectedText: (wanted: Wanted) => string;
  readonly foundText: (found: Found) => string;
  readonly isSame: (wanted: Wanted, found: Found) => boolean;
  readonly detail: (wanted: Wanted, found: Found) => { readonly expected: string; readonly found: string } | null;
}

/** Pairs what was expected with what was found, in order; what is left over on either side is a failure. */
function compareLists<Wanted, Found>(
  expected: readonly Wanted[],
  found: readonly Found[],
  by: ListComparison<Wanted, Found>,
): CaseFailure[] {
  const failures: CaseFailure[] = [];
  const left = [...found];
  for (const [index, wanted] of expected.entries()) {
    const path = ['expect', by.name, String(index)];
    const place = left.findIndex((one) => by.isSame(wanted, one));
    if (place === -1) {
      const next = left[0];
      failures.push({
        path,
        where: by.name,
        expected: by.expectedText(wanted),
        found: next === undefined ? 'nothing more' : `not among: ${left.slice(0, 5).map(by.foundText).join('; ')}`,
      });
      continue;
    }
    const [one] = left.splice(place, 1);
    const detail = by.detail(wanted, one!);
    if (detail !== null) failures.push({ path, where: `${by.name}, ${by.expectedText(wanted)}`, ...detail });
  }
  for (const one of left) failures.push({ path: ['expect', by.name], where: by.name, expected: 'nothing more', found: by.foundText(one) });
  return failures;
}

function textFailure(
  wanted: Pick<ExpectedTransition, 'text' | 'contains'>,
  { text }: Pick<CaseTransition | CaseNotification, 'text'>,
): { expected: string; found: string } | null {
  if (wanted.text !== undefined && wanted.text.trim() !== text)
    return { expected: `the text ${JSON.stringify(wanted.text.trim())}`, found: JSON.stringify(text) };
  if (wanted.contains !== undefined && !text.includes(wanted.contains))
    return { expected: `a text with ${JSON.stringify(wanted.contains)}`, found: JSON.stringify(text) };
  return null;
}
