import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatProblems, parseRules, type RuleSet, type RulesParsed } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { CliError, exitCodes } from '../console/cli-error.ts';

/** The rules that ship with Vigie, for those who named no others. */
export const defaultRulesFile = fileURLToPath(new URL('../../../../infra/rules/rules.yaml', import.meta.url));

/** A text file of the person who asks; CliError names the path when it cannot be read. */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliError(`expected ${what} that can be read, found ${found} at ${resolve(file)}; correct the path`, exitCodes.missing);
  }
}

export function parseRulesFile(file: string): RulesParsed {
  return parseRules(readText(file, 'a rules file'), kpiDefs);
}

/** The rules of a file; with any problem in it none at all, and all problems are told. */
export function loadRules(file: string): RuleSet {
  const parsed = parseRulesFile(file);
  if (parsed.ok) return parsed.ruleSet;
  throw new CliError(
    `expected rules without mistakes, found ${parsed.problems.length}:\n${formatProblems(file, parsed.problems)}`,
    exitCodes.wrong,
  );
}
