import { expect, test } from 'vitest';
import { fileOf, problemsOf, type RuleLines } from './bad-file.fixture.ts';

// The shape of a rule. The rule begins in line 3; its KPI stands in line 4, its window in 5, its limits in 6, what is added from 7 on.
const cases: readonly (readonly [name: string, lines: RuleLines, problems: readonly string[]])[] = [
  ['an unknown key', { a: 'labls: { team: growth }' }, ['7:5 rules[0].labls: unknown key "labls". Did you mean labels?']],
  [
    'a key with nothing near',
    { a: 'colour: red' },
    [
      '7:5 rules[0].colour: unknown key "colour". Known here: uid, name, tenant, kpi, signal, window, severity, benchmark, overrides, for, n_of_m, keep_firing_for, settle, min_sample, confidence, group_by, except, max_instances, on_zero_denominator, no_data, change, labels, summary, runbook.',
    ],
  ],
  ['no uid', { uid: 'name: Churn' }, ['3:5 rules[0].uid: expected a string, found nothing']],
  [
    'a uid that is no word',
    { uid: 'uid: Churn 30d' },
    ['3:10 rules[0].uid: expected 1 to 64 of a-z, 0-9, dash and underscore, beginning with a letter or digit, found "Churn 30d"'],
  ],
  [
    'neither KPI nor signal',
    { kpi: 'name: churn' },
    [
      '3:5 rules[0]: expected exactly one of kpi (a number of the company) and signal (one of the pipeline), found a mapping of uid, name, window, severity',
    ],
  ],
  [
    'KPI and signal',
    { a: 'signal: completeness_lag' },
    [
      '3:5 rules[0]: expected exactly one of kpi (a number of the company) and signal (one of the pipeline), found a mapping of uid, kpi, window, severity, signal',
    ],
  ],
  [
    'a signal that is none',
    { kpi: 'signal: completeness_lagg' },
    [
      '4:13 rules[0].signal: expected one of completeness_lag, stuck_partition, dead_letter_share, silent_event_type, source_error, rule_broken, delivery_dead, found "completeness_lagg". Did you mean completeness_lag?',
    ],
  ],
  [
    'severity and benchmark',
    { a: "benchmark: { industry: 'e-commerce, United States', severity: warning }" },
    [
      '3:5 rules[0]: expected exactly one of severity (limits of your own) and benchmark (limits of an industry), found a mapping of uid, kpi, window, severity, benchmark',
    ],
  ],
  [
    'neither severity nor benchmark',
    { severity: 'name: churn' },
    [
      '3:5 rules[0]: expected exactly one of severity (limits of your own) and benchmark (limits of an industry), found a mapping of uid, kpi, window, name',
    ],
  ],
  [
    'a size that is none',
    { window: 'window: { size: 30 days, every: 1h }' },
    ['5:21 rules[0].window.size: expected a rolling window such as 90m, 24h or 30d, found "30 days"'],
  ],
  [
    'an interval that is none',
    { window: 'window: { size: 30d, every: hourly }' },
    ['5:33 rules[0].window.every: expected a duration such as 30s, 5m, 1h or 7d, found "hourly"'],
  ],
  [
    'for that is no span',
    { a: 'for: two windows' },
    ['7:10 rules[0].for: expected a number of windows such as "2 windows", or a duration such as 30m or 2h, found "two windows"'],
  ],
  [
    'for and n of m',
    { a: 'for: 2 windows', b: 'n_of_m: { n: 3, m: 5 }' },
    ['8:13 rules[0].n_of_m: expected it without for: both say how many windows it takes, found {"n":3,"m":5}'],
  ],
  ['n of m without m', { a: 'n_of_m: { n: 3 }' }, ['7:13 rules[0].n_of_m.m: expected a number, found nothing']],
  [
    'a limit in quotes',
    { severity: "severity: { warning: { at_or_above: '5' } }" },
    ['6:41 rules[0].severity.warning.at_or_above: expected a number, found "5"'],
  ],
  [
    'a limit that is no number',
    { severity: 'severity: { warning: { at_or_above: .inf } }' },
    ['6:41 rules[0].severity.warning.at_or_above: expected a number, found Infinity'],
  ],
  [
    'both directions in one level',
    { severity: 'severity: { warning: { at_or_above: 5, at_or_below: 1 } }' },
    [
      '6:26 rules[0].severity.warning: expected exactly one of at_or_above (lower is better) and at_or_below (higher is better), found {"at_or_above":5,"at_or_below":1}',
    ],
  ],
  [
    'an unknown severity',
    { severity: 'severity: { critcal: { at_or_above: 5 } }' },
    ['6:17 rules[0].severity.critcal: unknown key "critcal". Did you mean critical?'],
  ],
  ['a confidence of certainty', { a: 'confidence: 1' }, ['7:17 rules[0].confidence: expected a number from 0.5 to 0.999, found 1']],
  [
    'a policy without data that is none',
    { a: 'no_data: holt' },
    ['7:14 rules[0].no_data: expected hold or ok or zero or breach or a mapping, found "holt". Did you mean hold?'],
  ],
  [
    'a policy form that is none',
    { a: 'no_data: { then: alert }' },
    ['7:22 rules[0].no_data.then: expected one of the known kinds of then (breach, notify), found "alert"'],
  ],
  [
    'notify with a severity',
    { a: 'no_data: { then: notify, severity: warning }' },
    ['7:30 rules[0].no_data.severity: unknown key "severity". Known here: then, after.'],
  ],
  [
    'no windows without data',
    { a: 'no_data: { then: breach, after: 0 windows }' },
    ['7:37 rules[0].no_data.after: expected a number of windows such as "2 windows", found "0 windows"'],
  ],
  [
    'two dimensions',
    { a: 'group_by: [channel, segment]' },
    ['7:15 rules[0].group_by: expected at most one dimension, found ["channel","segment"]'],
  ],
  [
    'a dimension that nobody knows',
    { a: 'group_by: [chanel]' },
    [
      '7:16 rules[0].group_by[0]: expected one of channel, campaign, segment, country, plan, product, partition, event_type, source, rule, found "chanel". Did you mean channel?',
    ],
  ],
  [
    'an exception without slices',
    { a: 'except: [unknown]' },
    ['7:13 rules[0].except: expected a rule with group_by, found none: without slices nothing can be excepted'],
  ],
  ['no instances', { a: 'max_instances: 0' }, ['7:20 rules[0].max_instances: expected a whole number from 1 to 10000, found 0']],
  [
    'a settle time beyond the panes',
    { a: 'settle: 31m' },
    ['7:13 rules[0].settle: expected at most 30m: later the small panes of the window are gone, found "31m"'],
  ],
  [
    'a change against nothing known',
    { a: 'change: { against: yesterday, as: percent }' },
    ['7:24 rules[0].change.against: expected one of previous, same_weekday_last_week, same_period_last_year, found "yesterday"'],
  ],
  [
    'a label with a value that is no text',
    { a: 'labels: { tier: 1 }' },
    ['7:21 rules[0].labels.tier: expected a string (in quotes), found 1'],
  ],
  [
    'a label whose name is none',
    { a: 'labels: { "Team A": growth }' },
    ['7:15 rules[0].labels.Team A: expected 1 to 64 of a-z, 0-9, dash and underscore, beginning with a letter or digit, found "Team A"'],
  ],
  [
    'an override without a slice',
    { a: 'overrides: [{ match: {}, severity: { warning: { at_or_above: 9 } } }]' },
    ['7:26 rules[0].overrides[0].match: expected the slice, such as { channel: paid_search }, found {}'],
  ],
  ['a list where a mapping belongs', { window: 'window: [30d, 1h]' }, ['5:13 rules[0].window: expected a mapping, found ["30d","1h"]']],
  ['a runbook that is no link', { a: 'runbook: wiki' }, ['7:14 rules[0].runbook: expected a link beginning with https://, found "wiki"']],
];

test.each(cases)('a rule is refused for %s', (_name, lines, problems) => {
  const said = problemsOf(fileOf(lines));
  expect(said).toEqual(problems);
});
