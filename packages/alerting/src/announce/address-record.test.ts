import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '../evaluate/alert-record.ts';
import { lanesBeside, lanesOfRecord, routeTo } from './address-record.ts';
import { kpiDefs } from '@vigie/kpis';
import { parseRules } from '../rules/rules-file.ts';
import type { RuleSet, Severity, TransitionKind } from '../types.ts';

const text = `version: 1
rules:
  - { uid: churn, kpi: customer_churn_rate, window: { size: 30d, every: 1h }, severity: { warning: { at_or_above: 5 }, critical: { at_or_above: 7 } } }
  - uid: cac
    kpi: cac
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_above: 5 } }
    labels: { team: growth }
  - uid: cac
    tenant: acme
    kpi: cac
    window: { size: 30d, every: 1h }
    severity: { warning: { at_or_above: 5 } }
    labels: { team: growth }
  - { uid: broken, signal: rule_broken, severity: { warning: { at_or_above: 1 } }, labels: { team: data } }
  - { uid: lost, signal: delivery_dead, severity: { warning: { at_or_above: 1 } } }
routes:
  default: { channels: [desk] }
  children: [{ match: { severity: critical }, channels: [pager] }, { match: { team: growth }, channels: [growth] }]
channels:
  growth: { type: kafka, topic: growth }
  desk: { type: kafka, topic: desk, fallback: pager }
  pager: { type: kafka, topic: pager }
`;
const routesText = /^routes:.*?(?=^channels:)/msu;
/** The rules of all tests, with other routes. */
function withRoutes(routes: string): RuleSet {
  const parsed = parseRules(text.replace(routesText, `routes:\n${routes}\n`), kpiDefs);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleSet;
}
const ruleSet = withRoutes(text.match(routesText)![0].replace('routes:\n', ''));

function record(uid: string, transition: { kind: TransitionKind; severity: Severity }, slice: AlertRecord['slice'] = null): AlertRecord {
  const rule = ruleSet.rules.find((one) => one.uid === uid)!;
  return { rule, slice, transition } as AlertRecord;
}
const channelsOf = (lanes: ReturnType<typeof lanesOfRecord>) => lanes.map(({ channel }) => channel);

test('who heard of a firing hears of everything after it, and those whom a graver severity concerns join in', () => {
  const firing = lanesOfRecord(record('churn', { kind: 'firing', severity: 'warning' }), ruleSet, []);
  expect(channelsOf(firing)).toEqual(['desk']);
  const escalated = lanesOfRecord(record('churn', { kind: 'escalated', severity: 'critical' }), ruleSet, firing);
  expect(channelsOf(escalated)).toEqual(['desk', 'pager']);
  expect(channelsOf(lanesOfRecord(record('churn', { kind: 'resolved', severity: 'warning' }), ruleSet, escalated))).toEqual([
    'desk',
    'pager',
  ]);
});

test('a new episode begins with the routes of now', () => {
  const told = lanesOfRecord(record('churn', { kind: 'firing', severity: 'critical' }), ruleSet, []);
  expect(channelsOf(lanesOfRecord(record('churn', { kind: 'firing', severity: 'warning' }), ruleSet, told))).toEqual(['desk']);
});

test('that a channel loses messages is told on its fallback, or in the log', () => {
  const lost = (channel: string) =>
    channelsOf(
      lanesOfRecord(record('lost', { kind: 'firing', severity: 'warning' }, { dimension: 'channel', value: channel }), ruleSet, []),
    );
  expect(lost('desk')).toEqual(['pager']);
  expect(lost('pager')).toEqual(['desk']);
  const onlyDesk = { ...ruleSet, channels: ruleSet.channels.map((channel) => ({ ...channel, fallback: null })) };
  const lanes = lanesOfRecord(
    record('lost', { kind: 'firing', severity: 'warning' }, { dimension: 'channel', value: 'desk' }),
    onlyDesk,
    [],
  );
  expect(channelsOf(lanes)).toEqual(['log']);
});

test('that a rule is broken is told to those who look after Vigie and to those who look after the rule', () => {
  const broken = (uid: string) =>
    channelsOf(lanesOfRecord(record('broken', { kind: 'firing', severity: 'warning' }, { dimension: 'rule', value: uid }), ruleSet, []));
  expect(broken('cac')).toEqual(['desk', 'growth']);
  expect(broken('acme/cac')).toEqual(['desk', 'growth']);
  expect(broken('churn')).toEqual(['desk']);
});

test('a channel has one lane of an episode, the first, however many routes lead there', () => {
  const both = withRoutes('  default: { channels: [desk] }\n  children: [{ match: { severity: critical }, channels: [desk, pager] }]');
  const firing = lanesOfRecord(record('churn', { kind: 'firing', severity: 'warning' }), both, []);
  const escalated = lanesOfRecord(record('churn', { kind: 'escalated', severity: 'critical' }), both, firing);
  expect(escalated.map(({ channel, route }) => `${channel} by ${route}`)).toEqual([
    'desk by default',
    'pager by default/severity="critical"',
  ]);
  const continued = withRoutes(
    '  default: { channels: [log] }\n  children: [{ match: { kind: kpi }, channels: [desk], continue: true }, { match: { kpi: cac }, channels: [desk] }]',
  );
  const once = lanesOfRecord(record('cac', { kind: 'firing', severity: 'warning' }), continued, []);
  expect(once.map(({ channel, route }) => `${channel} by ${route}`)).toEqual(['desk by default/kind="kpi"']);
});

test('lanes beside those of an episode are of channels that it has none of', () => {
  const rule = ruleSet.rules.find(({ uid }) => uid === 'churn')!;
  const told = lanesOfRecord(record('churn', { kind: 'firing', severity: 'warning' }), ruleSet, []);
  expect(lanesBeside(told, { rule, slice: null, severity: 'warning' }, ruleSet)).toEqual([]);
  expect(channelsOf(lanesBeside(told, { rule, slice: null, severity: 'critical' }, ruleSet))).toEqual(['pager']);
});

describe('the route that leads an alert to a channel now', () => {
  const warning = record('churn', { kind: 'firing', severity: 'warning' });
  const [desk] = lanesOfRecord(warning, ruleSet, []);

  test('is that of its lane, while that leads there, or another that does', () => {
    expect(routeTo(desk!, warning, ruleSet)?.id).toBe('default');
    const narrower = withRoutes('  default: { channels: [log] }\n  children: [{ match: { kpi: customer_churn_rate }, channels: [desk] }]');
    expect(routeTo(desk!, warning, narrower)?.id).toBe('default/kpi="customer_churn_rate"');
    expect(routeTo(desk!, record('cac', { kind: 'firing', severity: 'warning' }), narrower)).toBeNull();
  });

  test('is found for any severity of its rule, and no other', () => {
    const graver = withRoutes('  default: { channels: [log] }\n  children: [{ match: { severity: critical }, channels: [desk] }]');
    expect(routeTo(desk!, warning, graver)?.id).toBe('default/severity="critical"');
    expect(routeTo(desk!, record('lost', { kind: 'firing', severity: 'warning' }), graver)).toBeNull();
  });

  test('goes by the labels that the rule has now', () => {
    const growth = withRoutes('  default: { channels: [log] }\n  children: [{ match: { team: growth }, channels: [desk] }]');
    const cac = record('cac', { kind: 'firing', severity: 'warning' });
    const before = { ...cac, rule: { ...cac.rule, labels: {} } };
    expect(routeTo(desk!, before, growth)?.id).toBe('default/team="growth"');
  });

  test('is also the one whose channel lost messages, for the channel that is told of it instead', () => {
    const lost = record('lost', { kind: 'firing', severity: 'warning' }, { dimension: 'channel', value: 'desk' });
    const [pager] = lanesOfRecord(lost, ruleSet, []);
    expect([pager?.channel, routeTo(pager!, lost, ruleSet)?.id, routeTo(desk!, lost, ruleSet)]).toEqual(['pager', 'default', null]);
  });
});
