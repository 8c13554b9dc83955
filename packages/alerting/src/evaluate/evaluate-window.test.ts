import type { KpiAnswer } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import { closedRecords, evaluateWindow, instanceCountMax, type WindowInput } from './evaluate-window.ts';
import { renderNotification } from '../channels/render.ts';
import type { Instance, Rule } from '../types.ts';

const hour = 3_600_000;
const to = Date.UTC(2026, 10, 22, 10);
const rule: Rule = {
  uid: 'cac-by-channel',
  name: 'Acquisition cost of a channel',
  tenant: 'default',
  kpi: 'cac_by_channel',
  size: '7d',
  everyMs: hour,
  settleMs: 0,
  limits: [{ severity: 'critical', comparison: 'at_or_above', limit: '120', recovery: '105' }],
  forMs: 0,
  keepFiringForMs: 0,
  minSample: { measure: 'new_customers', atLeast: '10' },
  groupBy: 'channel',
  onZeroDenominator: null,
  labels: { team: 'growth' },
  summary: null,
  runbook: 'https://wiki.example.org/cac',
  definitionHash: 'd',
};

function answer(channel: string, value: string, windowEndMs = to): KpiAnswer {
  return {
    kpi: 'cac_by_channel',
    tenant: 'default',
    window: { from: windowEndMs - 7 * 24 * hour, to: windowEndMs, label: '7d', zone: 'Europe/Paris', provisional: false },
    slice: { dimension: 'channel', value: channel },
    unit: 'currency',
    currency: 'EUR',
    value,
    reason: null,
    numerator: 132_000n,
    denominator: 11n,
    measures: { marketing_cost: 120_000n, sales_cost: 12_000n, new_customers: 11n },
    completeThroughMs: windowEndMs + 1500,
    generation: 3,
    source: 'live',
  };
}
function input(over: Partial<WindowInput> = {}): WindowInput {
  return { rule, instances: [], evaluatedToMs: null, windowEndMs: to, answers: [], backfilled: false, ...over };
}

const once = () =>
  evaluateWindow(input({ answers: [answer('search', '120.00')] })).records.map((record) => renderNotification(record, 'hook'));
const textWith = (summary: string) =>
  renderNotification(evaluateWindow(input({ rule: { ...rule, summary }, answers: [answer('search', '120.00')] })).records[0]!, 'log').text;

describe('evaluateWindow', () => {
  test('each slice has a state of its own, and only those that are not OK are kept', () => {
    const decision = evaluateWindow(input({ answers: [answer('search', '120.00'), answer('email', '8.50')] }));
    expect(decision.instances.map(({ labels, condition }) => [labels, condition.state])).toEqual([[{ channel: 'search' }, 'FIRING']]);
    expect(decision.records.map(({ slice, transition }) => [slice?.value, transition.kind])).toEqual([['search', 'firing']]);
    expect(decision.verdicts).toHaveLength(2);
  });

  test('a firing slice that has no answer any more is held', () => {
    const first = evaluateWindow(input({ answers: [answer('search', '120.00')] }));
    const second = evaluateWindow(
      input({ instances: first.instances, evaluatedToMs: to, windowEndMs: to + hour, answers: [answer('email', '8.00', to + hour)] }),
    );
    expect(second.instances.map(({ labels }) => labels)).toEqual([{ channel: 'search' }]);
    expect(second.records).toEqual([]);
  });

  test('the same decision twice has the same ids, so that whoever stores it first wins and nothing is told twice', () => {
    expect(once()).toEqual(once());
  });

  test('a tenant, a rule and a channel of announcement each give another notification id', () => {
    const idOf = (over: Partial<Rule>, channel = 'hook') =>
      renderNotification(evaluateWindow(input({ rule: { ...rule, ...over }, answers: [answer('search', '120.00')] })).records[0]!, channel)
        .id;
    expect(new Set([idOf({}), idOf({ tenant: 'other' }), idOf({ uid: 'other' }), idOf({}, 'log')]).size).toBe(4);
    expect(idOf({})).toBe(idOf({ name: 'another name', limits: [{ ...rule.limits[0]!, severity: 'warning' }] }));
  });

  test('instances of an earlier group_by are resolved with that reason', () => {
    const first = evaluateWindow(input({ answers: [answer('search', '120.00')] }));
    const regrouped = evaluateWindow(
      input({ rule: { ...rule, groupBy: null }, instances: first.instances, evaluatedToMs: to, windowEndMs: to + hour }),
    );
    expect(regrouped.instances).toEqual([]);
    expect(regrouped.records.map(({ transition }) => [transition.kind, transition.reason])).toEqual([['resolved', 'rule_removed']]);
  });

  test('past the bound the known slices stay watched and the rest is counted', () => {
    const known: Instance = evaluateWindow(input({ answers: [answer('zzz', '120.00')] })).instances[0]!;
    const many = Array.from({ length: instanceCountMax + 4 }, (_, index) => answer(`c${index}`, '1.00', to + hour));
    const decision = evaluateWindow(
      input({ instances: [known], evaluatedToMs: to, windowEndMs: to + hour, answers: [...many, answer('zzz', '120.00', to + hour)] }),
    );
    expect(decision.overflowCount).toBe(5);
    expect(decision.instances).toHaveLength(1);
  });
});

describe('renderNotification', () => {
  test('says everything that is needed to check the number', () => {
    const [record] = evaluateWindow(input({ answers: [answer('search', '120.00')] })).records;
    const notification = renderNotification(record!, 'hook');
    expect(notification.text).toBe(
      '[FIRING critical] Acquisition cost of a channel [channel=search] is 120.00 EUR (limit 120 EUR) over 7d to 2026-11-22T10:00:00Z, sample 11',
    );
    expect(JSON.parse(notification.body)).toEqual({
      type: 'alert.firing',
      timestamp: '2026-11-22T10:00:00Z',
      data: {
        transition: notification.transition,
        episode: notification.episode,
        instance: record!.transition.instance,
        sequence: 0,
        kind: 'firing',
        reason: null,
        severity: 'critical',
        previous_severity: null,
        started_at: '2026-11-22T10:00:00Z',
        tenant: 'default',
        rule: { uid: 'cac-by-channel', name: 'Acquisition cost of a channel' },
        labels: { team: 'growth' },
        kpi: 'cac_by_channel',
        slice: { dimension: 'channel', value: 'search' },
        value: '120.00',
        value_reason: null,
        unit: 'currency',
        currency: 'EUR',
        threshold: { comparison: 'at_or_above', limit: '120', recovery: '105' },
        window: { size: '7d', from: '2026-11-15T10:00:00Z', to: '2026-11-22T10:00:00Z', zone: 'Europe/Paris' },
        sample: { measure: 'new_customers', value: '11', at_least: '10' },
        measures: { marketing_cost: '120000', sales_cost: '12000', new_customers: '11' },
        numerator: '132000',
        denominator: '11',
        complete_through: '2026-11-22T10:00:01.500Z',
        generation: 3,
        backfilled: false,
        summary: notification.text,
        runbook: 'https://wiki.example.org/cac',
      },
    });
  });

  test('a summary of the rule is filled in; a broken one falls back and the alert goes out', () => {
    expect(textWith('{{ slice }} costs {{value}}, limit {{ threshold }}')).toBe(
      '[FIRING critical] search costs 120.00 EUR, limit 120 EUR [channel=search]',
    );
    expect(textWith('{{ nonsense }}')).toContain('is 120.00 EUR (limit 120 EUR)');
  });

  test('the resolve of a removed rule says so', () => {
    const firing = evaluateWindow(input({ answers: [answer('search', '120.00')] })).instances[0]!;
    const [record] = closedRecords(rule, firing);
    const notification = renderNotification(record!, 'log');
    expect(notification.text).toBe('[RESOLVED] Acquisition cost of a channel [channel=search]: the rule was removed or regrouped');
    expect(JSON.parse(notification.body)).toMatchObject({
      type: 'alert.resolved',
      data: { reason: 'rule_removed', value: null, window: null },
    });
  });
});
