import { isZone } from '@vigie/kpis';
import type { Draft, Finding } from './finding.ts';
import { nearest } from './nearest.ts';
import type { MuteTimingEntry } from './route-schema.ts';

export function checkMuteTimings({ muteTimings }: Draft): Finding[] {
  return [...muteTimings].flatMap(([name, timing]) => (timing === null ? [] : checkTiming(name, timing)));
}

function checkTiming(name: string, { timezone, intervals }: MuteTimingEntry): Finding[] {
  const at = ['mute_timings', name];
  const zone = timezone === undefined ? null : zoneProblem(timezone);
  const findings: Finding[] = zone === null ? [] : [{ path: [...at, 'timezone'], text: zone }];
  for (const [index, { times, days_of_month: days, months }] of intervals.entries()) {
    for (const [place, text] of (times ?? []).entries()) {
      const problem = timesProblem(text);
      if (problem !== null) findings.push({ path: [...at, 'intervals', index, 'times', place], text: problem });
    }
    if (days !== undefined && months !== undefined && !days.some((day) => months.some((month) => Math.abs(day) <= dayCounts[month - 1]!))) {
      findings.push({
        path: [...at, 'intervals', index, 'days_of_month'],
        text: `expected a day that these months have, found ${days.join(', ')}: it would never mute`,
      });
    }
  }
  return findings;
}

/** Days of each month, 29 February included. */
const dayCounts = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function timesProblem(text: string): string | null {
  const [from, to] = text.split('-') as [string, string];
  if (from < to) return null;
  return from === to
    ? `expected an end after its start, found "${text}"`
    : `expected an end after its start, found "${text}". A night is two stretches: "${from}-24:00" and "00:00-${to}".`;
}

export function zoneProblem(zone: string): string | null {
  if (isZone(zone)) return null;
  const meant = nearest(zone, Intl.supportedValuesOf('timeZone'));
  return `expected an IANA time zone such as Europe/Paris, found "${zone}"${meant === null ? '' : `. Did you mean ${meant}?`}`;
}
