import { readFileSync } from 'node:fs';
import { kpiDefs } from '@vigie/kpis';
import { expect, test } from 'vitest';
import type { Rule } from '../types.ts';
import { formatProblems, parseRules } from './rules-file.ts';

const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
function parse(text: string) {
  const parsed = parseRules(text, kpiDefs);
  if (!parsed.ok) throw new Error(formatProblems('rules.yaml', parsed.problems));
  return parsed.ruleSet;
}

/** In a block of comments, what follows from the first line that is YAML is an example; without its `# ` it is in force. */
function withExamples(text: string): { text: string; exampleCount: number } {
  let [isExample, exampleCount] = [false, 0];
  const lines = text.split('\n').map((line) => {
    if (!/^\s*# /u.test(line)) isExample = false;
    else if (!isExample && /^\s*# (- )?[a-z_-]+:( |$)/u.test(line) && !line.includes('$schema')) {
      isExample = true;
      exampleCount += 1;
    }
    return isExample ? line.replace('# ', '') : line;
  });
  return { text: lines.join('\n'), exampleCount };
}

const shipped = ['infra/rules/rules.yaml', 'examples/telco-churn/rules.yaml', 'examples/online-retail/rules.yaml'];

test.each(shipped)('%s is in order, and names its schema for editors', (path) => {
  expect(parse(read(path)).rules.length).toBeGreaterThan(0);
  expect(read(path).split('\n')[0]).toBe('# yaml-language-server: $schema=../../docs/rules.schema.json');
});

test('the rules file that README.md shows is in order', () => {
  const shown = [...read('README.md').matchAll(/^```yaml\n(version: 1\n.*?)^```/gmsu)]
    .map(([, text]) => text!)
    .filter((text) => text.includes('\nrules:'));
  expect(shown.length).toBeGreaterThan(0);
  for (const text of shown) parse(text);
});

test('every example of the default rules is in order once it is uncommented, all of them together', () => {
  const { text, exampleCount } = withExamples(read(shipped[0]!));
  expect(exampleCount).toBe(13);
  const { rules, channels, route } = parse(text);
  expect(rules.map(({ uid }) => uid)).toEqual(
    expect.arrayContaining(['churn-30d-by-segment', 'churn-worse-than-typical', 'retention-30d', 'expansion-mrr-30d', 'repeat-rate-90d']),
  );
  expect(rules.map(({ kpi }) => kpi)).toEqual(expect.arrayContaining(kpiDefs.map(({ id }) => id)));
  expect(channels.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['log', 'webhook', 'pagerduty', 'slack', 'teams', 'discord', 'alertmanager', 'email', 'kafka']),
  );
  expect(route.children.map(({ id }) => id)).toEqual([
    'default/severity="critical"',
    'default/team="data"',
    'default/channel=~"paid_.*",severity!="info"',
  ]);
});

test('the default rules watch churn, acquisition cost, the other KPIs and every signal of the pipeline', () => {
  const { rules } = parse(read(shipped[0]!));
  const watched = (kind: Rule['kind']) => [...new Set(rules.filter((rule) => rule.kind === kind).map(({ kpi }) => kpi))];
  expect(watched('kpi').toSorted()).toEqual([
    'arpu',
    'average_order_value',
    'cac',
    'cac_by_channel',
    'customer_base_growth_rate',
    'customer_churn_rate',
    'mrr',
    'revenue',
  ]);
  expect(watched('pipeline').toSorted()).toEqual([
    'completeness_lag',
    'dead_letter_share',
    'delivery_dead',
    'rule_broken',
    'silent_event_type',
    'source_error',
    'stuck_partition',
  ]);
});

test('a young company is not flooded: every default rule on a KPI asks for a sample, or for an earlier value that is large enough', () => {
  const { rules } = parse(read(shipped[0]!));
  const isGuarded = ({ minSample, change }: Rule) => minSample !== null || (change !== null && change.minBase !== null);
  expect(rules.filter((rule) => rule.kind === 'kpi' && !isGuarded(rule)).map(({ uid }) => uid)).toEqual([]);
});

test('none of the default alarms about rules or channels holds the alerts of KPIs', () => {
  const { rules } = parse(read(shipped[0]!));
  const gravest = rules
    .filter(({ kpi }) => kpi === 'rule_broken' || kpi === 'delivery_dead')
    .flatMap(({ limits }) => limits.map(({ severity }) => severity));
  expect(gravest).toEqual(['warning', 'warning']);
});
