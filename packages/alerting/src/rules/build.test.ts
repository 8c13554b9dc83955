/* oxlint-disable unicorn/no-thenable -- the word of the file format; nothing awaits it */
import { kpiDefs } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import { inhibitorOf } from '../announce/inhibition.ts';
import type { RuleSet } from '../types.ts';
import { fileOf, type RuleLines } from './bad-file.fixture.ts';
import { formatProblems, parseRules } from './rules-file.ts';

function setOf(text: string): RuleSet {
  const parsed = parseRules(text, kpiDefs);
  if (!parsed.ok) throw new Error(formatProblems('r', parsed.problems));
  return parsed.ruleSet;
}
const ruleOf = (lines: RuleLines, rest = '') => setOf(fileOf(lines, rest)).rules[0]!;
const channelsOf = (channels: string) => setOf(`version: 1\nrules: []\nchannels:\n${channels}`).channels;

describe('rules', () => {
  test('overrides have limits of their own, in the order of the file', () => {
    const overrides = 'overrides: [{ match: { channel: seo }, severity: { critical: { at_or_above: 9, recover_below: 8 } } }]';
    expect(ruleOf({ a: 'group_by: [channel]', b: overrides })).toMatchObject({
      groupBy: 'channel',
      overrides: [{ match: { channel: 'seo' }, limits: [{ severity: 'critical', comparison: 'at_or_above', limit: '9', recovery: '8' }] }],
    });
  });

  test.each([
    ['hold', { then: 'hold' }],
    ['ok', { then: 'ok' }],
    ['zero', { then: 'zero' }],
    ['breach', { then: 'breach', severity: 'critical', afterWindows: 1 }],
    ['{ then: breach, severity: warning, after: 2 windows }', { then: 'breach', severity: 'warning', afterWindows: 2 }],
    ['{ then: notify, after: 3 windows }', { then: 'notify', afterWindows: 3 }],
  ])('no_data: %s', (written, meant) => {
    const severity = 'severity: { warning: { at_or_above: 5 }, critical: { at_or_above: 7 } }';
    expect(ruleOf({ severity, a: `no_data: ${written}` }).noData).toEqual(meant);
    expect(ruleOf({ severity }, `defaults: { no_data: ${written} }`).noData).toEqual(meant);
  });

  test('a change, n of m, confidence and the other keys come through as written', () => {
    const lines = {
      a: 'n_of_m: { n: 3, m: 5 }',
      b: 'confidence: 0.95',
      c: 'min_sample: { measure: customers_at_start, at_least: 50 }',
      d: 'max_instances: 7',
      e: 'settle: 90s',
    };
    expect(ruleOf(lines)).toMatchObject({
      ...{ nOfM: { n: 3, m: 5 }, confidence: 0.95, minSample: { measure: 'customers_at_start', atLeast: '50' } },
      ...{ maxInstances: 7, settleMs: 90_000 },
    });
    expect(ruleOf({ a: 'change: { against: same_weekday_last_week, as: percent, min_base: 2.5 }' }).change).toEqual({
      against: 'same_weekday_last_week',
      as: 'percent',
      minBase: '2.5',
    });
  });

  test('defaults hold for rules that say nothing else', () => {
    const defaults = 'defaults: { tenant: acme, settle: 2m, max_instances: 9, repeat_interval: 6h }';
    expect(ruleOf({}, defaults)).toMatchObject({ tenant: 'acme', settleMs: 120_000, maxInstances: 9 });
    expect(ruleOf({ a: 'tenant: other', b: 'settle: 1m', c: 'max_instances: 3' }, defaults)).toMatchObject({
      ...{ tenant: 'other', settleMs: 60_000, maxInstances: 3 },
    });
    expect(setOf(fileOf({}, defaults)).route.repeatIntervalMs).toBe(21_600_000);
  });

  test.each([
    ['completeness_lag', null],
    ['stuck_partition', 'partition'],
    ['dead_letter_share', null],
    ['silent_event_type', 'event_type'],
    ['source_error', 'source'],
    ['rule_broken', 'rule'],
    ['delivery_dead', 'channel'],
  ])('the signal %s is watched every minute, by %s', (signal, groupBy) => {
    const [rule] = setOf(`version: 1\nrules: [{ uid: a, signal: ${signal}, severity: { warning: { at_or_above: 1 } } }]\n`).rules;
    expect(rule).toMatchObject({ kind: 'pipeline', kpi: signal, size: '', everyMs: 60_000, groupBy });
  });
});

describe('routes', () => {
  const routes = `routes:
  default: { channels: [log], group_wait: 1m, mute: [nights], flap: { firings: 5, within: 1h, calm: 30m } }
  children:
    - match: { severity: critical }
      group_wait: 0s
      continue: true
      children:
        - { matchers: ['channel=~"paid_.*"'], group_by: [], flap: off, mute: [] }
    - { match: { kind: kpi }, repeat_interval: 4h, group_interval: 1m, channels: [log, log] }
mute_timings:
  nights: { intervals: [{ times: ['22:00-24:00', '00:00-07:00'], weekdays: [monday, sunday], days_of_month: [1, -1], months: [12] }] }
  days: { timezone: Asia/Tokyo, intervals: [{ months: [1] }] }
defaults: { timezone: Europe/Paris }
`;

  test('a route has what it says itself, and the rest from the one above it', () => {
    const { route } = setOf(fileOf({}, routes));
    const inherited = {
      ...{ channels: ['log'], groupBy: ['rule'], groupWaitMs: 60_000, groupIntervalMs: 300_000, repeatIntervalMs: 86_400_000 },
      ...{ mute: ['nights'], flap: { firingCountMax: 5, withinMs: 3_600_000, calmMs: 1_800_000 } },
    };
    const paid = { label: 'channel', op: '=~', value: 'paid_.*' };
    const finest = {
      ...inherited,
      ...{
        id: 'default/severity="critical"/channel=~"paid_.*"',
        matchers: [paid],
        continues: false,
        children: [],
        groupWaitMs: 0,
        groupBy: [],
        mute: [],
        flap: null,
      },
    };
    const critical = { label: 'severity', op: '=', value: 'critical' };
    expect(route).toEqual({
      ...{ ...inherited, id: 'default', matchers: [], continues: false },
      children: [
        { ...inherited, id: 'default/severity="critical"', matchers: [critical], continues: true, groupWaitMs: 0, children: [finest] },
        {
          ...{
            ...inherited,
            id: 'default/kind="kpi"',
            matchers: [{ label: 'kind', op: '=', value: 'kpi' }],
            continues: false,
            children: [],
          },
          ...{ repeatIntervalMs: 14_400_000, groupIntervalMs: 60_000 },
        },
      ],
    });
  });

  test('a route is called by what it matches, so that one put in beside it does not rename it', () => {
    const idsOf = (children: string): string[] =>
      setOf(fileOf({}, `routes: { default: { channels: [log] }, children: [${children}] }`)).route.children.map(({ id }) => id);
    const growth = "{ matchers: ['tenant!=b', 'kpi=arpu'] }";
    expect(idsOf(growth)).toEqual(['default/kpi="arpu",tenant!="b"']);
    expect(idsOf(`{ match: { kpi: mrr } }, ${growth}`)).toEqual(['default/kpi="mrr"', 'default/kpi="arpu",tenant!="b"']);
    expect(
      idsOf(`${growth.replace(' }', ', continue: true }')}, { match: { kpi: arpu }, matchers: ['tenant!="b"'] }, { mute: [] }`),
    ).toEqual(['default/kpi="arpu",tenant!="b"', 'default/kpi="arpu",tenant!="b"#2', 'default/*']);
  });

  test('a route behind one that takes all is reached when that one continues', () => {
    const children = '[{ group_by: [kpi], continue: true }, { match: { severity: critical } }]';
    expect(setOf(fileOf({}, `routes: { default: { channels: [log] }, children: ${children} }`)).route.children).toHaveLength(2);
  });

  test('mute timings are minutes of a day in a zone', () => {
    expect(setOf(fileOf({}, routes)).muteTimings).toEqual([
      {
        name: 'nights',
        zone: 'Europe/Paris',
        intervals: [
          {
            times: [
              { fromMinute: 1320, toMinute: 1440 },
              { fromMinute: 0, toMinute: 420 },
            ],
            ...{ weekdays: [1, 7], daysOfMonth: [1, -1], months: [12] },
          },
        ],
      },
      { name: 'days', zone: 'Asia/Tokyo', intervals: [{ times: [], weekdays: [], daysOfMonth: [], months: [1] }] },
    ]);
  });
});

describe('inhibition', () => {
  const alert = (instance: string, labels: Record<string, string>) => ({ instance, labels });
  const churn = alert('churn', { kind: 'kpi', kpi: 'customer_churn_rate', severity: 'critical', tenant: 'acme' });
  const holderOf = (labels: Record<string, string>, rest = '') =>
    inhibitorOf(setOf(fileOf({}, rest)).inhibitions, churn, [
      churn,
      alert('other', { kind: 'pipeline', severity: 'critical', tenant: 'acme', ...labels }),
    ]);

  test('a critical alarm about the numbers holds the alerts of KPIs, of every tenant; a milder one does not', () => {
    for (const kpi of ['completeness_lag', 'stuck_partition', 'dead_letter_share']) {
      expect(holderOf({ kpi, tenant: 'default' })?.instance).toBe('other');
      expect(holderOf({ kpi, severity: 'warning' })).toBeNull();
    }
  });

  test('a silent producer holds those of its own tenant', () => {
    expect(holderOf({ kpi: 'silent_event_type' })?.instance).toBe('other');
    expect(holderOf({ kpi: 'silent_event_type', tenant: 'default' })).toBeNull();
  });

  test('a broken rule, a dead channel or a source that is away holds nobody: churn goes on without ClickHouse', () => {
    for (const kpi of ['rule_broken', 'delivery_dead', 'source_error']) expect(holderOf({ kpi, tenant: 'default' })).toBeNull();
  });

  test('a list replaces it, and an empty one turns it off', () => {
    expect(holderOf({ kpi: 'completeness_lag' }, 'inhibit: []')).toBeNull();
    expect(
      setOf(fileOf({}, "inhibit: [{ source: { kind: pipeline }, target: ['kind=kpi', 'severity!=critical'], equal: [tenant] }]"))
        .inhibitions,
    ).toEqual([
      {
        source: [{ label: 'kind', op: '=', value: 'pipeline' }],
        target: [
          { label: 'kind', op: '=', value: 'kpi' },
          { label: 'severity', op: '!=', value: 'critical' },
        ],
        equal: ['tenant'],
      },
    ]);
  });
});

test('channels have their secrets by name, and defaults for what is not said', () => {
  const base = { allowPrivateHosts: [], fallback: null };
  expect(
    channelsOf(`  hook: { type: webhook, url_env: HOOK_URL, secret_file: [/run/new, /run/old], fallback: log }
  plain: { type: webhook, url: 'http://localhost:9000/x', format: alertmanager, allow_private_hosts: [localhost] }
  chat: { type: teams, url_file: /run/teams }
  pager: { type: pagerduty, routing_key_env: PAGER_KEY }
  am: { type: alertmanager, url: 'https://am.example.org/prefix/' }
  mail: { type: email, host: smtp.example.org, user: vigie, password_env: SMTP_PASSWORD, from: a@example.org, to: [b@example.org] }
  relay: { type: email, host: relay.example.org, tls: implicit, from: a@example.org, to: [b@example.org] }
  bus: { type: kafka, topic: vigie.alerts.v1 }
`),
  ).toEqual([
    {
      ...{ name: 'hook', type: 'webhook', allowPrivateHosts: [], fallback: 'log', format: 'standard' },
      ...{ url: { env: 'HOOK_URL' }, secrets: [{ file: '/run/new' }, { file: '/run/old' }] },
    },
    {
      ...{ name: 'plain', type: 'webhook', allowPrivateHosts: ['localhost'], fallback: null, format: 'alertmanager' },
      ...{ url: { text: 'http://localhost:9000/x' }, secrets: [] },
    },
    { ...base, name: 'chat', type: 'teams', url: { file: '/run/teams' } },
    { ...base, name: 'pager', type: 'pagerduty', routingKey: { env: 'PAGER_KEY' }, url: 'https://events.pagerduty.com/v2/enqueue' },
    { ...base, name: 'am', type: 'alertmanager', url: 'https://am.example.org/prefix', resendMs: 60_000 },
    {
      ...{ ...base, name: 'mail', type: 'email', host: 'smtp.example.org', port: 587, tls: 'starttls' },
      ...{ user: 'vigie', password: { env: 'SMTP_PASSWORD' }, from: 'a@example.org', to: ['b@example.org'] },
    },
    {
      ...{ ...base, name: 'relay', type: 'email', host: 'relay.example.org', port: 465, tls: 'implicit' },
      ...{ user: null, password: null, from: 'a@example.org', to: ['b@example.org'] },
    },
    { ...base, name: 'bus', type: 'kafka', topic: 'vigie.alerts.v1' },
    { ...base, name: 'log', type: 'log' },
  ]);
});
