import { readFileSync } from 'node:fs';
import { kpiDefs } from '@vigie/kpis';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseRules } from './rules-file.ts';

const page = readFileSync(new URL('../../../../docs/alerting.md', import.meta.url), 'utf8');
/** Blocks of the page: whole files, or keys of one rule. */
function blocksOf(kind: 'file' | 'rule'): string[] {
  const pattern = new RegExp('```yaml ' + kind + '\\n([\\s\\S]*?)```', 'g');
  return [...page.matchAll(pattern)].map((match) => match[1]!);
}

const base = {
  uid: 'example',
  kpi: 'customer_churn_rate',
  window: { size: '30d', every: '1h' },
  severity: { warning: { at_or_above: 5 } },
};
/** The keys of a block in place of the base's; null takes one away. */
function fileAround(block: string): string {
  const rule = { ...base, ...(parse(block) as Record<string, unknown>) };
  return stringify({ version: 1, rules: [Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null))] });
}

describe('the examples of docs/alerting.md', () => {
  test.each(blocksOf('file').map((text) => ({ text })))('are files that run: $text', ({ text }) => {
    expect(parseRules(text, kpiDefs)).toMatchObject({ ok: true });
  });

  test.each(blocksOf('rule').map((text) => ({ text })))('are keys that a rule takes: $text', ({ text }) => {
    expect(parseRules(fileAround(text), kpiDefs)).toMatchObject({ ok: true });
  });

  test('are all found', () => {
    expect([blocksOf('file').length, blocksOf('rule').length]).toEqual([4, 11]);
  });
});
