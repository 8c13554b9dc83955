import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PlayedDataSet, playDataSet, projectRoot } from '@vigie/cli';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Fraction {
  readonly num: number;
  readonly den: number;
}
interface Month {
  readonly orders: number;
  readonly gross_pence: number;
  readonly cancellations_pence: number;
  readonly net_pence: number;
  readonly distinct_customers: number;
  readonly new_customers: number;
  readonly repeat_purchase_rate: Fraction;
  readonly aov_pence: Fraction;
}
interface Truth extends Pick<Month, 'orders' | 'gross_pence' | 'cancellations_pence' | 'net_pence' | 'repeat_purchase_rate' | 'aov_pence'> {
  readonly customers_with_purchase: number;
  readonly by_month: Readonly<Record<string, Month>>;
}

const dataFile = join(projectRoot, '../shared/data/online-retail.csv.gz');
const truthFile = join(projectRoot, '../shared/data/online-retail.truth.json');
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const isThere = existsSync(dataFile) && existsSync(truthFile);
if (!isThere)
  process.stderr.write(
    `online-retail: skipped, expected the data set and its truth at ${dataFile}; see examples/online-retail/README.md\n`,
  );
const truth = isThere ? (JSON.parse(readFileSync(truthFile, 'utf8')) as Truth) : undefined;

/** Pence as the published decimal. */
const pounds = (pence: number): string => (pence / 100).toFixed(2);

describe.skipIf(!isThere)('Online Retail, through the real pipeline, equals its truth to the last penny', () => {
  const suite = useServers();
  let played: PlayedDataSet;
  beforeAll(async () => {
    const logFile = join(mkdtempSync(join(tmpdir(), 'vigie-retail-')), 'consumer.log');
    const files = { dataFile, logFile, settingsFile: here('settings.yaml'), mappingFile: here('mapping.ts') };
    played = await playDataSet({ environment: suite.environment, ...files });
  });
  afterAll(() => played?.close());

  const total = async (kpi: string, asked: { window: string; source: 'live' | 'sql' }) => (await played.ask(kpi, asked))[0]!;

  test('no event is refused', () => expect(played.imported.refusedCount).toBe(0));

  describe.each(['live', 'sql'] as const)('from %s', (source) => {
    test.each(Object.entries(truth?.by_month ?? {}))(
      '%s: revenue, orders, customers, new customers, repeat rate, average order value',
      async (window, month) => {
        const revenue = await total('revenue', { window, source });
        expect(revenue).toMatchObject({ value: pounds(month.net_pence), currency: 'GBP', source });
        expect(revenue.measures).toEqual({
          gross_sales: BigInt(month.gross_pence),
          discounts: 0n,
          refunds: BigInt(-month.cancellations_pence),
        });

        const value = await total('average_order_value', { window, source });
        expect(value.measures).toEqual({ order_revenue: BigInt(month.aov_pence.num), orders: BigInt(month.orders) });
        expect(value).toMatchObject({ numerator: BigInt(month.aov_pence.num), denominator: BigInt(month.aov_pence.den), source });

        const acquisition = await total('cac', { window, source });
        expect(acquisition.measures['new_customers']).toBe(BigInt(month.new_customers));

        // Distinct customers are not kept live: either way the answer comes from ClickHouse, and says so.
        const repeat = await total('repeat_customer_rate', { window, source });
        const { num, den } = month.repeat_purchase_rate;
        expect(repeat).toMatchObject({ numerator: BigInt(num), denominator: BigInt(den), source: 'sql' });
        expect(repeat.measures).toEqual({ buyers: BigInt(month.distinct_customers), repeat_buyers: BigInt(num) });
      },
    );

    test('the whole file', async () => {
      const { net_pence, orders, aov_pence, repeat_purchase_rate, customers_with_purchase } = truth!;
      const window = '2010-12-01..2012-01-01';
      expect((await total('revenue', { window, source })).value).toBe(pounds(net_pence));
      const value = await total('average_order_value', { window, source });
      expect(value).toMatchObject({ numerator: BigInt(aov_pence.num), denominator: BigInt(orders), value: '533.88' });
      const repeat = await total('repeat_customer_rate', { window, source });
      expect(repeat).toMatchObject({
        numerator: BigInt(repeat_purchase_rate.num),
        denominator: BigInt(customers_with_purchase),
        value: '65.57',
      });
    });
  });
});
