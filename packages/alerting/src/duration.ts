const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const durationText = 'a duration such as 30s, 5m, 1h or 7d';
export const windowCountText = 'a number of windows such as "2 windows"';
export const spanText = `${windowCountText}, or a duration such as 30m or 2h`;

export const durationPattern = /^(\d{1,7})([smhd])$/;
export const windowCountPattern = /^(\d{1,4}) windows?$/;
export const spanPattern = /^(\d{1,4} windows?|\d{1,7}[smhd])$/;

/** 30s, 5m, 1h, 7d in ms; null when it is none. */
export function durationMs(text: string): number | null {
  const match = durationPattern.exec(text);
  return match === null ? null : Number(match[1]) * unitsMs[match[2]!]!;
}

/** `2 windows`, or a duration. */
export type Span = { readonly windowCount: number } | { readonly ms: number };

export function spanOf(text: string): Span | null {
  const match = windowCountPattern.exec(text);
  if (match !== null) return { windowCount: Number(match[1]) };
  const ms = durationMs(text);
  return ms === null ? null : { ms };
}
