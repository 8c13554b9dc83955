import { readFileSync } from 'node:fs';
import { kpiDefs } from '@vigie/kpis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRules } from './rules-file.ts';

const shipped = readFileSync(new URL('../../../../infra/rules/rules.yaml', import.meta.url), 'utf8').replaceAll(/^\s*#.*\n/gmu, '');

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(shipped.length),
  cut: fc.integer({ min: 0, max: 12 }),
  put: fc.constantFrom(
    '',
    ' ',
    '\n',
    ':',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '# ',
    '? ',
    '<<: ',
    '0',
    'null',
    '1e400',
    '__proto__: ',
    '\t',
  ),
});

test('whatever is mistyped, a file is read or every problem has its place: nothing is thrown', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce((found, { at, cut, put }) => found.slice(0, at) + put + found.slice(at + cut), shipped);
      const parsed = parseRules(text, kpiDefs);
      if (parsed.ok) return;
      const lineCount = text.split('\n').length;
      expect(parsed.problems.length).toBeGreaterThan(0);
      expect(parsed.problems.filter(({ line, column }) => !(line >= 1 && line <= lineCount && column >= 1))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
