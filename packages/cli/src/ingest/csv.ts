/** One line of a CSV file by column name. */
export type Row = Readonly<Record<string, string>>;

export class CsvError extends Error {
  override readonly name = 'CsvError';
}

/** Longer lines are a file of another kind, or a quote that is never closed. */
const recordCharsMax = 10_000_000;

/**
 * Reads comma-separated text (RFC 4180) with a header line.
 *
 * Shapes   chunks of text, cut anywhere -> rows; quoted fields may hold commas, doubled quotes and line breaks; LF, CRLF and a BOM are fine
 * Errors   CsvError names the line: another number of fields than the header has, or a quote that does not end
 */
export async function* readCsv(chunks: AsyncIterable<string>): AsyncGenerator<Row> {
  let header: readonly string[] | undefined;
  for await (const { fields, line } of readRecords(chunks)) {
    if (header === undefined) {
      header = fields;
      continue;
    }
    if (fields.length !== header.length) {
      throw new CsvError(
        `line ${line}: expected ${header.length} fields as in the header, found ${fields.length}; correct the line, or quote its commas`,
      );
    }
    const row: Record<string, string> = {};
    for (let index = 0; index < header.length; index++) row[header[index]!] = fields[index]!;
    yield row;
  }
}

interface CsvRecord {
  readonly fields: string[];
  /** Where it begins, counted from 1. */
  readonly line: number;
}

async function* readRecords(chunks: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let rest = '';
  let line = 1;
  let isFirst = true;
  for await (const chunk of chunks) {
    rest += isFirst ? chunk.replace(/^\uFEFF/, '') : chunk;
    isFirst = false;
    let start = 0;
    for (let end = endOfRecord(rest, start); end !== -1; end = endOfRecord(rest, start)) {
      const text = rest.slice(start, end);
      const record = parseRecord(text, line);
      line += 1 + lineBreaks(text);
      start = end + 1;
      if (record !== null) yield record;
    }
    rest = rest.slice(start);
    if (rest.length > recordCharsMax) {
      throw new CsvError(
        `line ${line}: expected it to end within ${recordCharsMax} characters, found more; is a quote left open, or is this no CSV file?`,
      );
    }
  }
  const last = rest === '' ? null : parseRecord(rest, line);
  if (last !== null) yield last;
}

/** The line break that ends a record: the first one outside quotes. -1: it has not arrived yet. */
function endOfRecord(text: string, start: number): number {
  let end = text.indexOf('\n', start);
  let quote = text.indexOf('"', start);
  if (quote === -1 || (end !== -1 && quote > end)) return end;
  let inQuotes = false;
  for (let from = start; end !== -1; end = text.indexOf('\n', end + 1)) {
    for (quote = text.indexOf('"', from); quote !== -1 && quote < end; quote = text.indexOf('"', quote + 1)) inQuotes = !inQuotes;
    if (!inQuotes) return end;
    from = end;
  }
  return -1;
}

function lineBreaks(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) breaks++;
  return breaks;
}

/** Null for an empty line. */
function parseRecord(text: string, line: number): CsvRecord | null {
  const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (whole === '') return null;
  return { fields: whole.includes('"') ? parseQuoted(whole, line) : whole.split(','), line };
}

function parseQuoted(text: string, line: number): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const comma = text.indexOf(',', at);
      fields.push(text.slice(at, comma === -1 ? undefined : comma));
      if (comma === -1) return fields;
      at = comma + 1;
      continue;
    }
    let field = '';
    let from = at + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote === -1)
        throw new CsvError(`line ${line}: expected a quote that ends the field, found none; close it, or double quotes inside of it`);
      field += text.slice(from, quote);
      from = quote + 1;
      if (text[from] !== '"') break;
      field += '"';
      from++;
    }
    fields.push(field);
    if (from >= text.length) return fields;
    if (text[from] !== ',') throw new CsvError(`line ${line}: expected a comma after a quoted field, found ${JSON.stringify(text[from])}`);
    at = from + 1;
  }
}
