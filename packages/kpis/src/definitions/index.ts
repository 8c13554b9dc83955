/** All KPIs. Adding one = adding its file and its line here; the definitions' tests run every law on it. */
import type { KpiDef } from '../types.ts';
import { arpu } from './arpu.ts';
import { averageOrderValue } from './average-order-value.ts';
import { cacByChannel } from './cac-by-channel.ts';
import { cac } from './cac.ts';
import { conversionRate } from './conversion-rate.ts';
import { customerBaseGrowthRate } from './customer-base-growth-rate.ts';
import { customerChurnRate } from './customer-churn-rate.ts';
import { customerRetentionRate } from './customer-retention-rate.ts';
import { expansionMrr } from './expansion-mrr.ts';
import { mrr } from './mrr.ts';
import { repeatCustomerRate } from './repeat-customer-rate.ts';
import { revenue } from './revenue.ts';

export { measureById, measureDefs } from './measures.ts';

export const kpiDefs: readonly KpiDef[] = [
  customerChurnRate,
  customerRetentionRate,
  customerBaseGrowthRate,
  cac,
  cacByChannel,
  conversionRate,
  mrr,
  expansionMrr,
  revenue,
  arpu,
  averageOrderValue,
  repeatCustomerRate,
];

const byId = new Map(kpiDefs.map((def) => [def.id, def]));

/** The KPI of an id, or undefined. */
export function kpiById(id: string): KpiDef | undefined {
  return byId.get(id);
}
