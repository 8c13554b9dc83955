import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kpiById, kpiDefs, measureById } from '../definitions/index.ts';
import { explainSql } from '../explain/explain-sql.ts';
import { factSpecs } from '../facts/specs.ts';
import { currencyExponentOf } from '../formula/currency.ts';
import { evaluateFormula, measureIdsOf } from '../formula/evaluate.ts';
import { type Dimension, type Fact, factNames, type KpiDef, type MeasureDef, sinceNever } from '../types.ts';
import { kpiSelect, slicings } from './kpi-select.ts';
import { sqlInstant } from './literals.ts';
import { dimensionOf, startTestEngine, type TestEngine } from './test-engine.fixture.ts';
import { createKpiViewSql } from './view.ts';

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly currency: string;
  readonly by: 'total' | Dimension;
}

let engine: TestEngine;

beforeAll(() => {
  engine = startTestEngine();
  for (const def of kpiDefs) engine.run(createKpiViewSql(def, { viewDatabase: 'facts', definer: 'default' }));
});

afterAll(() => engine.close());

function parameters(tenant: string, asked: Asked): Record<string, string> {
  return { tenant, currency: asked.currency, by: asked.by, from: sqlInstant(asked.from), to: sqlInstant(asked.to) };
}

const viewOf = (def: KpiDef, tenant: string, asked: Asked): string => {
  const list = Object.entries(parameters(tenant, asked)).map(([name, value]) => `${name} = '${value}'`);
  return `SELECT * FROM facts.${def.id}(${list.join(', ')}) ORDER BY slice`;
};

/** The recomputation: a loop over all facts per measure and slice, straight from the words of MeasureKind. */
function recompute(def: KpiDef, facts: readonly Fact[], asked: Asked): Record<string, string | null>[] {
  const { by } = asked;
  const slices = by === 'total' ? [''] : [...new Set(facts.map((one) => dimensionOf(one, by)))].toSorted();
  const ids = measureIdsOf(def);
  return slices.flatMap((slice) => {
    const own = facts.filter((one) => by === 'total' || dimensionOf(one, by) === slice);
    const measures = Object.fromEntries(ids.map((id) => [id, readMeasure(measureById(id), own, asked)]));
    if (by !== 'total' && ids.every((id) => measures[id] === 0n)) return [];
    const { value, reason, numerator, denominator } = evaluateFormula(def, measures, {
      currencyExponent: currencyExponentOf(asked.currency),
    });
    const texts = Object.fromEntries(ids.map((id) => [id, `${measures[id]}`]));
    return [{ slice, value, reason, numerator: `${numerator}`, denominator: `${denominator}`, ...texts }];
  });
}

function readMeasure(measure: MeasureDef, facts: readonly Fact[], asked: Asked): bigint {
  const perEntity = new Map<string, bigint>();
  let sum = 0n;
  for (const { fact: name, currency, at, since, value, entity } of facts) {
    const term = measure.terms.find((candidate) => candidate.fact === name);
    if (term === undefined || (measure.money && currency !== asked.currency)) continue;
    const inWindow = asked.from <= at && at < asked.to;
    const counts = {
      sum: inWindow,
      stock: at < (measure.at === 'from' ? asked.from : asked.to),
      cohort_sum: inWindow && since < asked.from,
      distinct: inWindow,
      repeat: inWindow,
      quantile: false,
    }[measure.kind];
    if (!counts) continue;
    sum += BigInt(term.sign * value);
    perEntity.set(entity, (perEntity.get(entity) ?? 0n) + BigInt(value));
  }
  if (measure.kind !== 'distinct' && measure.kind !== 'repeat') return sum;
  return BigInt([...perEntity].filter(([entity, total]) => entity !== '' && total >= (measure.kind === 'repeat' ? 2n : 1n)).length);
}

// A coarse grid, so that facts lie exactly on bounds often.
const gridMs = 6 * 3_600_000;
const origin = Date.UTC(2026, 0, 1);
const instant = fc.integer({ min: 0, max: 7 }).map((step) => origin + step * gridMs);
const dimValue = fc.constantFrom(undefined, 'a', "it's", 'ü');
const factArbitrary: fc.Arbitrary<Fact> = fc
  .record({
    // Half of the facts are of those whose reading has rules of its own: cohorts and entities.
    fact: fc.oneof(
      fc.constantFrom(...factNames),
      fc.constantFrom<Fact['fact']>('customers_activated', 'customers_lost', 'purchases', 'leads'),
    ),
    currency: fc.constantFrom('EUR', 'EUR', 'JPY', 'BHD'),
    at: fc.oneof(
      instant,
      instant.map((ms) => ms - 1),
    ),
    since: fc.oneof(fc.constant(sinceNever), instant),
    value: fc.oneof(fc.constantFrom(1, 1, -1, 2), fc.integer({ min: -5000, max: 20_000 }), fc.integer({ min: -(10 ** 15), max: 10 ** 15 })),
    dims: fc.record({ channel: dimValue, campaign: dimValue, segment: dimValue, country: dimValue, plan: dimValue }),
    entity: fc.constantFrom('', 'e1', 'e2', 'e3'),
  })
  .filter(({ value }) => value !== 0)
  .map(({ dims, ...rest }): Fact => {
    const present = Object.fromEntries(Object.entries(dims).filter(([, value]) => value !== undefined));
    return { ...rest, currency: factSpecs[rest.fact].money ? rest.currency : '', dims: present };
  });

test('every view gives, to the letter, what a recomputation from the same facts gives', { timeout: 120_000 }, () => {
  let tenantCount = 0;
  let answerCount = 0;
  fc.assert(
    fc.property(
      fc.array(factArbitrary, { maxLength: 120, size: 'max' }),
      fc.tuple(instant, instant),
      fc.constantFrom('EUR', 'JPY', 'BHD'),
      (facts, ...[bounds, currency]) => {
        const tenant = `t${tenantCount++}`;
        engine.insert(tenant, facts);
        const [from, to] = [Math.min(...bounds), Math.max(...bounds)];
        for (const def of kpiDefs) {
          for (const by of slicings(def)) {
            const asked = { from, to, currency, by };
            const found = engine.rows(viewOf(def, tenant, asked), {}).toSorted((a, b) => (a['slice']! < b['slice']! ? -1 : 1));
            expect({ kpi: def.id, by, rows: found }).toEqual({ kpi: def.id, by, rows: recompute(def, facts, asked) });
            answerCount += found.length;
          }
        }
      },
    ),
    { numRuns: 12 },
  );
  expect(answerCount).toBeGreaterThan(12 * kpiDefs.length);
});

const day = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const march: Asked = { from: day('2026-03-01'), to: day('2026-04-01'), currency: 'EUR', by: 'total' };

function fact(name: Fact['fact'], date: string, more: Partial<Fact> = {}): Fact {
  return {
    fact: name,
    currency: factSpecs[name].money ? 'EUR' : '',
    at: day(date),
    since: sinceNever,
    value: 1,
    dims: {},
    entity: '',
    ...more,
  };
}

function ask(def: KpiDef, tenant: string, asked: Asked): Record<string, string | null>[] {
  return engine.rows(kpiSelect(def, { factsSource: 'facts.facts' }), parameters(tenant, asked));
}

const kpi = (id: string): KpiDef => kpiById(id)!;

test('the query itself takes bound parameters: churn of March is 1 of 4, and who came and went is outside', () => {
  const january = ['c1', 'c2', 'c3', 'c4'].map(() => fact('customers_activated', '2026-01-10'));
  const cameAndWent = [fact('customers_activated', '2026-03-05'), fact('customers_lost', '2026-03-20', { since: day('2026-03-05') })];
  engine.insert('churn', [...january, fact('customers_lost', '2026-03-10', { since: day('2026-01-10') }), ...cameAndWent]);
  expect(ask(kpi('customer_churn_rate'), 'churn', march)).toEqual([
    { slice: '', value: '25.00', reason: null, numerator: '1', denominator: '4', customers_lost: '1', customers_at_start: '4' },
  ]);
  expect(ask(kpi('customer_retention_rate'), 'churn', march)).toMatchObject([{ value: '75.00', numerator: '3', denominator: '4' }]);
  expect(ask(kpi('customer_base_growth_rate'), 'churn', march)).toMatchObject([{ value: '-25.00', numerator: '-1', denominator: '4' }]);
});

test('spend without a customer is null because of no_acquisition, by channel too', () => {
  engine.insert('cac', [
    fact('marketing_cost', '2026-03-02', { value: 5000, dims: { channel: 'search' } }),
    fact('sales_cost', '2026-03-03', { value: 3, dims: { channel: 'partner' } }),
    fact('customers_acquired', '2026-03-03', { value: 2, dims: { channel: 'partner' } }),
  ]);
  const byChannel = ask(kpi('cac_by_channel'), 'cac', { ...march, by: 'channel' }).toSorted((a, b) => (a['slice']! < b['slice']! ? -1 : 1));
  expect(byChannel).toMatchObject([
    { slice: 'partner', value: '0.02', reason: null, numerator: '3', denominator: '2' },
    { slice: 'search', value: null, reason: 'no_acquisition', numerator: '5000', denominator: '0' },
  ]);
  expect(ask(kpi('cac'), 'cac', { ...march, currency: 'JPY' })).toMatchObject([{ value: '0', numerator: '0', denominator: '2' }]);
});

test('who joined exactly at from was no customer before it, and one order is no repeat', () => {
  engine.insert('bounds', [
    fact('customers_activated', '2026-02-01', { value: 3 }),
    fact('customers_lost', '2026-03-10', { since: march.from }),
    fact('customers_lost', '2026-03-10', { since: march.from - 1 }),
    fact('customers_lost', '2026-03-01', { since: march.from - 1 }),
    fact('customers_lost', '2026-04-01', { since: march.from - 1 }),
    ...['e1', 'e2', 'e2', ''].map((entity) => fact('purchases', '2026-03-02', { entity })),
    fact('purchases', '2026-04-01', { entity: 'e1' }),
  ]);
  expect(ask(kpi('customer_churn_rate'), 'bounds', march)).toMatchObject([{ customers_lost: '2', customers_at_start: '3' }]);
  expect(ask(kpi('repeat_customer_rate'), 'bounds', march)).toMatchObject([{ value: '50.00', repeat_buyers: '1', buyers: '2' }]);
});

test('a cost at midnight on the 1st belongs to the month that begins', () => {
  engine.insert('midnight', [
    fact('marketing_cost', '2026-03-01', { value: 100 }),
    fact('marketing_cost', '2026-03-31', { value: 20 }),
    fact('marketing_cost', '2026-04-01', { value: 3 }),
  ]);
  expect(ask(kpi('cac'), 'midnight', march)).toMatchObject([{ marketing_cost: '120' }]);
});

test('who is seen again after a window has ended still counts in it', () => {
  engine.insert('seen', [
    ...['e1', 'e1', 'e2', 'e3'].map((entity) => fact('purchases', '2026-03-02', { entity })),
    ...['e1', 'e2'].map((entity) => fact('purchases', '2026-05-02', { entity })),
  ]);
  expect(ask(kpi('repeat_customer_rate'), 'seen', march)).toMatchObject([{ repeat_buyers: '1', buyers: '3' }]);
});

test('the SQL that an explanation gives finds the number of the answer', () => {
  engine.insert('explained', [fact('gross_sales', '2026-03-02', { value: 1234, dims: { channel: "it's" } })]);
  const window = { from: march.from, to: march.to, label: '2026-03', zone: 'UTC', provisional: false };
  const slice = { dimension: 'channel', value: "it's" } as const;
  const number = { value: '12.34', reason: null, numerator: 1234n, denominator: 1n, measures: {}, unit: 'currency' } as const;
  const where = { kpi: 'revenue', tenant: 'explained', currency: 'EUR', completeThroughMs: null, generation: 1, source: 'live' } as const;
  expect(engine.rows(explainSql(kpi('revenue'), { ...number, ...where, window, slice }, 'facts'), {})).toMatchObject([
    { slice: "it's", value: '12.34' },
  ]);
});

test('a total exists without facts', () => {
  expect(ask(kpi('cac'), 'nobody', march)).toMatchObject([{ slice: '', value: null, reason: 'zero_denominator' }]);
  expect(ask(kpi('mrr'), 'nobody', march)).toMatchObject([{ slice: '', value: '0.00', reason: null }]);
  expect(ask(kpi('mrr'), 'nobody', { ...march, by: 'plan' })).toEqual([]);
});

test.each<[string, Partial<Asked>, RegExp]>([
  ['cac', { by: 'plan' }, /KPI cac: expected by to be one of total, channel, campaign; correct the parameter by/],
  ['cac_by_channel', { by: 'total' }, /KPI cac_by_channel: expected by to be one of channel;/],
  ['revenue', { currency: 'eur' }, /KPI revenue: expected an ISO 4217 code such as EUR/],
  ['revenue', { from: march.to, to: march.from }, /KPI revenue: expected from at or before to/],
])('%s asked with %j is refused in words', (id, ...[change, message]) => {
  engine.insert('refused', [fact('gross_sales', '2026-03-02', { dims: { plan: 'p' } })]);
  expect(() => ask(kpi(id), 'refused', { ...march, ...change })).toThrow(message);
  expect(() => engine.rows(`SELECT value FROM (${viewOf(kpi(id), 'refused', { ...march, ...change })}) WHERE slice = 'p'`, {})).toThrow(
    message,
  );
});

test('a sum outside of Int64 is refused, one at its edge is exact', () => {
  const most = Array.from({ length: 1024 }, () => fact('gross_sales', '2026-03-02', { value: Number.MAX_SAFE_INTEGER }));
  engine.insert('edge', [...most, fact('gross_sales', '2026-03-02', { value: 1023 })]);
  // 1024 x (2^53 - 1) + 1023 = 2^63 - 1.
  expect(ask(kpi('revenue'), 'edge', march)).toMatchObject([{ value: '92233720368547758.07', gross_sales: '9223372036854775807' }]);
  engine.insert('edge', [fact('gross_sales', '2026-03-02')]);
  expect(() => ask(kpi('revenue'), 'edge', march)).toThrow(/KPI revenue: expected gross_sales within the range of Int64/);
});

test('formulas of every unit are published as evaluateFormula publishes them', () => {
  engine.insert('units', [
    fact('orders', '2026-03-02', { value: 8 }),
    fact('marketing_cost', '2026-03-02', { value: 9 }),
    fact('sales_cost', '2026-03-02', { value: -1 }),
  ]);
  const asked = { ...march, currency: 'EUR' };
  const formulas = [
    'marketing_cost / orders',
    'sales_cost / orders',
    'orders / sales_cost',
    '0.5 * sales_cost',
    'marketing_cost / (orders / (orders - 8))',
  ];
  for (const unit of ['percent', 'currency', 'count', 'ratio'] as const) {
    for (const formula of formulas) {
      const def: KpiDef = { ...kpi('cac'), id: 'units', unit, formula };
      const measures = { marketing_cost: 9n, orders: 8n, sales_cost: -1n };
      const { value, reason, numerator, denominator } = evaluateFormula(def, measures, { currencyExponent: 2 });
      const expected = { value, reason, numerator: `${numerator}`, denominator: `${denominator}` };
      expect({ unit, formula, rows: ask(def, 'units', asked) }).toMatchObject({ unit, formula, rows: [expected] });
    }
  }
  expect(() => kpiSelect({ ...kpi('cac'), formula: 'sqrt(orders)' }, { factsSource: 'facts.facts' })).toThrow(
    /expected a formula without sqrt/,
  );
});

test('a view says what it is', () => {
  const [row] = engine.rows("SELECT comment FROM system.tables WHERE database = 'facts' AND name = 'cac'", {});
  expect(row!['comment']).toMatch(
    /^Customer acquisition cost .*\(marketing_cost \+ sales_cost\) \/ new_customers.*by \(total, channel, campaign\)/,
  );
});
