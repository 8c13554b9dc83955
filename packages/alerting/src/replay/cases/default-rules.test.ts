import { kpiDefs } from '@vigie/kpis';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseRules } from '../../rules/rules-file.ts';
import { coverageOf } from './coverage.ts';
import { parseCases } from './read-case-file.ts';
import { isPassed, runCases } from './run-cases.ts';

const textOf = (file: string): string => readFileSync(new URL(`../../../../../infra/rules/${file}`, import.meta.url), 'utf8');

test('the default rules do what their cases say, and nothing that they can do is left without a case', () => {
  const rules = parseRules(textOf('rules.yaml'), kpiDefs);
  const cases = parseCases(textOf('rules.test.yaml'));
  if (!rules.ok || !cases.ok) throw new Error(JSON.stringify([rules, cases]));
  const results = runCases(cases, rules.ruleSet);
  expect(results.filter((result) => !isPassed(result)).map(({ name, failures, mistakes }) => ({ name, failures, mistakes }))).toEqual([]);
  const runs = results.flatMap(({ run }) => run ?? []);
  expect(coverageOf(rules.ruleSet.rules, runs).filter(({ isCovered }) => !isCovered)).toEqual([]);
});

test('the cases that docs/alerting.md shows pass against the default rules', () => {
  const page = readFileSync(new URL('../../../../../docs/alerting.md', import.meta.url), 'utf8');
  const rules = parseRules(textOf('rules.yaml'), kpiDefs);
  const cases = parseCases(/```yaml cases\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  if (!rules.ok || !cases.ok) throw new Error(JSON.stringify([rules, cases]));
  const results = runCases(cases, rules.ruleSet);
  expect(results).toHaveLength(3);
  expect(results.filter((result) => !isPassed(result)).map(({ name, failures, mistakes }) => ({ name, failures, mistakes }))).toEqual([]);
});
