import type { RuleSet } from '../../types.ts';
import { type CaseFailure, compareCase } from './compare-case.ts';
import type { CasePlace, ParsedCases } from './read-case-file.ts';
import { type CaseRun, runCase } from './run-case.ts';

/** What became of one case. A mistake is in the case itself: it could not be run. */
export interface CaseResult {
  readonly name: string;
  readonly rule: string;
  readonly place: CasePlace;
  readonly run: CaseRun | null;
  readonly failures: readonly (Pick<CaseFailure, 'where' | 'expected' | 'found'> & { readonly place: CasePlace })[];
  readonly mistakes: readonly { readonly text: string; readonly place: CasePlace }[];
}

/** Runs the cases of a file against rules; cases do not know of each other. */
export function runCases(parsed: ParsedCases, ruleSet: RuleSet): CaseResult[] {
  const { file, placeOf } = parsed;
  const settings = { zone: file.zone ?? 'UTC', currency: file.currency ?? 'EUR' };
  return file.cases.map((one, index) => {
    const outcome = runCase(one, ruleSet, settings);
    const frame = { name: one.name, rule: one.rule, place: placeOf(index, []) };
    if (!outcome.ok) {
      const mistakes = outcome.mistakes.map(({ path, text }) => ({ text, place: placeOf(index, path) }));
      return { ...frame, run: null, failures: [], mistakes };
    }
    const failures = compareCase(one, outcome.run).map(({ path, ...failure }) => ({ ...failure, place: placeOf(index, path) }));
    return { ...frame, run: outcome.run, failures, mistakes: [] };
  });
}

export const isPassed = ({ failures, mistakes }: CaseResult): boolean => failures.length === 0 && mistakes.length === 0;
