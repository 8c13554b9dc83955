import { widthOf } from '../console/table.ts';
import type { Output } from '../console/output.ts';

/** What a piece of text means; the screen makes colours of it, and a screen without colours loses nothing but them. */
export type Tone = 'plain' | 'dim' | 'bold' | 'good' | 'mild' | 'warn' | 'bad' | 'note' | 'chosen';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}
export type Line = readonly Span[];

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone });

export const lineText = (line: Line): string => line.map(({ text }) => text).join('');

/** A text in a column: cut with an ellipsis, or filled up. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const characters = Array.from(text);
  const kept = characters.length <= width ? text : width <= 0 ? '' : `${characters.slice(0, width - 1).join('')}…`;
  const room = ' '.repeat(Math.max(0, width - widthOf(kept)));
  return align === 'right' ? room + kept : kept + room;
}

/** A line that is no wider than the screen: a wider one would take two rows and push the rest down. */
export function cutLine(line: Line, width: number): Line {
  const kept: Span[] = [];
  let left = width;
  for (const { text, tone } of line) {
    if (left <= 0) break;
    const characters = Array.from(text);
    kept.push(span(characters.length <= left ? text : `${characters.slice(0, left - 1).join('')}…`, tone));
    left -= characters.length;
  }
  return kept;
}

/** For a printer instead of a screen. */
export function paintLine(line: Line, colors: Output['colors']): string {
  const paint = {
    plain: String,
    dim: colors.dim,
    bold: colors.bold,
    good: colors.green,
    mild: colors.blue,
    warn: colors.yellow,
    bad: colors.red,
    note: colors.cyan,
    chosen: colors.inverse,
  };
  return line
    .map(({ text, tone }) => paint[tone](text))
    .join('')
    .trimEnd();
}
