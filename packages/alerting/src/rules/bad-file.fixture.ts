import { kpiDefs } from '@vigie/kpis';
import { formatProblems, parseRules } from './rules-file.ts';

const ruleLines = {
  uid: 'uid: churn',
  kpi: 'kpi: customer_churn_rate',
  window: 'window: { size: 30d, every: 1h }',
  severity: 'severity: { warning: { at_or_above: 5, recover_below: 4.5 } }',
};
export type RuleLines = Readonly<Record<string, string>>;

/** A file with one rule whose lines (3 to 6) are replaced or added to, and what comes behind it. */
export function fileOf(lines: RuleLines = {}, rest = ''): string {
  const merged = Object.values({ ...ruleLines, ...lines });
  return `version: 1\nrules:\n  - ${merged.join('\n    ')}\n${rest}`;
}

/** As people see them: line:column path: text. */
export function problemsOf(text: string): string[] {
  const parsed = parseRules(text, kpiDefs);
  return parsed.ok ? [] : formatProblems('r', parsed.problems).replaceAll(/^r:/gmu, '').split('\n');
}
