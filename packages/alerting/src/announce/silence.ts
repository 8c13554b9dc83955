import { dayMs } from '@vigie/kpis';
import { matches } from './matcher.ts';
import type { AlertLabels, Silence } from './types.ts';

const silenceLengthMaxMs = 90 * dayMs;
const matcherCountMax = 20;
const textLengthMax = 1_000;

/** The silence that holds an alert now; of several the one that ends last, so that nobody looks in vain before. */
export function activeSilence(silences: readonly Silence[], labels: AlertLabels, nowMs: number): Silence | null {
  let last: Silence | null = null;
  for (const silence of silences) {
    if (nowMs < silence.startsMs || nowMs >= silence.endsMs || !matches(silence.matchers, labels)) continue;
    if (last === null || silence.endsMs > last.endsMs) last = silence;
  }
  return last;
}

/** What is wrong with a silence that somebody wants to set; null: nothing. */
export function silenceProblem(draft: Omit<Silence, 'id' | 'createdMs'>, nowMs: number): string | null {
  const { matchers, startsMs, endsMs, author, comment } = draft;
  if (!Number.isSafeInteger(startsMs) || !Number.isSafeInteger(endsMs)) return 'start and end: expected two moments, found something else.';
  if (endsMs <= startsMs) return 'end: expected a moment after the start, found one before it. Give a later end.';
  if (endsMs <= nowMs) return 'end: expected a moment that is still to come, found one that has passed. Give a later end.';
  if (endsMs - Math.max(startsMs, nowMs) > silenceLengthMaxMs) {
    return 'end: expected at most 90 days of silence, found more. Give an earlier end, or take the rule out.';
  }
  if (author.trim() === '') return 'author: expected who silences, found nothing. Name yourself.';
  if (comment.trim() === '') return 'comment: expected why it is silent, found nothing. Say why, for those who wonder later.';
  if (author.length > textLengthMax || comment.length > textLengthMax) {
    return `author and comment: expected at most ${textLengthMax} characters each, found more. Shorten them.`;
  }
  if (matchers.length > matcherCountMax)
    return `matchers: expected at most ${matcherCountMax}, found ${matchers.length}. Set several silences.`;
  // A matcher that an absent label satisfies (rule=~".*", channel!="email") chooses nothing by itself.
  if (!matchers.some((matcher) => !matches([matcher], {}))) {
    return 'matchers: expected at least one that names what is silent, such as rule=churn-30d, found none. Everything cannot be silenced at once.';
  }
  return null;
}
