import { type AlertRecord, plainText, type Rule, shownJudged, shownValue, type SeverityLimit, withUnit } from '@vigie/alerting';
import { kpiById } from '@vigie/kpis';

/** A moment on the clocks of a zone: 15:04 on the day of `nowMs`, else 2026-11-24 15:04. The zone is named once, where a text begins or ends. */
export function momentText(ms: number, { nowMs, zone }: { nowMs: number; zone: string }): string {
  const [date, time] = localText(ms, zone).split(' ') as [string, string];
  return localText(nowMs, zone).startsWith(date) ? time : `${date} ${time}`;
}

/** 2026-11-24 15:04 */
export function localText(ms: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(ms);
}

/** 2026-11-24 15:04 Europe/Paris, and what that is in UTC where it differs. */
export function zonedText(ms: number, zone: string): string {
  const utc = zone === 'UTC' ? '' : ` (${localText(ms, 'UTC')} UTC)`;
  return `${localText(ms, zone)} ${zone}${utc}`;
}

/** The whole rule: channel=paid_search; nothing where it is not sliced. */
export function sliceText(slice: AlertRecord['slice']): string {
  return slice === null ? '' : `${slice.dimension}=${plainText(slice.value)}`;
}

export const plural = (count: number, noun: string): string => `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

export interface Measured {
  readonly unit: 'percent' | 'currency' | 'count' | 'ratio' | 'seconds';
  readonly currency: string;
}

/** What a rule's numbers are in, where nothing was measured yet. */
export function measuredOf(rule: Rule, currency: string): Measured {
  return { unit: kpiById(rule.kpi)?.unit ?? (rule.kpi === 'completeness_lag' ? 'seconds' : 'count'), currency };
}

/** at or above 7.00% */
export function limitText(limit: SeverityLimit, record: Pick<AlertRecord, 'rule' | 'evidence'>, measured: Measured): string {
  const shown =
    record.evidence === null && record.rule.change === null ? withUnit(limit.limit, measured) : shownJudged(limit.limit, record);
  return `${limit.comparison === 'at_or_above' ? 'at or above' : 'at or below'} ${shown}`;
}

/** The value that was judged; for a rule on a change, the change and what it led to. */
export function judgedText(record: AlertRecord): string {
  const { rule, judged, evidence } = record;
  if (rule.change === null || judged === null) return shownValue(evidence);
  return `${shownJudged(judged, record)} against ${rule.change.against.replaceAll('_', ' ')}, to ${shownValue(evidence)}`;
}
