import { currencyExponentOf, kpiById, measuresOf } from '@vigie/kpis';
import { alignDecimals, decimalOfMinor } from '../decimal.ts';
import type { AlertRecord, Evidence } from '../evaluate/alert-record.ts';

type Measured = Pick<Evidence, 'unit' | 'currency'>;

/** A decimal with its unit: 5.12%, 182.40 EUR, 95 s. */
export function withUnit(number: string, { unit, currency }: Measured): string {
  if (unit === 'percent') return `${number}%`;
  if (unit === 'currency') return `${number} ${currency}`;
  return unit === 'seconds' ? `${number} s` : number;
}

/** A difference with its sign: +0.62 pp (percentage points), -8.90 EUR. */
export function changeWithUnit(change: string, measured: Measured): string {
  const signed = change.startsWith('-') ? change : `+${change}`;
  return measured.unit === 'percent' ? `${signed} pp` : withUnit(signed, measured);
}

export function shownValue(evidence: Evidence | null): string {
  if (evidence === null) return 'unknown';
  return evidence.value === null ? `no value (${evidence.reason ?? 'unknown'})` : withUnit(evidence.value, evidence);
}

/** What is compared with the limits, and the limits themselves, of a rule: the value, or its change in percent or in the KPI's unit. */
export function shownJudged(number: string, { rule, evidence }: Pick<AlertRecord, 'rule' | 'evidence'>): string {
  if (rule.change === null) return evidence === null ? number : withUnit(number, evidence);
  if (rule.change.as === 'percent') return `${number.startsWith('-') ? number : `+${number}`}%`;
  return evidence === null ? number : changeWithUnit(number, evidence);
}

/** after - before, to the last digit of either; null where one has no value. */
export function changeOf(before: string | null, after: string | null): string | null {
  if (before === null || after === null) return null;
  const { left, right, places } = alignDecimals(before, after);
  return decimalOfMinor(right - left, places);
}

/** A measure as people know it: money in major units. */
export function shownMeasure(id: string, amount: string, { kpi, currency }: { kpi: string; currency: string }): string {
  const def = kpiById(kpi);
  const isMoney = def !== undefined && measuresOf(def).some((measure) => measure.id === id && measure.money);
  return isMoney ? `${decimalOfMinor(BigInt(amount), currencyExponentOf(currency))} ${currency}` : amount;
}

/** Seconds are enough: windows end on minutes. */
export function instant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
