import { dimensions } from '@vigie/kpis';
import { matcherForm, parseMatcher } from '../announce/matcher.ts';
import type { Matcher } from '../announce/types.ts';
import { severities } from '../types.ts';
import { channelNames } from './check-channels.ts';
import { givenLabels, unknownName, type Draft, type Finding } from './finding.ts';
import type { Path } from './problem.ts';
import type { ChildEntry, SelectionEntry, SendingEntry } from './route-schema.ts';
import { signalDimensions } from './signals.ts';

/** A matcher with where it is written. */
interface Placed extends Matcher {
  readonly path: Path;
}

export function checkRoutes(draft: Draft): Finding[] {
  const { routes } = draft;
  if (routes === null) return [];
  return [
    ...checkSending(routes.default, ['routes', 'default'], draft),
    ...checkChildren(routes.children ?? [], { at: ['routes', 'children'], above: [], draft }),
  ];
}

export function checkInhibit(draft: Draft): Finding[] {
  return draft.inhibit.flatMap((entry, index) => {
    if (entry === null) return [];
    const at = ['inhibit', index];
    const equal = (entry.equal ?? []).flatMap((label, place) => labelFinding(label, [...at, 'equal', place], draft));
    const sides = (['source', 'target'] as const).flatMap((side) => checkSelection(entry[side], [...at, side], draft).findings);
    return [...sides, ...equal];
  });
}

function checkSending(entry: SendingEntry, at: Path, draft: Draft): Finding[] {
  const channels = (entry.channels ?? []).flatMap((name, index) =>
    channelNames(draft).includes(name)
      ? []
      : [{ path: [...at, 'channels', index], text: unknownName('a channel that is declared under channels', name, channelNames(draft)) }],
  );
  const timings = [...draft.muteTimings.keys()];
  const mute = (entry.mute ?? []).flatMap((name, index) =>
    timings.includes(name) ? [] : [{ path: [...at, 'mute', index], text: unknownName('one of mute_timings', name, timings) }],
  );
  const groupBy = (entry.group_by ?? []).flatMap((label, index) => labelFinding(label, [...at, 'group_by', index], draft));
  return [...channels, ...mute, ...groupBy];
}

function checkChildren(
  children: readonly ChildEntry[],
  { at, above, draft }: { at: Path; above: readonly Matcher[]; draft: Draft },
): Finding[] {
  const earlier: { place: string; matchers: readonly Matcher[] }[] = [];
  return children.flatMap((child, index) => {
    const path = [...at, index];
    const own = matchersOf(child, path, draft);
    const findings = [...own.findings, ...checkSending(child, path, draft)];
    if (own.findings.length === 0) {
      const text = unreachableText(own.matchers, { above, earlier });
      if (text !== null) findings.push({ path, text });
      if (child.continue !== true) earlier.push({ place: `children[${index}]`, matchers: own.matchers });
    }
    const below = { at: [...path, 'children'], above: [...above, ...own.matchers], draft };
    return [...findings, ...checkChildren(child.children ?? [], below)];
  });
}

function matchersOf(child: ChildEntry, path: Path, draft: Draft): { matchers: readonly Placed[]; findings: readonly Finding[] } {
  const parts = [
    ...(child.match === undefined ? [] : [checkSelection(child.match, [...path, 'match'], draft)]),
    ...(child.matchers === undefined ? [] : [checkSelection(child.matchers, [...path, 'matchers'], draft)]),
  ];
  return { matchers: parts.flatMap(({ matchers }) => matchers), findings: parts.flatMap(({ findings }) => findings) };
}

function checkSelection(entry: SelectionEntry, at: Path, draft: Draft): { matchers: readonly Placed[]; findings: readonly Finding[] } {
  const read = Array.isArray(entry)
    ? entry.map((text, index) => ({ text, path: [...at, index], matcher: parseMatcher(text) }))
    : Object.entries(entry).map(([label, value]) => ({ text: '', path: [...at, label], matcher: { label, op: '=' as const, value } }));
  const matchers = read.flatMap(({ path, matcher }) => (matcher === null ? [] : [{ ...matcher, path }]));
  const bad = read.flatMap(({ text, path, matcher }) =>
    matcher === null ? [{ path, text: `expected ${matcherForm}, found ${JSON.stringify(text)}` }] : [],
  );
  return { matchers, findings: [...bad, ...matchers.flatMap((matcher) => matcherFindings(matcher, draft))] };
}

/** Why no alert can ever come to a route; null when one can. */
function unreachableText(
  own: readonly Placed[],
  { above, earlier }: { above: readonly Matcher[]; earlier: readonly { place: string; matchers: readonly Matcher[] }[] },
): string | null {
  for (const [index, matcher] of own.entries()) {
    const other = [...above, ...own.slice(0, index)].find(
      ({ label, op, value }) => op === '=' && matcher.op === '=' && label === matcher.label && value !== matcher.value,
    );
    if (other !== undefined)
      return `expected a route that alerts can reach, found ${matcher.label}=${matcher.value} and ${other.label}=${other.value} together`;
  }
  const before = earlier.find(({ matchers }) => matchers.every((one) => own.some((other) => isSame(one, other))));
  if (before === undefined) return null;
  return `expected a route that alerts can reach, found ${before.place} before it, which takes all of them. Give that one continue: true, or put this one first.`;
}

const isSame = (a: Matcher, b: Matcher): boolean => a.label === b.label && a.op === b.op && a.value === b.value;

/** Labels that a file gives its alerts. */
function labelNames({ rules }: Draft): readonly string[] {
  const own = rules.flatMap((rule) => Object.keys(rule?.labels ?? {}));
  return [...new Set([...givenLabels, ...dimensions, ...signalDimensions, ...own])];
}

function labelFinding(label: string, path: Path, draft: Draft): Finding[] {
  const known = labelNames(draft);
  // The labels of a rule whose shape is wrong are not known.
  if (known.includes(label) || draft.rules.includes(null)) return [];
  return [{ path, text: unknownName('a label that alerts have', label, known) }];
}

/** Values of labels that are a closed set; all others may be anything. */
function matcherFindings({ label, op, value, path }: Placed, draft: Draft): Finding[] {
  const findings = labelFinding(label, path, draft);
  if (op !== '=' && op !== '!=') return findings;
  const uids = draft.rules.includes(null) ? null : draft.rules.flatMap((rule) => (rule === null ? [] : [rule.uid]));
  const values: Record<string, readonly string[] | null> = { severity: severities, kind: ['kpi', 'pipeline'], rule: uids };
  const known = Object.hasOwn(values, label) ? values[label] : null;
  if (!known || known.includes(value) || value === '') return findings;
  return [...findings, { path, text: unknownName(`a ${label === 'rule' ? 'uid of a rule' : label}`, value, known) }];
}
