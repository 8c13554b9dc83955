/** What the company sells, to whom, and through which channels. */
const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export interface Channel {
  readonly name: string;
  readonly share: number;
  readonly campaigns: readonly string[];
  /** Of visits to leads, and of leads to customers. */
  readonly leadShare: number;
  readonly winShare: number;
  readonly weekCostMinor: number;
}

export const channels: readonly Channel[] = [
  { name: 'search', share: 0.36, campaigns: ['brand', 'generic'], leadShare: 0.1, winShare: 0.38, weekCostMinor: 240_000 },
  { name: 'social', share: 0.24, campaigns: ['spring', 'lookalike'], leadShare: 0.06, winShare: 0.26, weekCostMinor: 150_000 },
  { name: 'partner', share: 0.14, campaigns: ['resellers'], leadShare: 0.16, winShare: 0.48, weekCostMinor: 130_000 },
  { name: 'email', share: 0.12, campaigns: ['newsletter'], leadShare: 0.12, winShare: 0.42, weekCostMinor: 18_000 },
  { name: 'direct', share: 0.14, campaigns: [], leadShare: 0.08, winShare: 0.45, weekCostMinor: 0 },
];

export interface Plan {
  readonly name: string;
  readonly share: number;
  readonly mrrMinor: number;
  /** Of those who think it over, about monthly, the share that leaves. */
  readonly leaveShare: number;
  readonly segment: string;
}

export const plans: readonly Plan[] = [
  { name: 'basic', share: 0.58, mrrMinor: 1_900, leaveShare: 0.05, segment: 'self-serve' },
  { name: 'team', share: 0.32, mrrMinor: 4_900, leaveShare: 0.03, segment: 'small-business' },
  { name: 'business', share: 0.1, mrrMinor: 19_900, leaveShare: 0.012, segment: 'enterprise' },
];

export interface Interval {
  readonly name: 'month' | 'quarter' | 'year';
  readonly share: number;
  readonly months: number;
}

export const intervals: readonly Interval[] = [
  { name: 'month', share: 0.7, months: 1 },
  { name: 'quarter', share: 0.1, months: 3 },
  { name: 'year', share: 0.2, months: 12 },
];

export const countries = [
  { name: 'FR', share: 0.42 },
  { name: 'DE', share: 0.22 },
  { name: 'ES', share: 0.14 },
  { name: 'GB', share: 0.12 },
  { name: 'IT', share: 0.1 },
] as const;

export const products = [
  { name: 'handbook', share: 0.5, priceMinor: 2_490 },
  { name: 'workshop', share: 0.2, priceMinor: 14_900 },
  { name: 'poster', share: 0.3, priceMinor: 990 },
] as const;

/** Sunday first. */
const weekdays = [0.55, 1.15, 1.2, 1.18, 1.1, 1.0, 0.6];
const growthPerYear = 0.35;
const seasonSwing = 0.18;

/**
 * How busy the company is at a moment, about 1: it grows, weekends are quiet, November is busy, so are afternoons.
 */
export function activityAt(nowMs: number, startMs: number): number {
  const years = (nowMs - startMs) / (365 * dayMs);
  const dayOfYear = (nowMs / dayMs) % 365.25;
  const season = 1 + seasonSwing * Math.cos(((dayOfYear - 320) / 365.25) * 2 * Math.PI);
  const hour = (nowMs % dayMs) / hourMs;
  const time = 1 + 0.7 * Math.cos(((hour - 15) / 24) * 2 * Math.PI);
  const weekday = weekdays[(Math.floor(nowMs / dayMs) + 4) % 7]!;
  return Math.max(0.05, (1 + growthPerYear * years) * season * time * weekday);
}
