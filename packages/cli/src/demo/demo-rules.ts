import type { ExpectedRule } from './simulator.ts';

/** A rule of the demo, as far as the ledger has to know it too. */
export interface DemoRule {
  readonly uid: string;
  readonly name: string;
  readonly kpi: string;
  readonly by: string | null;
  readonly size: string;
  readonly limit: string;
  readonly recovery: string;
  readonly minSample: { readonly measure: string; readonly atLeast: number };
  readonly summary: string;
}

const every = '1m';
const severity = 'critical';

export function churnRule({ limit, recovery }: { limit: string; recovery: string }): DemoRule {
  return {
    ...{ uid: 'churn-30d', name: 'Customer churn', kpi: 'customer_churn_rate', by: null, size: '30d', limit, recovery },
    minSample: { measure: 'customers_at_start', atLeast: 50 },
    summary: 'Churn is {{ value }} (limit {{ threshold }}) over {{ window }}, {{ sample }} customers at start',
  };
}

/** So far above the dearest channel of today. */
const cacFactor = 1.5;

/** Units    dearest: the highest cost of a new customer among the channels, in major units */
export function cacRule(dearest: number): DemoRule {
  const limit = Math.ceil((dearest * cacFactor) / 10) * 10;
  return {
    ...{ uid: 'cac-by-channel', name: 'Acquisition cost of a channel', kpi: 'cac_by_channel', by: 'channel', size: '30d' },
    ...{ limit: String(limit), recovery: String(Math.floor(limit * 0.9)) },
    minSample: { measure: 'new_customers', atLeast: 5 },
    summary: 'In channel {{ slice }} a new customer costs {{ value }} (limit {{ threshold }}) over {{ window }}',
  };
}

/** The same rule in the ledger's words. */
export function expectedRule(rule: DemoRule, sliceValue: string | null): ExpectedRule {
  const { kpi, size, limit, recovery, minSample, by } = rule;
  return {
    ...{ kpi, size, every, limits: [{ severity, limit, recovery }] },
    min_sample: { measure: minSample.measure, at_least: minSample.atLeast },
    ...(by === null || sliceValue === null ? {} : { slice: { dimension: by, value: sliceValue } }),
  };
}

/** A rules file as a person would write it. Nothing waits: a minute is long enough to look at a screen. */
export function demoRulesFile(rules: readonly DemoRule[], webhookUrl: string): string {
  return `version: 1
rules:
${rules.map(ruleText).join('\n')}
  # Vigie's own signals: late numbers, a stuck partition, refused records, sources and rules that fail, lost messages.
${signals.map(signalText).join('\n')}
routes:
  default: { channels: [log, desk], group_by: [rule], group_wait: 0s, group_interval: 1s }
channels:
  log: { type: log }
  desk:
    type: webhook
    url: ${webhookUrl}
    secret_env: VIGIE_WEBHOOK_SECRET
    allow_private_hosts: ['127.0.0.1']
`;
}

function ruleText({ uid, name, kpi, by, size, limit, recovery, minSample, summary }: DemoRule): string {
  return `  - uid: ${uid}
    name: ${name}
    kpi: ${kpi}${by === null ? '' : `\n    group_by: [${by}]`}
    window: { size: ${size}, every: ${every} }
    severity:
      ${severity}: { at_or_above: ${limit}, recover_below: ${recovery} }
    min_sample: { measure: ${minSample.measure}, at_least: ${minSample.atLeast} }
    summary: '${summary}'`;
}

const signals = [
  { signal: 'completeness_lag', name: 'The numbers are late', limit: 120, recovery: 60 },
  { signal: 'stuck_partition', name: 'A partition is stuck', limit: 120, recovery: 60 },
  { signal: 'dead_letter_share', name: 'Records are refused', limit: 2, recovery: 1 },
  { signal: 'silent_event_type', name: 'An event type has gone silent', limit: 30, recovery: 1 },
  { signal: 'source_error', name: 'A source does not answer', limit: 60, recovery: 1 },
  { signal: 'rule_broken', name: 'A rule cannot be judged', limit: 1, recovery: 1 },
  { signal: 'delivery_dead', name: 'A channel loses messages', limit: 1, recovery: 1 },
] as const;

function signalText({ signal, name, limit, recovery }: (typeof signals)[number]): string {
  return `  - uid: pipeline-${signal.replaceAll('_', '-')}
    name: ${name}
    signal: ${signal}
    window: { every: ${every} }
    severity: { warning: { at_or_above: ${limit}, recover_below: ${recovery} } }`;
}
