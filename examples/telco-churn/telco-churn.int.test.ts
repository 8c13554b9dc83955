import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PlayedDataSet, playDataSet, projectRoot } from '@vigie/cli';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Group {
  readonly customers: number;
  readonly churned: number;
  readonly mrr_cents: number;
  readonly mrr_retained_cents: number;
}
interface Truth {
  readonly all: Group;
  readonly by_contract: Readonly<Record<string, Group>>;
  readonly by_internet_service: Readonly<Record<string, Group>>;
}

const dataFile = join(projectRoot, '../shared/data/telco-customer-churn.csv.gz');
const truthFile = join(projectRoot, '../shared/data/telco-customer-churn.truth.json');
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const isThere = existsSync(dataFile) && existsSync(truthFile);
if (!isThere)
  process.stderr.write(`telco-churn: skipped, expected the data set and its truth at ${dataFile}; see examples/telco-churn/README.md\n`);

describe.skipIf(!isThere)('the Telco sample, through the real pipeline, equals its truth to the last customer', () => {
  const suite = useServers();
  const month = '2025-09-01..2025-10-01';
  let truth: Truth;
  let played: PlayedDataSet;
  beforeAll(async () => {
    truth = JSON.parse(readFileSync(truthFile, 'utf8')) as Truth;
    const logFile = join(mkdtempSync(join(tmpdir(), 'vigie-telco-')), 'consumer.log');
    const files = { dataFile, logFile, settingsFile: here('settings.yaml'), mappingFile: here('mapping.ts') };
    played = await playDataSet({ environment: suite.environment, ...files });
  });
  afterAll(() => played?.close());

  test('every customer is in it', () => {
    // A start and a contract each, and an end for those who left.
    expect(played.imported).toMatchObject({ publishedCount: 2 * truth.all.customers + truth.all.churned, refusedCount: 0 });
  });

  describe.each(['live', 'sql'] as const)('from %s', (source) => {
    test('the churn rate and the retention rate', async () => {
      const { churned, customers } = truth.all;
      const [churn] = await played.ask('customer_churn_rate', { window: month, source });
      expect(churn).toMatchObject({ value: '26.54', numerator: BigInt(churned), denominator: BigInt(customers) });
      expect(churn?.measures).toEqual({ customers_lost: BigInt(churned), customers_at_start: BigInt(customers) });
      const [retention] = await played.ask('customer_retention_rate', { window: month, source });
      expect(retention).toMatchObject({ value: '73.46', numerator: BigInt(customers - churned), denominator: BigInt(customers) });
    });

    test('the churn rate by contract', async () => {
      const slices = await played.ask('customer_churn_rate', { window: month, by: 'segment', source });
      const found = slices.map(({ slice, numerator, denominator }) => [slice?.value, numerator, denominator]);
      expect(found).toEqual(
        Object.entries(truth.by_contract).map(([name, group]) => [name, BigInt(group.churned), BigInt(group.customers)]),
      );
    });

    test('the MRR before and after, in all and by internet service', async () => {
      const before = { window: '2025-08-01..2025-09-01', source };
      const after = { window: month, source };
      const total = async (asked: typeof before): Promise<bigint | undefined> =>
        (await played.ask('mrr', asked))[0]?.measures['closing_mrr'];
      expect(await total(before)).toBe(BigInt(truth.all.mrr_cents));
      expect(await total(after)).toBe(BigInt(truth.all.mrr_retained_cents));
      for (const [asked, key] of [[before, 'mrr_cents'] as const, [after, 'mrr_retained_cents'] as const]) {
        const slices = await played.ask('mrr', { ...asked, by: 'plan' });
        const found = Object.fromEntries(slices.map(({ slice, measures }) => [slice?.value, measures['closing_mrr']]));
        const expected = Object.entries(truth.by_internet_service).map(([name, group]) => [
          name === 'No' ? 'No internet' : name,
          BigInt(group[key]),
        ]);
        expect(found).toEqual(Object.fromEntries(expected));
      }
    });
  });
});
