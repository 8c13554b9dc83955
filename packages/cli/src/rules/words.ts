import type { SeverityLimit } from '@vigie/alerting';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** 90061000 ms as 1 d 1 h: the two greatest units that it has. */
export function durationText(ms: number): string {
  let rest = ms;
  const parts: string[] = [];
  for (const [unit, unitMs] of units) {
    const amount = Math.floor(rest / unitMs);
    rest -= amount * unitMs;
    if (amount > 0) parts.push(`${amount} ${unit}`);
    if (parts.length === 2 || (parts.length === 1 && amount === 0)) break;
  }
  return parts.length === 0 ? '0 min' : parts.join(' ');
}

/** A period, as after "every": hour, 15 min. */
export function everyText(ms: number): string {
  if (ms === 3_600_000) return 'hour';
  if (ms === 86_400_000) return 'day';
  return ms === 60_000 ? 'minute' : durationText(ms);
}

/** at or above 5 % (recovers below 4.5 %) */
export function limitText({ comparison, limit, recovery }: SeverityLimit, unit: string): string {
  const [at, past] = comparison === 'at_or_above' ? ['at or above', 'below'] : ['at or below', 'above'];
  return `${at} ${withUnit(limit, unit)} (recovers ${past} ${withUnit(recovery, unit)})`;
}

export const withUnit = (number: string, unit: string): string => (unit === 'percent' ? `${number} %` : number);
