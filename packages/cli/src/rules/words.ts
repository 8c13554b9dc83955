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

/** A period: 1 h, 15 min. */
export const everyText = durationText;

/** at or above 5 (recovers below 4.5) */
export function limitText({ comparison, limit, recovery }: SeverityLimit): string {
  return comparison === 'at_or_above'
    ? `at or above ${limit} (recovers below ${recovery})`
    : `at or below ${limit} (recovers above ${recovery})`;
}
