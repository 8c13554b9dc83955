import type { SeverityLimit } from '@vigie/alerting';
import { type Line, span, type Tone } from './spans.ts';

/** Room beyond the outermost of what is shown, as a share of the whole. */
const marginShare = 0.12;

interface Scale {
  readonly low: number;
  readonly high: number;
}

/** From 0 where nothing is negative and 0 is not far away, so that half the width is half the value. */
function scaleOf(judged: number | null, limits: readonly SeverityLimit[]): Scale {
  const shown = [...(judged === null ? [] : [judged]), ...limits.flatMap(({ limit, recovery }) => [Number(limit), Number(recovery)])];
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  const low = least >= 0 && least < most * 0.75 ? 0 : least;
  const margin = (most - low) * marginShare || Math.abs(most) * marginShare || 1;
  return { low: low === 0 ? 0 : low - margin, high: most + margin };
}

/**
 * Where a value stands between its limits: ····●··░░│····┃··
 *
 * Shapes   ● the value, ░ the band between recovery and limit, │ the limit of a warning, ┃ that of a critical alert
 * Holds    exactly `width` characters; a value that reaches a limit stands on it or on its far side, one that does not stands on its near side
 */
export function gauge(
  { judged, limits, width }: { judged: number | null; limits: readonly SeverityLimit[]; width: number },
  tone: Tone,
): Line {
  if (limits.length === 0 || width < 4) return [span(' '.repeat(Math.max(0, width)))];
  const scale = scaleOf(judged, limits);
  const cell = (value: number): number =>
    Math.max(0, Math.min(width - 1, Math.floor(((value - scale.low) / (scale.high - scale.low)) * width)));
  const marks = Array.from({ length: width }, () => span('·', 'dim'));
  for (const { limit, recovery } of limits) {
    const [from, to] = [cell(Number(limit)), cell(Number(recovery))].toSorted((a, b) => a - b) as [number, number];
    for (let at = from; at <= to; at++) marks[at] = span('░', 'dim');
  }
  for (const { severity, limit } of limits)
    marks[cell(Number(limit))] = severity === 'critical' ? span('┃', 'bad') : span('│', severity === 'warning' ? 'warn' : 'mild');
  if (judged !== null) marks[valueCell(judged, limits, cell)] = span('●', tone);
  return marks;
}

/** One cell holds many values: the side of the limit is what matters. */
function valueCell(judged: number, limits: readonly SeverityLimit[], cell: (value: number) => number): number {
  const at = cell(judged);
  const near = limits.find(
    ({ limit, comparison }) =>
      cell(Number(limit)) === at && (comparison === 'at_or_above' ? judged < Number(limit) : judged > Number(limit)),
  );
  if (near === undefined) return at;
  return near.comparison === 'at_or_above' ? Math.max(0, at - 1) : at + 1;
}
