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
    // A line wider than the terminal takes several rows.
    const columnCount = process.stdout.columns || 80;
    const rowCount = drawn.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columnCount)), 0);
    process.stdout.write(`\u001B[${rowCount}A\r\u001B[J`);
    drawn = '';
  };
  const put = (): void => {
    drawn = [table, statusLine].filter((part) => part !== '').join('\n');
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
