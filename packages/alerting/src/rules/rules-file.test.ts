import { readFileSync } from 'node:fs';
import { kpiDefs } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import { formatProblems, parseRules } from './rules-file.ts';

const ruleLines = {
  uid: 'uid: churn',
  kpi: 'kpi: customer_churn_rate',
  window: 'window: { size: 30d, every: 1h }',
  severity: 'severity: { warning: { at_or_above: 5, recover_below: 4.5 } }',
};
/** A file with one rule whose lines are replaced or added. */
function file(lines: Record<string, string> = {}, rest = ''): string {
  const merged = Object.values({ ...ruleLines, ...lines });
  return `version: 1\nrules:\n  - ${merged.join('\n    ')}\n${rest}`;
}
function problemsOf(text: string): string[] {
  const parsed = parseRules(text, kpiDefs);
  return parsed.ok ? [] : formatProblems('r.yaml', parsed.problems).split('\n');
}
function ruleOf(text: string) {
  const parsed = parseRules(text, kpiDefs);
  if (!parsed.ok) throw new Error(formatProblems('r.yaml', parsed.problems));
  return parsed.ruleSet.rules[0]!;
}

const hashOf = (text: string) => ruleOf(text).definitionHash;

describe('parseRules', () => {
  test('the smallest rule is enough, the rest has defaults, and its alerts go to the log', () => {
    const parsed = parseRules(file(), kpiDefs);
    expect(parsed).toMatchObject({
      ok: true,
      ruleSet: {
        rules: [
          {
            uid: 'churn',
            name: 'churn',
            tenant: 'default',
            size: '30d',
            everyMs: 3_600_000,
            settleMs: 0,
            limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' }],
            forMs: 0,
            keepFiringForMs: 0,
            minSample: null,
            groupBy: null,
            onZeroDenominator: null,
          },
        ],
        routes: { default: { channels: ['log'] } },
        channels: [{ name: 'log', type: 'log' }],
      },
    });
  });

  test('the default rules that ship with the product are valid and cover churn and CAC', () => {
    const parsed = parseRules(readFileSync(new URL('../../../../infra/rules/rules.yaml', import.meta.url), 'utf8'), kpiDefs);
    if (!parsed.ok) throw new Error(formatProblems('rules.yaml', parsed.problems));
    expect(new Set(parsed.ruleSet.rules.map((rule) => rule.kpi))).toEqual(new Set(['customer_churn_rate', 'cac', 'cac_by_channel']));
  });

  test('for counts the first breaching window, keep_firing_for does not, durations are themselves', () => {
    const rule = ruleOf(file({ a: 'for: 2 windows', b: 'keep_firing_for: 1 window' }));
    expect([rule.forMs, rule.keepFiringForMs]).toEqual([3_600_000, 3_600_000]);
    expect(ruleOf(file({ a: 'for: 1 window' })).forMs).toBe(0);
    expect(ruleOf(file({ a: 'for: 90m' })).forMs).toBe(5_400_000);
  });

  test('severities come from mild to grave, whatever their order in the file', () => {
    const rule = ruleOf(file({ severity: 'severity: { critical: { at_or_below: 1 }, info: { at_or_below: 3, recover_above: 4 } }' }));
    expect(rule.limits).toEqual([
      { severity: 'info', comparison: 'at_or_below', limit: '3', recovery: '4' },
      { severity: 'critical', comparison: 'at_or_below', limit: '1', recovery: '1' },
    ]);
  });

  test('the definition hash changes with the meaning and not with the order of keys', () => {
    expect(hashOf(file({ a: 'labels: { a: x, b: y }' }))).toBe(hashOf(file({ a: 'labels: { b: y, a: x }' })));
    expect(hashOf(file())).not.toBe(hashOf(file({ severity: 'severity: { warning: { at_or_above: 6, recover_below: 4.5 } }' })));
  });

  test('a webhook names its secrets, one or two, and its private hosts', () => {
    const channels =
      'channels: { hook: { type: webhook, url: "https://ops.example.org/x", secret_env: [NEW, OLD], allow_private_hosts: [localhost] } }';
    const parsed = parseRules(file({}, `${channels}\nroutes: { default: { channels: [log, hook] } }`), kpiDefs);
    expect(parsed).toMatchObject({
      ok: true,
      ruleSet: {
        channels: [
          { name: 'hook', type: 'webhook', secrets: [{ env: 'NEW' }, { env: 'OLD' }], allowPrivateHosts: ['localhost'] },
          { name: 'log', type: 'log' },
        ],
      },
    });
  });
});

describe('what is wrong with a file', () => {
  test('everything is told at once, with line and column', () => {
    const text = `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    windw: { size: 30d, every: 1h }
    window: { size: 30d, evry: 1h }
    severity: { warnin: { at_or_above: 5 }, critical: { at_or_above: lots } }
    for: a while
`;
    expect(problemsOf(text)).toEqual([
      'r.yaml:5:5 rules[0].windw: unknown key "windw". Did you mean window?',
      'r.yaml:6:13 rules[0].window.every: expected a string, found nothing',
      'r.yaml:6:26 rules[0].window.evry: unknown key "evry". Did you mean every?',
      'r.yaml:7:17 rules[0].severity.warnin: unknown key "warnin". Did you mean warning?',
      'r.yaml:7:70 rules[0].severity.critical.at_or_above: expected a number, found "lots"',
      'r.yaml:8:10 rules[0].for: expected a number of windows such as "2 windows", or a duration such as 30m or 2h, found "a while"',
    ]);
  });

  test.each([
    [
      'a KPI that is none',
      { kpi: 'kpi: customer_churn_rat' },
      '4:10 rules[0].kpi: expected the id of a KPI, found "customer_churn_rat". Did you mean customer_churn_rate?',
    ],
    [
      'a size that is none',
      { window: 'window: { size: 30 days, every: 1h }' },
      'expected a rolling window such as 90m, 24h or 30d, found "30 days"',
    ],
    [
      'windows off the minute',
      { window: 'window: { size: 30d, every: 90s }' },
      'expected whole minutes, at least 1m (windows end on minutes), found 90 s',
    ],
    ['no severity', { severity: 'severity: {}' }, 'expected at least one of info, warning, critical, found none'],
    [
      'both directions in one level',
      { severity: 'severity: { warning: { at_or_above: 5, at_or_below: 1 } }' },
      'expected exactly one of at_or_above',
    ],
    [
      'a recovery on the wrong side',
      { severity: 'severity: { warning: { at_or_above: 5, recover_below: 5.1 } }' },
      'expected recover_below at most 5, on the safe side of the limit, found 5.1',
    ],
    [
      'a recovery of the other direction',
      { severity: 'severity: { warning: { at_or_above: 5, recover_above: 6 } }' },
      'expected recover_below beside at_or_above',
    ],
    [
      'a grave limit milder than the mild one',
      { severity: 'severity: { warning: { at_or_above: 5 }, critical: { at_or_above: 4 } }' },
      'expected a limit of at least 5, that of the milder severity, found 4 (warning)',
    ],
    [
      'two directions in one rule',
      { severity: 'severity: { warning: { at_or_above: 5 }, critical: { at_or_below: 4 } }' },
      'expected all severities in one direction',
    ],
    ['a limit beyond decimals', { severity: 'severity: { warning: { at_or_above: 1e20 } }' }, 'expected a number below 10^15'],
    [
      'a dimension that the KPI has not',
      { a: 'group_by: [plan]' },
      'expected a dimension of customer_churn_rate, found "plan". Known: channel, segment, country.',
    ],
    ['two dimensions', { a: 'group_by: [channel, segment]' }, 'expected at most one dimension'],
    [
      'a KPI of slices without its slice',
      { kpi: 'kpi: cac_by_channel' },
      'expected group_by: [channel], because cac_by_channel exists only by slices of it',
    ],
    [
      'a measure of another KPI',
      { a: 'min_sample: { measure: new_customers, at_least: 10 }' },
      'expected a measure of customer_churn_rate, found "new_customers"',
    ],
    [
      'a summary with an unknown name',
      { a: 'summary: "churn {{ valeu }}"' },
      'expected a name that summaries know, found "valeu". Did you mean value?',
    ],
    [
      'a zero-denominator severity without a limit',
      { kpi: 'kpi: cac', a: 'on_zero_denominator: { when_numerator_at_least: 5, then: breach, severity: critical }' },
      'expected a severity of this rule, found critical',
    ],
    [
      'an unknown key inside a union',
      { a: 'on_zero_denominator: { when_numerator_at_last: 5, then: breach, severity: warning }' },
      'unknown key "when_numerator_at_last". Did you mean when_numerator_at_least?',
    ],
    ['a runbook that is no link', { a: 'runbook: wiki' }, 'expected a link beginning with https://, found "wiki"'],
  ])('%s', (_name, lines, expected) => {
    expect(problemsOf(file(lines)).join('\n')).toContain(expected);
  });

  test.each([
    [
      'routes: { default: { channels: [lgo] } }',
      '7:33 routes.default.channels[0]: expected a channel that is declared under channels, found "lgo". Did you mean log?',
    ],
    ['channels: { hook: { type: webhok } }', 'channels.hook.type: expected one of the known kinds of type (log, webhook), found "webhok"'],
    [
      'channels: { hook: { type: webhook, url: "http://ops.example.org", secret_env: S } }',
      'expected https, found http:// to ops.example.org',
    ],
    [
      'channels: { hook: { type: webhook, url: "https://u:hunter2@ops.example.org", secret_env: S } }',
      'expected a URL without user and password',
    ],
    ['channels: { hook: { type: webhook, url: "nonsense", secret_env: S } }', 'expected a URL such as https://example.org/hook'],
    ['channels: { hook: { type: webhook, url: "https://ops.example.org" } }', 'expected exactly one of secret_env'],
    [
      'channels: { hook: { type: webhook, url: "https://ops.example.org", secret_env: "whsec_abc=" } }',
      'expected the name of an environment variable, not the secret itself',
    ],
    ['channels: { hook: { type: webhook, url: "https://ops.example.org", secret: whsec_x } }', 'unknown key "secret"'],
    ['version: 2', 'found: Map keys must be unique'],
  ])('%s', (rest, expected) => {
    const said = problemsOf(file({}, rest)).join('\n');
    expect(said).toContain(expected);
    expect(said).not.toMatch(/hunter2|whsec_abc/);
  });

  test('YAML that is none is told with its place', () => {
    expect(problemsOf('version: 1\nrules: [\n')[0]).toMatch(/^r\.yaml:\d+:\d+ expected YAML, found: /);
  });

  test('two rules of one uid', () => {
    const text = file() + file().split('rules:\n')[1]!;
    expect(problemsOf(text)).toEqual(['r.yaml:7:10 rules[1].uid: expected a uid of its own, found that of rules[0]. Rename one.']);
  });

  test.each(['', 'null', '[]', '3'])('the file %j', (text) => {
    expect(problemsOf(text)[0]).toContain('expected a mapping');
  });
});
