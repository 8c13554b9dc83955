import { expect, test } from 'vitest';
import type { AlertRecord } from '../evaluate/alert-record.ts';
import { lanesOfRecord } from './address-record.ts';
import { kpiDefs } from '@vigie/kpis';
import { parseRules } from '../rules/rules-file.ts';
import type { Severity, TransitionKind } from '../types.ts';

const parsed = parseRules(
  `version: 1
rules:
  - { uid: churn, kpi: customer_churn_rate, window: { size: 30d, every: 1h }, severity: { warning: { at_or_above: 5 }, critical: { at_or_above: 7 } } }
  - uid: cac
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
`,
  kpiDefs,
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { ruleSet } = parsed;

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
  expect(broken('churn')).toEqual(['desk']);
});
