import { expect, test } from 'vitest';
import { fileOf, problemsOf, type RuleLines } from './bad-file.fixture.ts';

// What the keys of a rule mean to each other. The rule begins in line 3; its KPI stands in line 4, its window in 5, its limits in 6, what is added from 7 on.
const cases: readonly (readonly [name: string, lines: RuleLines, problems: readonly string[]])[] = [
  [
    'a KPI that is none',
    { kpi: 'kpi: customer_churn_rat' },
    ['4:10 rules[0].kpi: expected the id of a KPI, found "customer_churn_rat". Did you mean customer_churn_rate?'],
  ],
  [
    'a KPI without a size',
    { window: 'window: { every: 1h }' },
    ['5:13 rules[0].window: expected a window with its size, such as { size: 30d, every: 1h }, found none'],
  ],
  [
    'a KPI without a window',
    { window: 'name: churn' },
    ['3:5 rules[0].window: expected a window with its size, such as { size: 30d, every: 1h }, found none'],
  ],
  [
    'windows off the minute',
    { window: 'window: { size: 30d, every: 90s }' },
    ['5:33 rules[0].window.every: expected whole minutes, at least 1m (windows end on minutes), found 90 s'],
  ],
  [
    'windows months apart',
    { window: 'window: { size: 30d, every: 60d }' },
    ['5:33 rules[0].window.every: expected a duration such as 30s, 5m, 1h or 7d, at most 31d'],
  ],
  [
    'a window longer than time',
    { window: 'window: { size: 99999d, every: 1h }' },
    ['5:21 rules[0].window.size: expected a rolling window of at most 36600d, found "99999d"'],
  ],
  [
    'a signal with a size',
    { kpi: 'signal: completeness_lag' },
    ['5:21 rules[0].window.size: expected no size: a signal is of the moment, found "30d"'],
  ],
  [
    'a recovery on the wrong side',
    { severity: 'severity: { warning: { at_or_above: 5, recover_below: 5.1 } }' },
    ['6:26 rules[0].severity.warning: expected recover_below at most 5, on the safe side of the limit, found 5.1'],
  ],
  [
    'a recovery on the wrong side below',
    { severity: 'severity: { warning: { at_or_below: 5, recover_above: 4.9 } }' },
    ['6:26 rules[0].severity.warning: expected recover_above at least 5, on the safe side of the limit, found 4.9'],
  ],
  [
    'a recovery of the other direction',
    { severity: 'severity: { warning: { at_or_above: 5, recover_above: 6 } }' },
    ['6:26 rules[0].severity.warning: expected recover_below beside at_or_above, found recover_above'],
  ],
  [
    'a grave limit milder than the mild one',
    { severity: 'severity: { warning: { at_or_above: 5 }, critical: { at_or_above: 4 } }' },
    ['6:56 rules[0].severity.critical: expected a limit of at least 5, that of the milder severity (warning), found 4'],
  ],
  [
    'two directions in one rule',
    { severity: 'severity: { warning: { at_or_above: 5 }, critical: { at_or_below: 4 } }' },
    ['6:56 rules[0].severity.critical: expected all severities in one direction, found both (warning)'],
  ],
  [
    'an override in the other direction',
    { a: 'group_by: [channel]', b: 'overrides: [{ match: { channel: seo }, severity: { warning: { at_or_below: 9 } } }]' },
    ["8:65 rules[0].overrides[0].severity.warning: expected at_or_above, as the rule's own limits, found at_or_below"],
  ],
  [
    'an override without group_by',
    { a: 'overrides: [{ match: { channel: seo }, severity: { warning: { at_or_above: 9 } } }]' },
    ['7:37 rules[0].overrides[0].match.channel: expected a rule with group_by, found channel: this override can never match'],
  ],
  [
    'an override of another dimension',
    { a: 'group_by: [channel]', b: 'overrides: [{ match: { segment: seo }, severity: { warning: { at_or_above: 9 } } }]' },
    [
      '8:37 rules[0].overrides[0].match.segment: expected only channel, which the rule groups by, found segment: this override can never match',
    ],
  ],
  [
    'two overrides of one slice',
    {
      a: 'group_by: [channel]',
      b: 'overrides:\n      - { match: { channel: seo }, severity: { warning: { at_or_above: 9 } } }\n      - { match: { channel: seo }, severity: { warning: { at_or_above: 8 } } }',
    },
    ['10:18 rules[0].overrides[1].match: expected a slice of its own, found that of overrides[0], which comes first'],
  ],
  ['n beyond m', { a: 'n_of_m: { n: 5, m: 3 }' }, ['7:18 rules[0].n_of_m.n: expected at most m, 3, found 5: it could never fire']],
  [
    'a dimension that the KPI has not',
    { a: 'group_by: [plan]' },
    ['7:16 rules[0].group_by[0]: expected a dimension of customer_churn_rate, found "plan". Known: channel, segment, country.'],
  ],
  [
    'a KPI of slices without its slice',
    { kpi: 'kpi: cac_by_channel' },
    ['4:10 rules[0].kpi: expected group_by: [channel], because cac_by_channel exists only by slices of it, found none'],
  ],
  [
    'a sample of another KPI',
    { a: 'min_sample: { measure: customers_at_stat, at_least: 10 }' },
    [
      '7:28 rules[0].min_sample.measure: expected a measure of customer_churn_rate that is a count, found "customers_at_stat". Did you mean customers_at_start?',
    ],
  ],
  [
    'a sample of money',
    { kpi: 'kpi: cac', a: 'min_sample: { measure: marketing_cost, at_least: 10 }' },
    ['7:28 rules[0].min_sample.measure: expected a measure of cac that is a count, found "marketing_cost". Known: new_customers.'],
  ],
  [
    'confidence without its sample',
    { a: 'confidence: 0.95' },
    ['7:17 rules[0].confidence: expected min_sample: { measure: customers_at_start, ... } beside it, found none'],
  ],
  [
    'confidence in money',
    { kpi: 'kpi: cac', a: 'confidence: 0.95', b: 'min_sample: { measure: new_customers, at_least: 10 }' },
    [
      '7:17 rules[0].confidence: expected it beside a share of counts, found "cac". Known: customer_churn_rate, customer_retention_rate, conversion_rate, repeat_customer_rate.',
    ],
  ],
  [
    'confidence in a change',
    {
      a: 'confidence: 0.95',
      b: 'min_sample: { measure: customers_at_start, at_least: 10 }',
      c: 'change: { against: previous, as: absolute }',
    },
    ['7:17 rules[0].confidence: expected no confidence beside change: a difference is no share of a count'],
  ],
  [
    'a zero denominator where nothing is divided',
    { kpi: 'kpi: mrr', a: 'on_zero_denominator: { when_numerator_at_least: 5, then: breach, severity: warning }' },
    ['7:26 rules[0].on_zero_denominator: expected it only where something is divided, found it beside mrr = closing_mrr'],
  ],
  [
    'a zero-denominator severity without a limit',
    { kpi: 'kpi: cac', a: 'on_zero_denominator: { when_numerator_at_least: 5, then: breach, severity: critical }' },
    ['7:80 rules[0].on_zero_denominator.severity: expected a severity of this rule, found critical'],
  ],
  [
    'a severity without data that has no limit',
    { a: 'no_data: { then: breach, severity: critical }' },
    ['7:40 rules[0].no_data.severity: expected a severity of this rule, found critical'],
  ],
  [
    'a negative base',
    { a: 'change: { against: previous, as: percent, min_base: -5 }' },
    ['7:57 rules[0].change.min_base: expected 0 or more: it is a magnitude, found -5'],
  ],
  [
    'an industry that is none',
    { severity: "benchmark: { industry: 'e-commerce, United Kingdom', severity: warning }", kpi: 'kpi: cac' },
    [
      '6:28 rules[0].benchmark.industry: expected an industry with a benchmark of cac, found "e-commerce, United Kingdom". Known: "e-commerce, United States", "software as a service, United States".',
    ],
  ],
  [
    'a benchmark that cannot be converted',
    { severity: "benchmark: { industry: 'all industries, United States', severity: warning }", kpi: 'kpi: repeat_customer_rate' },
    [
      '6:28 rules[0].benchmark.industry: expected a window of a year for a benchmark per year, which cannot be converted for repeat_customer_rate, found 30d',
    ],
  ],
  [
    'a benchmark of a change',
    {
      severity: "benchmark: { industry: 'e-commerce, United States', severity: warning }",
      kpi: 'kpi: cac',
      a: 'change: { against: previous, as: percent }',
    },
    ['6:16 rules[0].benchmark: expected no benchmark beside change: an industry is typical in its values, not in their changes'],
  ],
  [
    'a signal that is divided by nothing',
    { kpi: 'signal: completeness_lag', window: 'window: { every: 1m }', a: 'change: { against: previous, as: percent }' },
    ['7:13 rules[0].change: expected change only beside a KPI, found it beside the signal completeness_lag'],
  ],
  [
    'a signal by a dimension of another',
    { kpi: 'signal: stuck_partition', window: 'window: { every: 1m }', a: 'group_by: [source]' },
    ['7:16 rules[0].group_by[0]: expected group_by: [partition] or none, found source'],
  ],
  [
    'a signal without slices by one',
    { kpi: 'signal: completeness_lag', window: 'window: { every: 1m }', a: 'group_by: [source]' },
    ['7:16 rules[0].group_by[0]: expected no group_by: completeness_lag has no slices, found source'],
  ],
  [
    'a signal with a sample that it has not',
    { kpi: 'signal: stuck_partition', window: 'window: { every: 1m }', a: 'min_sample: { measure: records, at_least: 1 }' },
    ['7:28 rules[0].min_sample.measure: expected a measure of stuck_partition, found "records". There is none here.'],
  ],
  [
    'a label that Vigie sets',
    { a: 'labels: { severity: high }' },
    ['7:25 rules[0].labels.severity: expected a label of your own, found severity, which Vigie sets'],
  ],
  [
    'a summary with an unknown name',
    { a: 'summary: "churn {{ valeu }}"' },
    ['7:14 rules[0].summary: expected a name that summaries know, found "valeu". Did you mean value?'],
  ],
  [
    'a summary without quotes',
    { a: 'summary: {{ value }}' },
    ['7:15 expected a word as a key, found a list, a mapping or an alias. Text in double braces needs quotes around it.'],
  ],
];

test.each(cases)('a rule is refused for %s', (_name, lines, problems) => {
  const said = problemsOf(fileOf(lines));
  expect(said).toEqual(problems);
});
