import { randomUUID } from 'node:crypto';
import {
  activeSilence,
  labelsOf,
  type Matcher,
  matcherForm,
  matcherText,
  parseMatcher,
  plainText,
  type RuleSet,
  type Silence,
  silenceProblem,
} from '@vigie/alerting';
import { dimensions, rollingSizeMs } from '@vigie/kpis';
import type { AlertStore } from '@vigie/redis';
import { nearest } from '@vigie/runtime';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import { renderTable } from '../console/table.ts';
import type { Alert } from './alerts-of.ts';
import { type Desk, readAlerts, zoneOf } from './desk.ts';
import { findNamed, shortIds } from './ids.ts';
import { momentText, plural, sliceText, zonedText } from './words.ts';

export interface SilenceOptions {
  readonly matcher?: readonly string[];
  readonly for?: string;
  readonly until?: string;
  readonly author: string;
  readonly comment?: string;
}

const usage = (message: string): CliError => new CliError(message, exitCodes.usage);

export function readMatchers(written: readonly string[]): readonly Matcher[] {
  if (written.length === 0) throw usage(`--matcher: expected ${matcherForm}, found none; say what is to be silent`);
  return written.map((text) => {
    const matcher = parseMatcher(text);
    if (matcher === null) throw usage(`--matcher: expected ${matcherForm}, found ${JSON.stringify(text)}`);
    return matcher;
  });
}

/**
 * A silence on a label that no alert can have would hold nothing, and nobody would notice.
 *
 * Errors   CliError that names the label, and the one that was probably meant; without rules every label is taken
 */
export function requireLabels(matchers: readonly Matcher[], ruleSet: RuleSet | null): void {
  if (ruleSet === null) return;
  const known = new Set<string>(dimensions);
  for (const rule of ruleSet.rules) {
    for (const label of Object.keys(labelsOf(rule, null, 'info'))) known.add(label);
    if (rule.groupBy !== null) known.add(rule.groupBy);
  }
  for (const { label } of matchers) {
    if (known.has(label) || ruleSet.rules.length === 0) continue;
    const meant = nearest(label, known);
    const hint = meant === null ? `Known: ${[...known].toSorted().join(', ')}.` : `Did you mean ${meant}?`;
    throw usage(`--matcher: no rule has a label ${JSON.stringify(label)}. ${hint}`);
  }
}

/** 30m, 2h, 7d; null when it is none. */
export function readLength(text: string): number | null {
  try {
    return rollingSizeMs(text.trim());
  } catch {
    return null;
  }
}

/** When a silence ends: after a length of time, or at an instant. */
export function readEnd({ for: length, until }: Pick<SilenceOptions, 'for' | 'until'>, nowMs: number): number {
  if ((length === undefined) === (until === undefined))
    throw usage('expected either --for 2h or --until 2026-03-01T18:00Z: a silence needs an end');
  if (length !== undefined) {
    const ms = readLength(length);
    if (ms === null) throw usage(`--for: expected a length of time such as 30m, 2h or 7d, found ${JSON.stringify(length)}`);
    return nowMs + ms;
  }
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(until!) ? Date.parse(until!) : NaN;
  if (Number.isNaN(ms))
    throw usage(
      `--until: expected an instant with its offset, such as 2026-03-01T18:00Z or 2026-03-01T18:00+01:00, found ${JSON.stringify(until)}`,
    );
  return ms;
}

/** Sets a silence; what it holds is looked at again at once. */
export async function putSilence(
  store: Pick<AlertStore, 'putSilence' | 'knownLanes' | 'wakeLanes'>,
  draft: Omit<Silence, 'id' | 'createdMs' | 'startsMs'>,
  nowMs: number,
): Promise<Silence> {
  const whole = { ...draft, startsMs: nowMs };
  const problem = silenceProblem(whole, nowMs);
  if (problem !== null) throw usage(problem);
  const silence: Silence = { ...whole, id: randomUUID(), createdMs: nowMs };
  await store.putSilence(silence);
  await store.wakeLanes(await store.knownLanes(), nowMs);
  return silence;
}

export async function addSilence(
  desk: Desk,
  output: Output,
  { options, nowMs }: { options: SilenceOptions; nowMs: number },
): Promise<ExitCode> {
  const matchers = readMatchers(options.matcher ?? []);
  requireLabels(matchers, desk.ruleSet);
  const endsMs = readEnd(options, nowMs);
  const silence = await putSilence(desk.store, { matchers, endsMs, author: options.author, comment: options.comment ?? '' }, nowMs);
  const { alerts } = await readAlerts(desk, nowMs);
  const held = matching(silence, alerts, nowMs);
  const zone = zoneOf(desk, []);
  output.talk(`silent until ${zonedText(endsMs, zone)}: ${matchers.map(matcherText).join(' and ')}`);
  output.talk(holdsText(held));
  output.talk(`end it earlier: vigie alerts silence end ${silence.id.slice(0, 8)}`);
  output.value({
    ...silenceJson(silence),
    matches_now: held.map(({ instance, episode, rule }) => ({ rule: rule.uid, instance: instance.id, episode })),
  });
  return exitCodes.ok;
}

/** Alerts of now that a silence holds. */
function matching(silence: Silence, alerts: readonly Alert[], nowMs: number): readonly Alert[] {
  return alerts.filter(({ rule, slice, severity }) => activeSilence([silence], labelsOf(rule, slice, severity), nowMs) !== null);
}

const namedMax = 10;

function holdsText(held: readonly Alert[]): string {
  const firing = held.filter(({ episode }) => episode !== null);
  if (firing.length === 0) return 'nothing that fires now matches it; it holds what comes';
  const names = firing.slice(0, namedMax).map(({ rule, slice }) => [rule.name, sliceText(slice)].join(' ').trim());
  const more = firing.length > namedMax ? ` and ${firing.length - namedMax} more` : '';
  return `it holds ${plural(firing.length, 'alert')} that ${firing.length === 1 ? 'fires' : 'fire'} now: ${names.join('; ')}${more}. Ends of what was told are told all the same`;
}

export async function listSilences(desk: Desk, output: Output, { all, nowMs }: { all: boolean; nowMs: number }): Promise<ExitCode> {
  const { board, alerts } = await readAlerts(desk, nowMs);
  const shown = board.silences.filter(({ endsMs }) => all || endsMs > nowMs).toSorted((a, b) => a.endsMs - b.endsMs);
  output.value({
    silences: shown.map((silence) => ({
      ...silenceJson(silence),
      matches_now: matching(silence, alerts, nowMs).map(({ instance }) => instance.id),
    })),
  });
  if (shown.length === 0) {
    output.text('nothing is silenced; set one: vigie alerts silence add --matcher rule=churn-30d --for 2h --comment "planned"');
    return exitCodes.ok;
  }
  const at = { nowMs, zone: zoneOf(desk, []) };
  const shortOf = shortIds(
    shown.map(({ id }) => id),
    8,
  );
  const rows = shown.map((silence) => [
    shortOf(silence.id),
    silence.matchers.map(matcherText).join(' and '),
    `${silence.endsMs <= nowMs ? 'ended ' : ''}${momentText(silence.endsMs, at)}`,
    String(matching(silence, alerts, nowMs).length),
    plainText(silence.author),
    plainText(silence.comment),
  ]);
  output.text(
    renderTable(
      ['id', 'what', 'until', 'holds now', 'by', 'why'].map((title) => ({ title })),
      rows,
      output.colors.dim,
    ),
  );
  output.talk(`times in ${at.zone}`);
  return exitCodes.ok;
}

export async function endSilence(desk: Desk, output: Output, { written, nowMs }: { written: string; nowMs: number }): Promise<ExitCode> {
  const { store } = desk;
  const silences = (await store.silences()).filter(({ endsMs }) => endsMs > nowMs);
  const named = silences.map((silence) => ({
    ids: [silence.id],
    names: [],
    text: silence.matchers.map(matcherText).join(' and '),
    value: silence,
  }));
  const silence = findNamed(written, named, { one: 'the id of a silence that has not ended', list: 'vigie alerts silence list' });
  const { alerts } = await readAlerts(desk, nowMs);
  const held = matching(silence, alerts, nowMs).filter(({ episode }) => episode !== null);
  const ended: Silence = { ...silence, startsMs: Math.min(silence.startsMs, nowMs), endsMs: nowMs };
  await store.putSilence(ended);
  await store.wakeLanes(await store.knownLanes(), nowMs);
  output.talk(`ended: ${silence.matchers.map(matcherText).join(' and ')}`);
  output.talk(
    held.length === 0
      ? 'it held nothing that fires now'
      : `${plural(held.length, 'alert')} that it held ${held.length === 1 ? 'is' : 'are'} told now, if nothing else holds ${held.length === 1 ? 'it' : 'them'}`,
  );
  output.value(silenceJson(ended));
  return exitCodes.ok;
}

function silenceJson({ id, matchers, startsMs, endsMs, author, comment, createdMs }: Silence): Record<string, unknown> {
  const time = (ms: number): string => new Date(ms).toISOString();
  return { id, matchers: matchers.map(matcherText), starts: time(startsMs), ends: time(endsMs), author, comment, created: time(createdMs) };
}
