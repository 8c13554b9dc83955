/** Messages for tests against real receivers, whose clocks are real too: times are those of now. */
import type { AlertRecord, Message, MessageAlert, Rule, TransitionKind } from '@vigie/alerting';

const rule: Rule = {
  ...{ uid: 'churn-30d', name: 'Customer churn', tenant: 'default', kind: 'kpi', kpi: 'customer_churn_rate', size: '30d' },
  ...{
    everyMs: 3_600_000,
    settleMs: 0,
    limits: [],
    overrides: [],
    forMs: 0,
    nOfM: null,
    keepFiringForMs: 0,
    minSample: null,
    confidence: null,
  },
  // oxlint-disable-next-line unicorn/no-thenable -- a key of a rule; nothing awaits it
  ...{ groupBy: 'channel', maxInstances: 100, onZeroDenominator: null, noData: { then: 'hold' }, change: null, benchmark: null },
  ...{ labels: { 'cost-center': '7' }, summary: null, runbook: 'https://wiki.example.org/churn', definitionHash: 'd' },
};

export interface Told {
  readonly kind: TransitionKind;
  readonly severity: 'warning' | 'critical';
  /** The slice's value. */
  readonly slice: string;
  readonly startedMs: number;
  readonly nowMs: number;
}

/** A message that tells one transition. */
export function messageTelling({ kind, severity, slice, startedMs, nowMs }: Told): Message {
  const id = `${slice}/${kind}`;
  const transition: AlertRecord['transition'] = {
    ...{ id, kind, severity, instance: 'b2'.repeat(16), episode: 'c3'.repeat(16), sequence: 0, reason: null },
    ...{ episodeStartedMs: startedMs, episodeSinceMs: startedMs, windowEndMs: nowMs },
    previousSeverity: kind === 'escalated' ? 'warning' : null,
  };
  const record: AlertRecord = {
    ...{ transition, rule, slice: { dimension: 'channel', value: slice }, evidence: null, judged: null, baseline: null },
    ...{ limit: { severity, comparison: 'at_or_above', limit: '5', recovery: '4.5' }, explanation: null, backfilled: false },
  };
  const alert: MessageAlert = {
    ...{ status: kind === 'resolved' ? 'resolved' : 'firing', record, acknowledgedBy: null },
    transitions: [{ id, kind, severity, windowEndMs: nowMs, storedMs: nowMs }],
  };
  const lane = { id: 'e5'.repeat(16), channel: 'the-channel', route: 'default', group: { rule: rule.uid } };
  return { id: `msg_${id}`, kind: kind === 'resolved' ? 'resolved' : 'firing', lane, alerts: [alert], held: {}, atMs: nowMs };
}
