import { describe, expect, test } from 'vitest';
import { inhibitorOf } from './inhibition.ts';
import { parseMatcher } from './matcher.ts';
import type { FiringAlert, Inhibition } from './types.ts';

const alert = (instance: string, labels: Readonly<Record<string, string>>): FiringAlert => ({
  instance,
  labels: { kind: 'kpi', tenant: 'default', ...labels },
});
const inhibition = (source: string, target: string, equal: readonly string[] = []): Inhibition => ({
  source: [parseMatcher(source)!],
  target: [parseMatcher(target)!],
  equal,
});
const lag = alert('lag', { kind: 'pipeline', severity: 'critical' });
const churn = alert('churn', { severity: 'warning', channel: 'search' });
const cac = alert('cac', { severity: 'critical', channel: 'search' });
const byPipeline = inhibition('kind=pipeline', 'kind=kpi', ['tenant']);

/** Who is held, when all of these fire. */
const held = (inhibitions: readonly Inhibition[], ...firing: readonly FiringAlert[]) =>
  firing.filter((target) => inhibitorOf(inhibitions, target, firing) !== null).map(({ instance }) => instance);

describe('inhibition', () => {
  test('an alarm of the pipeline holds the alerts of its tenant, and not itself', () => {
    expect(held([byPipeline], churn, lag)).toEqual(['churn']);
    expect(held([byPipeline], alert('other', { tenant: 'acme' }), lag)).toEqual([]);
    expect(inhibitorOf([byPipeline], churn, [cac])).toBeNull();
  });

  test('all labels of `equal` must agree; a label that both lack agrees', () => {
    const bySeverity = inhibition('severity=critical', 'severity=warning', ['channel', 'plan']);
    expect(held([bySeverity], cac, churn)).toEqual(['churn']);
    expect(held([bySeverity], cac, alert('email', { severity: 'warning', channel: 'email' }))).toEqual([]);
    expect(held([bySeverity], cac, alert('total', { severity: 'warning' }))).toEqual([]);
  });

  test('an alert that matches both sides does not hold itself', () => {
    const same = inhibition('severity=critical', 'severity=critical');
    expect(held([same], cac)).toEqual([]);
  });

  test('an alert does not hold itself while its lane still knows it by another severity', () => {
    const bySeverity = inhibition('severity=critical', 'severity=warning');
    expect(inhibitorOf([bySeverity], alert('cac', { severity: 'warning' }), [cac])).toBeNull();
  });

  test('of several that would hold each other the first to fire is told, the others are held', () => {
    const same = inhibition('kind=kpi', 'kind=kpi');
    expect(held([same], churn, cac, alert('third', {}))).toEqual(['cac', 'third']);
    expect(held([same], cac, churn)).toEqual(['churn']);
  });

  test('an alarm of the pipeline comes before an alert of a KPI, whichever began first', () => {
    const mutual = [byPipeline, inhibition('kind=kpi', 'kind=pipeline')];
    expect(held(mutual, churn, lag)).toEqual(['churn']);
    expect(held(mutual, lag, churn)).toEqual(['churn']);
  });

  test('a chain is not mutual: what is held itself still holds what lies behind it', () => {
    const info = alert('info', { severity: 'info' });
    const chain = [inhibition('severity=critical', 'severity=warning'), inhibition('severity=warning', 'severity=info')];
    expect(held(chain, info, churn, cac)).toEqual(['info', 'churn']);
  });
});
