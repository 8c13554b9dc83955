/** Literals of ClickHouse. Values from outside travel as bound parameters; these are for our own names and for SQL that people paste. */

export function sqlString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function sqlList(texts: readonly string[]): string {
  return `(${texts.map(sqlString).join(', ')})`;
}

/** An instant as text that a DateTime64(3, 'UTC') reads: 2026-03-01 00:00:00.000. */
export function sqlInstant(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

/** A name as it stands, in backticks where it needs them. */
export function quoteName(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name)) return name;
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
