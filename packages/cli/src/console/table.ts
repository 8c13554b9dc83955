export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Escape sequences of colours take no room on the screen. */
// oxlint-disable-next-line no-control-regex -- colours begin with the control character ESC
const escapes = /\u001B\[[0-9;]*m/g;

export const widthOf = (text: string): number => Array.from(text.replaceAll(escapes, '')).length;

/**
 * Lays out rows in columns, two spaces apart.
 *
 * Shapes   rows: one text per column -> lines without a last newline; the heading is passed through `heading`
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], heading: (text: string) => string): string {
  const widths = columns.map((column, index) => Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ''))));
  const cell = (text: string, index: number): string => {
    const room = ' '.repeat(widths[index]! - widthOf(text));
    return columns[index]!.align === 'right' ? room + text : text + room;
  };
  const line = (texts: readonly string[]): string => texts.map(cell).join('  ').trimEnd();
  return [heading(line(columns.map(({ title }) => title))), ...rows.map((row) => line(columns.map((_, index) => row[index] ?? '')))].join(
    '\n',
  );
}
