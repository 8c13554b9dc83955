import { alertLine } from '../../channels/alert-text.ts';
import { parseMatcher } from '../../announce/matcher.ts';
import { messageText } from '../../announce/group-text.ts';
import type { Acknowledgement, Silence } from '../../announce/types.ts';
import type { AlertRecord } from '../../evaluate/alert-record.ts';
import type { Condition, Instance, Rule, RuleSet, Verdict } from '../../types.ts';
import { judgeWindows, type JudgedWindow, type ReadWindow } from '../judge-windows.ts';
import { replayAnnouncements, type ReplayedMessage, type StoredRecord } from '../replay-announcements.ts';
import { buildWindows, type CaseMistake } from './build-windows.ts';
import type { RuleCase } from './case-schema.ts';
import { instantMs, momentMs } from './moments.ts';

/** What one slice did in one window; the slice is '' for a rule without a dimension. */
export interface CaseStep {
  readonly slice: string;
  readonly before: Condition;
  readonly verdict: Verdict;
  readonly after: Condition;
  readonly judged: string | null;
}
export interface CaseRun {
  readonly rule: Rule;
  readonly startMs: number;
  /** By window, what every slice did. */
  readonly steps: readonly (readonly CaseStep[])[];
  readonly transitions: readonly CaseTransition[];
  readonly notifications: readonly CaseNotification[];
}
export interface CaseTransition {
  /** From 1. */
  readonly window: number;
  readonly record: AlertRecord;
  readonly text: string;
}
export interface CaseNotification {
  readonly atMs: number;
  readonly channel: string;
  readonly kind: ReplayedMessage['message']['kind'];
  readonly text: string;
}

export type CaseOutcome = { readonly ok: true; readonly run: CaseRun } | { readonly ok: false; readonly mistakes: readonly CaseMistake[] };

/** A Monday at midnight, where nobody said when a case begins. */
const startDefaultMs = Date.UTC(2026, 0, 5);
/** Case files say nothing of who silences or acknowledges. */
const somebody = { author: 'the case', comment: 'part of the case' };

/**
 * Runs one case by the functions that the monitor runs, in simulated time.
 *
 * Errors   mistakes of the case itself (a rule or measure that does not exist, series of different lengths)
 */
export function runCase(one: RuleCase, ruleSet: RuleSet, settings: { readonly zone: string; readonly currency: string }): CaseOutcome {
  const startMs = one.start === undefined ? startDefaultMs : instantMs(one.start);
  const mistakes: CaseMistake[] = [];
  const inputs = [
    { rule: one.rule, input: one.input, path: [] as string[] },
    ...(one.also ?? []).map((also, index) => ({ ...also, path: ['also', String(index)] })),
  ];
  const ready = inputs.flatMap(({ rule: uid, input, path }) => {
    const rule = ruleSet.rules.find((known) => known.uid === uid);
    if (rule === undefined) {
      mistakes.push({
        path: [...path, 'rule'],
        text: `expected the uid of a rule (${ruleSet.rules.map((known) => known.uid).join(', ')}), found ${uid}`,
      });
      return [];
    }
    if (!(startMs % rule.everyMs === 0)) {
      mistakes.push({
        path: ['start'],
        text: `expected the end of a window of ${uid}, a multiple of its window.every, with the offset (2026-03-02T09:00Z), found ${one.start}`,
      });
      return [];
    }
    const built = buildWindows(input, { rule, startMs, ...settings });
    mistakes.push(...built.mistakes.map((mistake) => ({ ...mistake, path: [...path, 'input', ...mistake.path] })));
    return [{ rule, windows: built.windows }];
  });
  mistakes.push(...matcherMistakes(one));
  if (mistakes.length > 0) return { ok: false, mistakes };
  return { ok: true, run: simulate(one, { ruleSet, startMs, ready }) };
}

function matcherMistakes({ silences }: RuleCase): CaseMistake[] {
  return (silences ?? []).flatMap(({ matchers }, index) =>
    matchers.flatMap((text, position) =>
      parseMatcher(text) === null
        ? [
            {
              path: ['silences', String(index), 'matchers', String(position)],
              text: `expected a matcher such as severity=critical, found ${text}`,
            },
          ]
        : [],
    ),
  );
}

interface Ready {
  readonly rule: Rule;
  readonly windows: readonly ReadWindow[];
}

function simulate(one: RuleCase, at: { ruleSet: RuleSet; startMs: number; ready: readonly Ready[] }): CaseRun {
  const { ruleSet, startMs, ready } = at;
  const judged = ready.map(({ rule, windows }) => ({ rule, windows: [...judgeWindows(rule, windows)] }));
  const stored = judged
    .flatMap(({ rule, windows }) =>
      windows.flatMap(({ decision, windowEndMs }) => decision.records.map((record) => ({ record, storedMs: windowEndMs + rule.settleMs }))),
    )
    .toSorted((a, b) => a.storedMs - b.storedMs);
  const lastMs = Math.max(...judged.flatMap(({ rule, windows }) => windows.map(({ windowEndMs }) => windowEndMs + rule.settleMs)));
  const untilMs = one.wait === undefined ? lastMs : momentMs(one.wait, lastMs);
  const overlays = { silences: silencesOf(one, startMs), acknowledgements: acknowledgementsOf(one, { startMs, stored }) };
  const messages = replayAnnouncements(ruleSet, stored, { untilMs, overlays });
  const { rule, windows } = judged[0]!;
  return {
    rule,
    startMs,
    steps: windows.map(stepsOf),
    transitions: windows.flatMap(({ decision }, index) =>
      decision.records.map((record) => ({ window: index + 1, record, text: textOf(record) })),
    ),
    notifications: messages.map(({ atMs, channel, message }) => ({
      atMs,
      channel,
      kind: message.kind,
      text: messageText(message, alertLine),
    })),
  };
}

function stepsOf({ before, decision }: JudgedWindow): CaseStep[] {
  const conditionIn = (instances: readonly Instance[], id: string): Condition =>
    instances.find((instance) => instance.id === id)?.condition ?? { state: 'OK' };
  return decision.verdicts.map(({ instance, labels, verdict, judged }) => ({
    slice: Object.values(labels)[0] ?? '',
    before: conditionIn(before, instance),
    verdict,
    after: conditionIn(decision.instances, instance),
    judged,
  }));
}

/** As a channel tells it when it is the only news. */
function textOf(record: AlertRecord): string {
  const { id, kind, severity, windowEndMs } = record.transition;
  const pending = { id, kind, severity, windowEndMs, storedMs: windowEndMs };
  return alertLine({ status: kind === 'resolved' ? 'resolved' : 'firing', record, transitions: [pending], acknowledgedBy: null });
}

function silencesOf({ silences }: RuleCase, startMs: number): Silence[] {
  return (silences ?? []).map(({ matchers, from, to }, index) => ({
    id: String(index),
    matchers: matchers.map((text) => parseMatcher(text)!),
    startsMs: momentMs(from, startMs),
    endsMs: momentMs(to, startMs),
    createdMs: momentMs(from, startMs),
    ...somebody,
  }));
}

/** Whoever acknowledges does so for what fires at that moment. */
function acknowledgementsOf(one: RuleCase, at: { startMs: number; stored: readonly StoredRecord[] }): Acknowledgement[] {
  return (one.acknowledgements ?? []).flatMap(({ at: moment, rule = one.rule, slice }) => {
    const atMs = momentMs(moment, at.startMs);
    const latest = new Map<string, AlertRecord>();
    for (const { record, storedMs } of at.stored) {
      if (storedMs > atMs || record.rule.uid !== rule || (slice !== undefined && record.slice?.value !== slice)) continue;
      latest.set(record.transition.instance, record);
    }
    return [...latest.values()]
      .filter(({ transition }) => transition.kind !== 'resolved')
      .map(({ transition: { episode, instance, severity } }) => ({ episode, instance, severity, atMs, ...somebody }));
  });
}
