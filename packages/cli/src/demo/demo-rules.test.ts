import { formatProblems, parseRules } from '@vigie/alerting';
import { kpiDefs } from '@vigie/kpis';
import { expect, test } from 'vitest';
import { cacRule, churnRule, demoRulesFile, expectedRule } from './demo-rules.ts';

const rules = [churnRule({ limit: '5.5', recovery: '5' }), cacRule(121.4)];

test('the rules file of the demo has no mistake, and judges what the ledger is asked about', () => {
  const parsed = parseRules(demoRulesFile(rules, 'http://127.0.0.1:4000/alerts'), kpiDefs);
  if (!parsed.ok) throw new Error(formatProblems('rules.yaml', parsed.problems));
  const judged = parsed.ruleSet.rules.filter(({ kind }) => kind === 'kpi');
  for (const [index, rule] of judged.entries()) {
    const { kpi, size, limits, min_sample: sample } = expectedRule(rules[index]!, null);
    expect(rule).toMatchObject({ kpi, size, everyMs: 60_000, settleMs: 0, forMs: 0, keepFiringForMs: 0 });
    expect(rule.limits).toEqual(limits.map((limit) => ({ comparison: 'at_or_above', ...limit })));
    expect(rule.minSample).toEqual({ measure: sample.measure, atLeast: String(sample.at_least) });
  }
  expect(judged.map(({ groupBy }) => groupBy)).toEqual([null, 'channel']);
});

test('the limit on acquisition costs is well above the dearest channel', () => {
  expect(cacRule(121.4)).toMatchObject({ limit: '190', recovery: '171' });
});
