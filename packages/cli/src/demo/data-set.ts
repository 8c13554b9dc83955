import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventInput } from '@vigie/events';
import { CliError, exitCodes } from '../console/cli-error.ts';
import { readCsv } from '../ingest/csv.ts';
import { loadMapping } from '../ingest/load-mapping.ts';
import { openFile } from '../ingest/read-file.ts';
import { projectRoot } from '../stack/service.ts';
import { madeUpCompany } from './made-up-company.ts';

/** What a demo plays with. */
export interface DataSet {
  readonly title: string;
  /** Their times are moved to now by the import. */
  readonly events: () => AsyncIterable<EventInput>;
  readonly settings: string;
  /** Ids of the KPIs in the table, those that this company has numbers for. */
  readonly kpis: readonly string[];
}

const example = join(projectRoot, 'examples/telco-churn');
const fileNames = ['telco-customer-churn.csv.gz', 'telco-customer-churn.csv', 'Telco-Customer-Churn.csv'];
/** Where a person who has the file may have put it. */
const folders = [example, join(projectRoot, '../shared/data')];

/** What `--data` says for the company that does not exist, also where the file is at hand. */
const madeUpName = 'made-up';

/** The Telco sample where its file is at hand, else a company that is made up. */
export async function chooseDataSet(given: string | undefined, nowMs: number): Promise<DataSet> {
  if (given === madeUpName) return madeUp(nowMs);
  const file = given ?? folders.flatMap((folder) => fileNames.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (file === undefined) return madeUp(nowMs);
  if (!existsSync(file)) {
    throw new CliError(
      `--data: expected the Telco file, found nothing at ${file}; see examples/telco-churn/README.md for where it is to be had`,
      exitCodes.missing,
    );
  }
  const map = await loadMapping(join(example, 'mapping.ts'));
  return {
    title: "IBM's Telco sample: 7,043 customers, their tenure, and who left",
    events: () => map(readCsv(openFile(file).text)),
    settings: 'version: 1\ndefault: { basis: subscriptions, zone: UTC, currency: USD }\n',
    kpis: ['customer_churn_rate', 'customer_retention_rate', 'customer_base_growth_rate', 'mrr'],
  };
}

function madeUp(nowMs: number): DataSet {
  // On a whole minute, so that reading it twice gives the same events.
  const endMs = Math.floor(nowMs / 60_000) * 60_000;
  return {
    title: 'a made-up company: 2,400 leads over 400 days, from one seed',
    events: () => madeUpCompany({ seed: 20_260_301, endMs }),
    settings: 'version: 1\ndefault: { basis: subscriptions, zone: Europe/Paris, currency: EUR }\n',
    kpis: ['customer_churn_rate', 'customer_retention_rate', 'cac', 'conversion_rate', 'mrr', 'expansion_mrr', 'revenue', 'arpu'],
  };
}
