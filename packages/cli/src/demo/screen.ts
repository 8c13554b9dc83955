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
}

export function createScreen(): Screen {
  const live = isatty(1) && process.env['TERM'] !== 'dumb';
  let drawn = '';
  const erase = (): void => {
    if (drawn === '') return;
    // A line wider than the terminal takes several rows.
    const columnCount = process.stdout.columns || 80;
    const rowCount = drawn.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columnCount)), 0);
    process.stdout.write(`\u001B[${rowCount}A\r\u001B[J`);
    drawn = '';
  };
  const put = (table: string): void => {
    process.stdout.write(`${table}\n`);
    drawn = table;
  };
  return {
    live,
    talk: (line) => {
      const table = drawn;
      erase();
      process.stderr.write(`${line}\n`);
      if (table !== '') put(table);
    },
    draw: (table) => {
      if (!live) return;
      erase();
      put(table);
    },
    print: (table) => {
      erase();
      process.stdout.write(`${table}\n`);
    },
  };
}
