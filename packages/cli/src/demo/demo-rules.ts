import type { KpiAnswer } from '@vigie/kpis';

/** Where the limit lies, and how many have to go to cross it clearly. */
export interface DemoLimit {
  /** Percent. */
  readonly limit: number;
  readonly cancelCount: number;
}

/** So far above where the churn is now that only something unusual crosses it; and a point more is cancelled. */
const pointsAbove = 1.5;
const pointsBeyond = 1;

export function limitAbove(churn: KpiAnswer): DemoLimit {
  const lost = Number(churn.numerator);
  const customers = Number(churn.denominator);
  const limit = Math.ceil(((lost / customers) * 100 + pointsAbove) * 10) / 10;
  return { limit, cancelCount: Math.ceil(((limit + pointsBeyond) / 100) * customers) - lost };
}

/** A rules file as a person would write it. */
export function demoRules({ limit }: DemoLimit, webhookUrl: string): string {
  return `version: 1
rules:
  - uid: demo-churn
    name: Customer churn
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    severity:
      critical: { at_or_above: ${limit}, recover_below: ${(limit - 1).toFixed(1)} }
    min_sample: { measure: customers_at_start, at_least: 50 }
    summary: 'Churn is {{ value }} (limit {{ threshold }}) over {{ window }}, {{ sample }} customers at start'
routes:
  default: { channels: [log, desk] }
channels:
  log: { type: log }
  desk:
    type: webhook
    url: ${webhookUrl}
    secret_env: VIGIE_WEBHOOK_SECRET
    allow_private_hosts: ['127.0.0.1']
`;
}
