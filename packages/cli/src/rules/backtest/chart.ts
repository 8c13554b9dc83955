/** Pictures made of characters: areas, sparklines and bars, all as wide as their columns. */

const eighths = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

export interface ChartScale {
  readonly low: number;
  readonly high: number;
}

/** From the least to the greatest of what is shown, from 0 where that is near. */
export function scaleOf(values: readonly (number | null)[], limits: readonly number[]): ChartScale {
  const shown = [...values.filter((value) => value !== null), ...limits];
  if (shown.length === 0) return { low: 0, high: 1 };
  const low = shown.reduce((a, b) => Math.min(a, b));
  const high = shown.reduce((a, b) => Math.max(a, b));
  const from = low > 0 && low < high / 2 ? 0 : low;
  const room = (high - from) * 0.05 || Math.abs(high) * 0.05 || 1;
  return { low: from === 0 ? 0 : from - room, high: high + room };
}

/** One line: the higher the value, the fuller its character; a dot where there is none. */
export function sparkline(values: readonly (number | null)[], { low, high }: ChartScale): string {
  return values
    .map((value) => {
      if (value === null) return '·';
      const step = Math.round(((value - low) / (high - low)) * 7);
      return eighths[1 + Math.max(0, Math.min(7, step))];
    })
    .join('');
}

/**
 * An area over several lines, the top one first.
 *
 * Holds    every line has as many characters as there are values
 */
export function area(values: readonly (number | null)[], scale: ChartScale, rowCount: number): string[][] {
  const heights = values.map((value) =>
    value === null ? 0 : Math.max(1, Math.round(((value - scale.low) / (scale.high - scale.low)) * rowCount * 8)),
  );
  return Array.from({ length: rowCount }, (_, index) => {
    const below = (rowCount - 1 - index) * 8;
    return heights.map((height) => eighths[Math.max(0, Math.min(8, height - below))] || ' ');
  });
}

/** The line of an area, from the top, on which a value lies. */
export function rowOf(value: number, scale: ChartScale, rowCount: number): number {
  const height = ((value - scale.low) / (scale.high - scale.low)) * rowCount;
  return Math.max(0, Math.min(rowCount - 1, rowCount - 1 - Math.floor(height)));
}

/** Dates below a chart: one at its beginning, then as many as have room. */
export function dateAxis(range: { sinceMs: number; untilMs: number; columnCount: number }, zone: string): string {
  const { sinceMs, untilMs, columnCount } = range;
  const isLong = untilMs - sinceMs > 4 * 86_400_000;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    ...(isLong ? { dateStyle: 'short' } : { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' }),
  });
  const width = isLong ? 10 : 11;
  const labelCount = Math.max(1, Math.min(6, Math.floor(columnCount / (width + 6))));
  let line = '';
  for (let index = 0; index < labelCount; index++) {
    const column = Math.round((index * columnCount) / labelCount);
    line = `${line.padEnd(column)}${format.format(sinceMs + (column / columnCount) * (untilMs - sinceMs))}`;
  }
  return line;
}
