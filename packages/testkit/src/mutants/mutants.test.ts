import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plant, shortcuts, VoidMutantError } from './mutant.ts';
import { mutants } from './mutants.ts';

const root = new URL('../../../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');

test('every shortcut of the design has a mutant', () => {
  expect(new Set(mutants.map(({ shortcut }) => shortcut))).toEqual(new Set(shortcuts));
});

describe.each(mutants)('$shortcut: $how', ({ edits, test: named }) => {
  test('its places are in the code, each exactly once', () => {
    const texts = new Map<string, string>();
    for (const edit of edits) texts.set(edit.file, plant(texts.get(edit.file) ?? read(edit.file), edit));
    for (const [file, text] of texts) expect(text).not.toBe(read(file));
  });

  test('the test that catches it is in its file', () => {
    // Names of describes stand in front, and test.each fills in places of its own: the rest is literal.
    const literal = named.name.replace(/^\S+ (?=facts and cells give)/, '').replace(/ \d+$/, '');
    const words = literal.split(' ');
    const endings = words.map((_, index) => words.slice(index).join(' ')).filter((ending) => ending.length > 20);
    const text = read(named.file);
    expect(endings.some((ending) => text.includes(`'${ending}`) || text.includes(`"${ending}`))).toBe(true);
  });
});

test('a place that is missing, or there twice, makes a mutant void', () => {
  const edit = { file: 'x.ts', find: 'a', replace: 'b' };
  expect(plant('1 a', edit)).toBe('1 b');
  expect(() => plant('1', edit)).toThrow(VoidMutantError);
  expect(() => plant('a a', edit)).toThrow(/exactly once, found it 2 times/);
  expect(() => plant('a', { ...edit, replace: 'a' })).toThrow(VoidMutantError);
});
