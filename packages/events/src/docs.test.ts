import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderDocs } from './docs.ts';
import { eventTypes } from './index.ts';

test.each([...renderDocs()])('%s is what the schemas say; if not, run packages/events/scripts/write-docs.ts', (path, text) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text);
});

test('the page has a chapter for every type', () => {
  const page = renderDocs().get('docs/events.md') ?? '';
  expect(eventTypes.filter((type) => !page.includes(`\n## ${type}\n`))).toEqual([]);
});
