import { dayNumberOf } from '@vigie/kpis';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant with its offset (2026-03-02T09:00Z); NaN when it is none. */
export function instantMs(text: string): number {
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text);
  return isInstant && dayNumberOf(text.slice(0, 10)) !== undefined ? Date.parse(text) : NaN;
}

/** A time after the start (1h30m, 90s), or an instant; NaN when it is neither. */
export function momentMs(text: string, startMs: number): number {
  if (/^\d{4}-/.test(text)) return instantMs(text);
  return startMs + lengthMs(text);
}

function lengthMs(text: string): number {
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g)) sum += Number(amount) * unitsMs[unit!]!;
  return sum;
}

/** 5430000 ms after the start as 1h30m30s; what lies before is negative. */
export function offsetText(ms: number): string {
  if (ms === 0) return '0s';
  let rest = Math.abs(ms);
  let text = ms < 0 ? '-' : '';
  for (const unit of ['d', 'h', 'm', 's']) {
    const amount = Math.floor(rest / unitsMs[unit]!);
    rest -= amount * unitsMs[unit]!;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return rest > 0 ? `${text}+${rest}ms` : text;
}
