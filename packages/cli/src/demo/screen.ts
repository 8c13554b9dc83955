import { isatty } from 'node:tty';
import { widthOf } from '../console/table.ts';

/** A terminal with talk above and one table, drawn again in place, below. Elsewhere the table is printed when it is asked for. */
export interface Screen {
  readonly live: boolean;
  talk(line: string): void;
  /** Draws the table in place; does nothing where there is no terminal. */
  draw(table: string): void;
  /** Prints the table for good. */
  print(table: string): void;
  /** A last line below the table, until something else is said; nothing where there is no terminal. */
  status(line: string): void;
}

export function createScreen(): Screen {
  const live = isatty(1) && process.env['TERM'] !== 'dumb';
  let drawn = '';
  let table = '';
  let statusLine = '';
  const erase = (): void => {
    if (drawn === '') return;
    // A line that was drawn before the terminal became narrower takes several rows.
    const columnCount = process.stdout.columns || 80;
    const rowCount = drawn.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columnCount)), 0);
    process.stdout.write(`\u001B[${rowCount}A\r\u001B[J`);
    drawn = '';
  };
  const put = (): void => {
    const columnCount = process.stdout.columns || 80;
    const whole = [table, statusLine].filter((part) => part !== '').join('\n');
    drawn = whole.replaceAll(/.+/g, (line) => cutLine(line, columnCount));
    if (drawn !== '') process.stdout.write(`${drawn}\n`);
  };
  return {
    live,
    talk: (line) => {
      erase();
      statusLine = '';
      process.stderr.write(`${line}\n`);
      put();
    },
    draw: (next) => {
      if (!live) return;
      erase();
      table = next;
      put();
    },
    print: (text) => {
      erase();
      statusLine = '';
      process.stdout.write(`${text}\n`);
      put();
    },
    status: (line) => {
      if (!live) return;
      erase();
      statusLine = line;
      put();
    },
  };
}

/** A character, or a colour that goes before it. */
// oxlint-disable-next-line no-control-regex -- colours begin with the control character ESC
const parts = /\u001B\[[0-9;]*m|./gu;
const reset = '\u001B[0m';

/** What fits into one row; a line that wraps would tear the table apart. */
function cutLine(line: string, columnCount: number): string {
  if (widthOf(line) <= columnCount) return line;
  let width = 0;
  const kept = (line.match(parts) ?? []).filter((part) => (part.startsWith('\u001B') ? true : ++width < columnCount));
  return `${kept.join('')}…${line.includes('\u001B') ? reset : ''}`;
}
