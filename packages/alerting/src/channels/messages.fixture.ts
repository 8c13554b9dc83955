/** Messages and channels for the golden payloads: numbers that a person can follow, and the worst that data can hold. */
import type { Lane, Message, MessageAlert } from '../announce/types.ts';
import type { AlertRecord, Evidence } from '../evaluate/alert-record.ts';
import type { Channel, ChannelType, Rule, Severity, Transition, TransitionKind } from '../types.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const endMs = Date.UTC(2026, 10, 22, 10);

const cacRule: Rule = {
  uid: 'cac-by-channel',
  name: 'Acquisition cost',
  tenant: 'acme',
  kind: 'kpi',
  kpi: 'cac_by_channel',
  size: '7d',
  everyMs: hourMs,
  settleMs: 0,
  limits: [],
  overrides: [],
  forMs: 0,
  nOfM: null,
  keepFiringForMs: 0,
  minSample: { measure: 'new_customers', atLeast: '10' },
  confidence: null,
  groupBy: 'channel',
  maxInstances: 100,
  onZeroDenominator: null,
  // oxlint-disable-next-line unicorn/no-thenable -- a key of a rule; nothing awaits it
  noData: { then: 'hold' },
  change: null,
  benchmark: null,
  labels: { team: 'growth', 'cost-center': '7' },
  summary: null,
  runbook: 'https://wiki.example.org/cac?topic=paid&view=full',
  definitionHash: 'd',
};

function evidenceOf(cost: number, customers: number, toMs: number): Evidence {
  return {
    value: (cost / 100 / customers).toFixed(2),
    reason: null,
    unit: 'currency',
    currency: 'EUR',
    window: { from: toMs - 7 * dayMs, to: toMs, label: '7d', zone: 'Europe/Paris' },
    measures: { marketing_cost: String(cost), new_customers: String(customers) },
    numerator: String(cost),
    denominator: String(customers),
    completeThroughMs: toMs + 60_000,
    generation: 3,
  };
}

function transitionOf(kind: TransitionKind, severity: Severity, over: Partial<Transition> = {}): Transition {
  return {
    id: 'a1'.repeat(16),
    kind,
    instance: 'b2'.repeat(16),
    episode: 'c3'.repeat(16),
    episodeStartedMs: endMs,
    episodeSinceMs: endMs - hourMs,
    sequence: 0,
    severity,
    previousSeverity: null,
    windowEndMs: endMs,
    reason: null,
    ...over,
  };
}

const firingRecord: AlertRecord = {
  transition: transitionOf('firing', 'critical'),
  rule: cacRule,
  slice: { dimension: 'channel', value: 'paid_search' },
  // 2,188.80 EUR / 12 = 182.40; before 2,116.80 / 14 = 151.20.
  evidence: evidenceOf(218_880, 12, endMs),
  limit: { severity: 'critical', comparison: 'at_or_above', limit: '180', recovery: '160' },
  judged: '182.40',
  baseline: null,
  explanation: {
    lastOk: evidenceOf(211_680, 14, endMs - 2 * hourMs),
    drivers: [
      {
        dimension: 'campaign',
        before: '151.20',
        after: '182.40',
        change: '31.20',
        rows: [
          { slice: 'brand', contribution: '40.10', before: '130.00', after: '170.10' },
          { slice: 'generic', contribution: '0.00', before: '160.00', after: '160.00' },
          { slice: 'retargeting', contribution: '-8.90', before: '90.00', after: '81.10' },
        ],
      },
    ],
  },
  backfilled: false,
};

function alertOf(record: AlertRecord, over: Partial<MessageAlert> = {}): MessageAlert {
  const { id, kind, severity, windowEndMs } = record.transition;
  const status = kind === 'resolved' ? 'resolved' : 'firing';
  return {
    status,
    record,
    transitions: [{ id, kind, severity, windowEndMs, storedMs: windowEndMs + 1_000 }],
    acknowledgedBy: null,
    ...over,
  };
}

const lane: Lane = { id: 'e5'.repeat(16), channel: 'the-channel', route: 'default/0', group: { rule: 'cac-by-channel' } };
function messageOf(kind: Message['kind'], alerts: readonly MessageAlert[], over: Partial<Message> = {}): Message {
  return { id: `msg_${'0d'.repeat(16)}`, kind, lane, alerts, held: {}, atMs: endMs + 30_000, ...over };
}

function groupAlert(_: unknown, index: number): MessageAlert {
  const name = String(index + 1).padStart(2, '0');
  const transition = transitionOf('firing', index < 10 ? 'critical' : 'warning', {
    ...{ id: name.repeat(16), instance: `1${name}`.repeat(8), episode: `2${name}`.repeat(8) },
  });
  return alertOf({ ...firingRecord, transition, slice: { dimension: 'channel', value: `channel_${name}` }, explanation: null });
}

const hostileText =
  '<script>alert(1)</script> @everyone <!channel> <@U1> *bold* _it_ `code` [a](http://x) {{DATE(2026-01-01)}} 👩‍👩‍👧‍👦\r\nBcc: all@example.org\n\u202Egnp.exe\u0007 & "quoted" ';

export const messages: Readonly<Record<'firing' | 'changed' | 'resolved' | 'group' | 'hostile' | 'repeat', Message>> = {
  firing: messageOf('firing', [alertOf(firingRecord)]),
  changed: messageOf(
    'changed',
    [
      alertOf(
        {
          ...firingRecord,
          transition: transitionOf('escalated', 'critical', {
            sequence: 1,
            previousSeverity: 'warning',
            episodeStartedMs: endMs - 3 * hourMs,
          }),
        },
        { acknowledgedBy: 'Ada' },
      ),
    ],
    { held: { silenced: 2, inhibited: 1 } },
  ),
  resolved: messageOf('resolved', [
    alertOf({
      ...firingRecord,
      rule: { ...cacRule, summary: 'CAC of {{ slice }} is {{ value }}, limit {{ threshold }}' },
      transition: transitionOf('resolved', 'critical', { sequence: 2, episodeStartedMs: endMs - 5 * hourMs }),
      evidence: evidenceOf(150_000, 12, endMs),
      judged: '125.00',
      explanation: null,
      backfilled: true,
    }),
  ]),
  group: messageOf('firing', Array.from({ length: 57 }, groupAlert)),
  hostile: messageOf('firing', [
    alertOf({
      ...firingRecord,
      rule: { ...cacRule, name: `Cost\r\nBcc: all@example.org ${hostileText}`, summary: '{{ slice }} {{ nothing_known }}' },
      slice: { dimension: 'channel', value: hostileText + '<'.repeat(5_000) },
      explanation: {
        ...firingRecord.explanation!,
        drivers: [
          {
            ...firingRecord.explanation!.drivers[0]!,
            rows: [{ slice: hostileText.repeat(20), contribution: '31.20', before: null, after: null }],
          },
        ],
      },
    }),
  ]),
  repeat: messageOf('repeat', [alertOf(firingRecord, { transitions: [] })]),
};

const base = { name: 'the-channel', allowPrivateHosts: [], fallback: null };
const url = { env: 'HOOK_URL' };
export const channels: Readonly<Record<ChannelType | 'webhook-alertmanager', Channel>> = {
  log: { ...base, type: 'log' },
  webhook: { ...base, type: 'webhook', url, secrets: [{ env: 'HOOK_SECRET' }], format: 'standard' },
  'webhook-alertmanager': { ...base, type: 'webhook', url, secrets: [], format: 'alertmanager' },
  slack: { ...base, type: 'slack', url },
  teams: { ...base, type: 'teams', url },
  discord: { ...base, type: 'discord', url },
  pagerduty: { ...base, type: 'pagerduty', routingKey: { env: 'PD_KEY' }, url: 'https://events.pagerduty.com/v2/enqueue' },
  alertmanager: { ...base, type: 'alertmanager', url: 'https://am.example.org', resendMs: 60_000 },
  email: {
    ...base,
    type: 'email',
    host: 'mail.example.org',
    port: 587,
    tls: 'starttls',
    user: null,
    password: null,
    from: 'Vigie <vigie@example.org>',
    to: ['a@example.org'],
  },
  kafka: { ...base, type: 'kafka', topic: 'alerts' },
};
