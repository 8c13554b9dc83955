import { kpiDefs } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import { fileOf as file, problemsOf } from './bad-file.fixture.ts';
import { formatProblems, parseRules } from './rules-file.ts';

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
            kind: 'kpi',
            kpi: 'customer_churn_rate',
            size: '30d',
            everyMs: 3_600_000,
            settleMs: 0,
            limits: [{ severity: 'warning', comparison: 'at_or_above', limit: '5', recovery: '4.5' }],
            forMs: 0,
            keepFiringForMs: 0,
            minSample: null,
            overrides: [],
            nOfM: null,
            confidence: null,
            groupBy: null,
            maxInstances: 1000,
            onZeroDenominator: null,
            // oxlint-disable-next-line unicorn/no-thenable -- the word of the file format; nothing awaits it
            noData: { then: 'hold' },
            change: null,
            benchmark: null,
          },
        ],
        route: {
          id: 'default',
          matchers: [],
          channels: ['log'],
          groupBy: ['rule'],
          groupWaitMs: 30_000,
          groupIntervalMs: 300_000,
          repeatIntervalMs: 86_400_000,
          mute: [],
          flap: null,
          continues: false,
          children: [],
        },
        muteTimings: [],
        channels: [{ name: 'log', type: 'log', allowPrivateHosts: [], fallback: null }],
      },
    });
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
  test('everything is told at once, of shape and of meaning, with line and column', () => {
    const text = `version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    windw: { size: 30d, every: 1h }
    window: { size: 30d, evry: 1h }
    severity: { warnin: { at_or_above: 5 }, critical: { at_or_above: lots } }
    for: a while
  - uid: cac
    kpi: cax
    window: { size: 7d, every: 90s }
    severity: { warning: { at_or_above: 5, recover_below: 6 } }
routes: { default: { channels: [ops] } }
channels:
  hook: { type: webhok }
`;
    expect(problemsOf(text)).toEqual([
      '5:5 rules[0].windw: unknown key "windw". Did you mean window?',
      '6:13 rules[0].window.every: expected a string, found nothing',
      '6:26 rules[0].window.evry: unknown key "evry". Did you mean every?',
      '7:17 rules[0].severity.warnin: unknown key "warnin". Did you mean warning?',
      '7:70 rules[0].severity.critical.at_or_above: expected a number, found "lots"',
      '8:10 rules[0].for: expected a number of windows such as "2 windows", or a duration such as 30m or 2h, found "a while"',
      '10:10 rules[1].kpi: expected the id of a KPI, found "cax". Did you mean cac?',
      '11:32 rules[1].window.every: expected whole minutes, at least 1m (windows end on minutes), found 90 s',
      '12:26 rules[1].severity.warning: expected recover_below at most 5, on the safe side of the limit, found 6',
      '13:33 routes.default.channels[0]: expected a channel that is declared under channels, found "ops". Known: log, hook.',
      '15:17 channels.hook.type: expected one of the known kinds of type (log, webhook, slack, teams, discord, pagerduty, alertmanager, email, kafka), found "webhok". Did you mean webhook?',
    ]);
  });

  test('a name of something that is declared wrongly is not called unknown as well', () => {
    const rest =
      'routes: { default: { channels: [hook], mute: [nights] } }\nchannels: { hook: { type: log, to: me } }\nmute_timings: { nights: {} }';
    expect(problemsOf(file({}, rest)).map((problem) => problem.split(' ')[1])).toEqual([
      'channels.hook.to:',
      'mute_timings.nights.intervals:',
    ]);
  });

  test('YAML that is none is told with its place', () => {
    expect(problemsOf('version: 1\nrules: [\n')[0]).toMatch(/^\d+:\d+ expected YAML, found: /);
  });

  test('YAML that grows without end is refused', () => {
    const lines = Array.from(
      { length: 30 },
      (_, index) => `x${index}: &x${index} [${index === 0 ? '1' : `*x${index - 1}, *x${index - 1}`}]`,
    );
    expect(problemsOf(`version: 1\n${lines.join('\n')}\n`)).toEqual([
      '1:1 expected YAML whose aliases can be followed, found: Excessive alias count indicates a resource exhaustion attack',
    ]);
  });

  test('two rules of one uid', () => {
    const text = file() + file().split('rules:\n')[1]!;
    expect(problemsOf(text)).toEqual(['7:10 rules[1].uid: expected a uid of its own, found that of rules[0]. Rename one.']);
  });

  test.each(['', 'null', '[]', '3'])('the file %j', (text) => {
    expect(problemsOf(text)[0]).toContain('expected a mapping');
  });
});
