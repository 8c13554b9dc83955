import { expect, test } from 'vitest';
import { renderTable, widthOf } from './table.ts';

const plain = (text: string): string => text;

test('columns are as wide as their widest text, numbers to the right, and colours take no room', () => {
  const bold = '\u001B[1mtotal\u001B[22m';
  expect(
    renderTable(
      [{ title: 'channel' }, { title: 'value', align: 'right' }],
      [
        ['search', '1,200'],
        [bold, '9'],
      ],
      plain,
    ),
  ).toBe(`channel  value\nsearch   1,200\n${bold}        9`);
  expect(widthOf(bold)).toBe(5);
});

test('a table without rows is its heading', () => {
  expect(renderTable([{ title: 'a' }, { title: 'b' }], [], plain)).toBe('a  b');
});
