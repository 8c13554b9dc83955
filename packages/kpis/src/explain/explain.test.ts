import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kpiById, kpiDefs } from '../definitions/index.ts';
import { currencyExponentOf } from '../formula/currency.ts';
import { evaluateFormula } from '../formula/evaluate.ts';
import { parseWindow } from '../time/window.ts';
import type { KpiAnswer, KpiDef } from '../types.ts';
import { explainSql } from './explain-sql.ts';
import { asPublished, explain } from './explain.ts';
import { kpiPage, kpisDocument } from './kpi-page.ts';

const nowMs = Date.parse('2026-03-20T10:00:00Z');

function answerOf(def: KpiDef, measures: Record<string, bigint>, more: Partial<KpiAnswer> = {}): KpiAnswer {
  const currency = more.currency ?? 'EUR';
  return {
    ...evaluateFormula(def, measures, { currencyExponent: currencyExponentOf(currency) }),
    kpi: def.id,
    tenant: 'default',
    window: parseWindow('2026-03', { nowMs, zone: 'Europe/Paris' }),
    slice: null,
    unit: def.unit,
    currency,
    measures,
    completeThroughMs: nowMs,
    generation: 3,
    source: 'live',
    ...more,
  };
}

const cac = kpiById('cac')!;
const churn = kpiById('customer_churn_rate')!;

test('an explanation puts the numbers into the formula and says bounds, zone and completeness', () => {
  expect(explain(answerOf(churn, { customers_lost: 1n, customers_at_start: 4n }), churn).split('\n')).toEqual([
    'Customer churn rate = 25.00 %',
    '  formula   100 * customers_lost / customers_at_start = 100 * 1 / 4 = 25.00 (exactly 1 / 4)',
    expect.stringMatching(/^ {2}measure {3}customers_lost = 1: customers of the start/),
    expect.stringMatching(/^ {2}measure {3}customers_at_start = 4: customers who are active/),
    '  unit      percent, rounded half away from zero to 2 decimals',
    '  window    2026-03: 2026-02-28T23:00Z <= time < 2026-03-31T22:00Z (2026-03-01 00:00 to 2026-04-01 00:00 in Europe/Paris); provisional, it has not ended yet',
    '  slice     total',
    '  complete  every event that Kafka accepted up to 2026-03-20T10:00Z is in the number',
    '  source    live, tenant default, generation 3',
  ]);
});

test('money is shown in major units, negative numbers in parentheses, and a null with its reason', () => {
  const text = explain(
    answerOf(
      cac,
      { marketing_cost: 6000n, sales_cost: -1000n, new_customers: 0n },
      { slice: { dimension: 'channel', value: 'search' }, completeThroughMs: null },
    ),
    cac,
  );
  expect(text).toMatch(/^Customer acquisition cost \(blended\) is null \(no_acquisition\): money was spent and no customer was acquired/);
  expect(text).toContain('= (60.00 + (-10.00)) / 0 = null (5000 / 0 in minor units)');
  expect(text).toContain('slice     channel = search');
  expect(text).toContain('complete  unknown');
  expect(explain(answerOf(kpiById('mrr')!, { closing_mrr: 1200n }, { currency: 'JPY' }), kpiById('mrr')!)).toMatch(
    /^Monthly recurring revenue = 1200 JPY\n/,
  );
});

test('a percent of a sum is explained with parentheses', () => {
  expect(asPublished({ ...churn, formula: 'a / b - c' })).toBe('100 * (a / b - c)');
  expect(asPublished({ ...churn, formula: '(a - b) / c' })).toBe('100 * (a - b) / c');
});

test('the SQL of an answer asks the view for the same slice and bounds', () => {
  const slice = { dimension: 'channel', value: "o'reilly" } as const;
  expect(explainSql(cac, answerOf(cac, { marketing_cost: 1n, sales_cost: 0n, new_customers: 1n }, { slice }), 'vigie_kpi')).toBe(
    "SELECT *\nFROM vigie_kpi.cac(tenant = 'default', currency = 'EUR', by = 'channel', from = '2026-02-28 23:00:00.000', to = '2026-03-31 22:00:00.000')\n" +
      "WHERE slice = 'o\\'reilly'",
  );
  expect(explainSql(churn, answerOf(churn, { customers_lost: 0n, customers_at_start: 1n }), 'vigie-eu')).toContain(
    "`vigie-eu`.customer_churn_rate(tenant = 'default', currency = 'EUR', by = 'total'",
  );
});

test.each(kpiDefs)('$id: its page names its formula, measures, notes and benchmarks', (def) => {
  const page = kpiPage(def);
  const parts = [def.id, def.formula, def.names.fr, def.description, ...def.notes, ...def.benchmarks.map(({ typical }) => typical)];
  expect(parts.filter((part) => !page.includes(part))).toEqual([]);
});

test('docs/kpis.md is up to date: node packages/kpis/scripts/write-docs.ts writes it', () => {
  expect(readFileSync(new URL('../../../../docs/kpis.md', import.meta.url), 'utf8')).toBe(kpisDocument());
});
