import { describe, expect, test } from 'vitest';
import type { MessageAlert } from '../announce/types.ts';
import type { AlertRecord, Evidence } from '../evaluate/alert-record.ts';
import { alertLine, alertTitle, explainCommand, whyLines } from './alert-text.ts';
import { messages } from './messages.fixture.ts';
import { cutEscaped, cutText, plainText } from './plain-text.ts';

const [cac] = messages.firing.alerts;
const alertOf = (over: Partial<AlertRecord>, alert: Partial<MessageAlert> = {}): MessageAlert => ({
  ...cac!,
  ...alert,
  record: { ...cac!.record, ...over },
});

const churn: Evidence = {
  ...cac!.record.evidence!,
  ...{ value: '5.12', unit: 'percent', currency: 'EUR', measures: { customers_lost: '31', customers_at_start: '605' } },
};
const churnRule = {
  ...cac!.record.rule,
  kpi: 'customer_churn_rate',
  name: 'Customer churn',
  groupBy: null,
  minSample: null,
  runbook: null,
};
const churnRecord: Partial<AlertRecord> = {
  ...{ rule: churnRule, slice: null, evidence: churn, judged: '5.12' },
  limit: { severity: 'critical', comparison: 'at_or_above', limit: '5', recovery: '4.5' },
  explanation: {
    lastOk: { ...churn, value: '4.50', measures: { customers_lost: '27', customers_at_start: '605' } },
    drivers: [
      {
        ...{ dimension: 'plan', before: '4.50', after: '5.12', change: '0.62' },
        rows: [
          { slice: 'basic', contribution: '0.50', before: '5.00', after: '6.00' },
          { slice: 'pro', contribution: '0.12', before: '2.00', after: '2.50' },
        ],
      },
    ],
  },
};

describe('alertLine', () => {
  test('says value, limit and window', () => {
    expect(alertLine(alertOf(churnRecord))).toBe('[FIRING critical] Customer churn is 5.12% (limit 5%) over 7d to 2026-11-22T10:00:00Z');
  });
  test('money spent and nobody won has no value, and says why', () => {
    const evidence = { ...cac!.record.evidence!, value: null, reason: 'no_acquisition' as const };
    expect(alertLine(alertOf({ evidence }))).toContain('has no value (no_acquisition) (limit 180 EUR)');
  });
  test('of a rule on a change it says the change, its limit and the earlier window', () => {
    const change = { against: 'same_weekday_last_week', as: 'percent', minBase: null } as const;
    const limit = { severity: 'critical', comparison: 'at_or_above', limit: '20', recovery: '10' } as const;
    const baseline = { ...cac!.record.evidence!, value: '145.92' };
    // 182.40 / 145.92 = 1.25.
    const alert = alertOf({ rule: { ...cac!.record.rule, change }, limit, baseline, judged: '25' });
    expect(alertLine(alert)).toContain('moved by +25% to 182.40 EUR (limit +20% against same weekday last week, 145.92 EUR) over 7d');
    const absolute = alertOf({
      ...churnRecord,
      rule: { ...churnRule, change: { ...change, as: 'absolute' } },
      judged: '-0.62',
      baseline: churn,
    });
    expect(alertLine(absolute)).toContain('moved by -0.62 pp to 5.12%');
  });
  test("of a pipeline's signal it says seconds, and has no KPI to explain", () => {
    const alert = alertOf({
      ...churnRecord,
      rule: { ...churnRule, kind: 'pipeline', kpi: 'completeness_lag' },
      evidence: { ...churn, value: '95', unit: 'seconds' },
      explanation: null,
    });
    expect(alertLine(alert)).toContain('is 95 s (limit 5 s)');
    expect(explainCommand(alert.record)).toBeNull();
  });
  test("takes the rule's summary, with the slice behind it", () => {
    const rule = { ...cac!.record.rule, summary: '{{ kpi }} of {{ slice }}: {{ value }} ({{ threshold }}), {{ sample }}, {{ tenant }}' };
    expect(alertLine(alertOf({ rule }))).toBe(
      '[FIRING critical] cac_by_channel of paid_search: 182.40 EUR (180 EUR), 12, acme [channel=paid_search]',
    );
  });
  test('a rule that is gone says so and nothing of numbers', () => {
    const transition = { ...cac!.record.transition, kind: 'resolved', reason: 'rule_removed' } as const;
    const alert = alertOf({ transition, evidence: null, limit: null, explanation: null }, { status: 'resolved' });
    expect(alertLine(alert)).toBe('[RESOLVED] Acquisition cost [channel=paid_search]: the rule was removed or regrouped');
    expect(whyLines(alert)).toEqual([]);
  });
  test.each([
    ['firing', 1, '[FIRING critical]'],
    ['escalated', 1, '[ESCALATED critical]'],
    ['deescalated', 1, '[DEESCALATED critical]'],
    ['escalated', 0, '[FIRING critical]'],
  ] as const)('%s with %i news begins with %s', (kind, newsCount, head) => {
    const transition = { ...cac!.record.transition, kind };
    const transitions = cac!.transitions.slice(0, newsCount).map((told) => ({ ...told, kind }));
    expect(alertTitle(alertOf({ transition }, { transitions }))).toBe(`${head} Acquisition cost [channel=paid_search]`);
  });
});

describe('whyLines', () => {
  test('how a percentage moved is told in percentage points, with what moved it', () => {
    expect(whyLines(alertOf(churnRecord))).toEqual([
      'complete through 2026-11-22T10:01:00Z',
      'since the window before it began (to 2026-11-22T10:00:00Z): 4.50% → 5.12% (+0.62 pp); customers_lost 27 → 31',
      'of +0.62 pp by plan: basic +0.50 pp, pro +0.12 pp',
      'explain: vigie kpi explain customer_churn_rate --window 2026-11-15T10:00:00Z..2026-11-22T10:00:00Z --tenant acme',
    ]);
  });
  test('what cannot be said is left out', () => {
    const evidence = { ...churn, completeThroughMs: null };
    expect(whyLines(alertOf({ ...churnRecord, evidence, explanation: { lastOk: null, drivers: [] } }))[0]).toBe('completeness unknown');
    expect(whyLines(alertOf({ ...churnRecord, explanation: { lastOk: null, drivers: [] } }))).toHaveLength(2);
  });
});

describe('plainText and cutText', () => {
  test('no line break, control, direction mark or half character is left', () => {
    expect(plainText('a\r\nb\tc\u2028d\u0007\u202Ee\u2066f\uFEFF\uD83D')).toBe('a b c def\uFFFD');
    expect(plainText('👩‍👩‍👧 café مرحبا')).toBe('👩‍👩‍👧 café مرحبا');
  });
  test('no character of two units is cut in half', () => {
    expect(cutText('ab🙂', 4)).toBe('ab🙂');
    expect(cutText('ab🙂c', 4)).toBe('ab…');
    expect(cutText('abcdef', 3)).toBe('ab…');
  });
  test('no escape is cut in half, and the length is that of the escaped text', () => {
    const escape = (character: string) => (character === '&' ? '&amp;' : character);
    expect(cutEscaped('a&b', 7, escape)).toBe('a&amp;b');
    expect(cutEscaped('a&&', 8, escape)).toBe('a&amp;…');
    expect(cutEscaped('🙂🙂', 3, escape)).toBe('🙂…');
  });
});
