import fc from 'fast-check';
import { test } from 'vitest';
import { readCsv } from './csv.ts';

const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', ' '), maxLength: 6 });
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const written = (text: string, quote: boolean): string => (quote || /[,"\n]/.test(text) ? quoted(text) : text);

test('whatever is written with quotes is read back, however it is cut', async () => {
  const rows = fc.array(fc.tuple(field, field, fc.boolean()), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (table, size) => {
      // Two empty fields without quotes are still two fields; an empty line is none.
      const text = `a,b\n${table.map(([a, b, quote]) => `${written(a, quote)},${written(b, quote)}\n`).join('')}`;
      const chunks = (async function* () {
        for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
      })();
      const found: [string, string][] = [];
      for await (const row of readCsv(chunks)) found.push([row['a']!, row['b']!]);
      if (JSON.stringify(found) !== JSON.stringify(table.map(([a, b]) => [a, b])))
        throw new Error(`found ${JSON.stringify(found)} in ${JSON.stringify(text)}`);
    }),
  );
});
