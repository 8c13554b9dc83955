import { describe, expect, test } from 'vitest';
import { CsvError, readCsv, type Row } from './csv.ts';

async function rowsOf(...chunks: string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readCsv(
    (async function* () {
      yield* chunks;
    })(),
  )) {
    rows.push(row);
  }
  return rows;
}

describe('a CSV file', () => {
  test('gives a row per line, by the names of its header', async () => {
    expect(await rowsOf('a,b\n1,2\n3,\n')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '' },
    ]);
  });

  test('may have a BOM, CRLF, empty lines and no last line break', async () => {
    expect(await rowsOf('\uFEFFa,b\r\n1,2\r\n\r\n3,4')).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
  });

  test('may quote commas, quotes and line breaks', async () => {
    expect(await rowsOf('a,b\n"x, y","say ""hi"""\n"two\nlines",\n"",z\n')).toEqual([
      { a: 'x, y', b: 'say "hi"' },
      { a: 'two\nlines', b: '' },
      { a: '', b: 'z' },
    ]);
  });

  test('reads the same wherever its chunks are cut', async () => {
    const text = 'a,b\r\n"x, ""y""\nz",2\r\n3,"4"\r\n';
    const whole = await rowsOf(text);
    for (let cut = 1; cut < text.length; cut++) expect(await rowsOf(text.slice(0, cut), text.slice(cut))).toEqual(whole);
    expect(await rowsOf(...Array.from(text))).toEqual(whole);
  });

  test.each([
    ['a,b\n1,2\n3\n', 'line 3: expected 2 fields as in the header, found 1'],
    ['a,b\n"x\ny",2\n1,2,3\n', 'line 4: expected 2 fields as in the header, found 3'],
    ['a,b\n"open,2\n', 'line 2: expected a quote that ends the field'],
    ['a,b\n"x"y,2\n', 'line 2: expected a comma after a quoted field, found "y"'],
  ])('names the line that is wrong: %j', async (text, message) => {
    await expect(rowsOf(text)).rejects.toThrow(message);
    await expect(rowsOf(text)).rejects.toBeInstanceOf(CsvError);
  });
});
