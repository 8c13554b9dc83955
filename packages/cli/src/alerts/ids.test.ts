import { expect, test } from 'vitest';
import { findNamed, shortIds } from './ids.ts';

const thing = (id: string, name: string) => ({ ids: [id], names: [name], text: name, value: id });
const things = [thing('aaaaaa11', 'churn'), thing('aaaaaa12', 'cac'), thing('bbbbbbbb', 'cac')];
const what = { one: 'an alert', list: 'vigie alerts list' };

test('ids are cut to six characters, or to as many as tell them apart', () => {
  expect(shortIds(['abcdefgh', 'bbcdefgh'])('abcdefgh')).toBe('abcdef');
  const short = shortIds(['aaaaaa11', 'aaaaaa12', 'bbbbbbbb', 'bbbbbbbb']);
  expect(['aaaaaa11', 'aaaaaa12', 'bbbbbbbb'].map(short)).toEqual(['aaaaaa11', 'aaaaaa12', 'bbbbbbbb']);
});

test('the beginning of an id is enough, and so is a name that one thing alone has', () => {
  expect(findNamed('b', things, what)).toBe('bbbbbbbb');
  expect(findNamed('churn', things, what)).toBe('aaaaaa11');
});

test('what means several things is refused with all of them', () => {
  expect(() => findNamed('aaa', things, what)).toThrow(/found 2 for "aaa".*\n {2}aaaaaa11 {2}churn\n {2}aaaaaa12 {2}cac/);
  expect(() => findNamed('cac', things, what)).toThrow('found 2 for "cac"');
});

test('what means nothing is refused with what was near, or with where to look', () => {
  expect(() => findNamed('chrun', things, what)).toThrow('did you mean churn?');
  expect(() => findNamed('zzzzzz', things, what)).toThrow('vigie alerts list shows what there is');
  expect(() => findNamed('', things, what)).toThrow('vigie alerts list shows what there is');
});
