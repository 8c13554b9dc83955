import { compareDecimals } from '../decimal.ts';
import { severities, type Severity } from '../types.ts';
import type { Finding } from './finding.ts';
import type { Path } from './problem.ts';
import type { LevelEntry, LevelsEntry } from './rule-schema.ts';

export type Direction = 'at_or_above' | 'at_or_below';

/** Limits of one rule or one of its slices; `direction` is that of the rule, where it is known already. */
export function checkLevels(levels: LevelsEntry, at: Path, direction: Direction | null): Finding[] {
  const given = severities.flatMap((severity) => (levels[severity] === undefined ? [] : [{ severity, level: levels[severity] }]));
  if (given.length === 0) return [{ path: at, text: `expected at least one of ${severities.join(', ')}, found none` }];
  const findings: Finding[] = [];
  for (const [index, { severity, level }] of given.entries()) {
    const milder = given[index - 1];
    const text = recoveryProblem(level) ?? (milder === undefined ? null : orderProblem(milder, level));
    if (text !== null) findings.push({ path: [...at, severity], text });
    else if (milder === undefined && direction !== null && directionOf(level) !== direction)
      findings.push({ path: [...at, severity], text: `expected ${direction}, as the rule's own limits, found ${directionOf(level)}` });
  }
  return findings;
}

function directionOf(level: LevelEntry): Direction {
  return level.at_or_above === undefined ? 'at_or_below' : 'at_or_above';
}

/** The direction of a rule's own limits; null where it has none. */
export function directionOfAll(levels: LevelsEntry): Direction | null {
  const severity = severities.find((one) => levels[one] !== undefined);
  return severity === undefined ? null : directionOf(levels[severity]!);
}

function recoveryProblem(level: LevelEntry): string | null {
  const { at_or_above: above, recover_below: below, at_or_below: under, recover_above: over } = level;
  if (above !== undefined && over !== undefined) return 'expected recover_below beside at_or_above, found recover_above';
  if (under !== undefined && below !== undefined) return 'expected recover_above beside at_or_below, found recover_below';
  if (above !== undefined && below !== undefined && compareDecimals(below, above) > 0)
    return `expected recover_below at most ${above}, on the safe side of the limit, found ${below}`;
  if (under !== undefined && over !== undefined && compareDecimals(over, under) < 0)
    return `expected recover_above at least ${under}, on the safe side of the limit, found ${over}`;
  return null;
}

function orderProblem(milder: { severity: Severity; level: LevelEntry }, graver: LevelEntry): string | null {
  const { level } = milder;
  const named = `that of the milder severity (${milder.severity})`;
  if (directionOf(level) !== directionOf(graver)) return `expected all severities in one direction, found both (${milder.severity})`;
  if (level.at_or_above !== undefined && compareDecimals(graver.at_or_above!, level.at_or_above) < 0)
    return `expected a limit of at least ${level.at_or_above}, ${named}, found ${graver.at_or_above}`;
  if (level.at_or_below !== undefined && compareDecimals(graver.at_or_below!, level.at_or_below) > 0)
    return `expected a limit of at most ${level.at_or_below}, ${named}, found ${graver.at_or_below}`;
  return null;
}
