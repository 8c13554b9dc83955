import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createKpiViewSql, kpiDefs } from '@vigie/kpis';
import type { Clickhouse } from './connect.ts';
import { query } from './records.ts';

const schemaFolder = new URL('../../../infra/clickhouse/schema/', import.meta.url);

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Brings ClickHouse to this version: numbered SQL files once each, then one view per KPI, made anew from its definition.
 *
 * Holds    safe to run again and at every start; a file that changed after it was applied is refused, not run
 * Errors   MigrationError (retriable: false)
 */
export async function migrate(clickhouse: Clickhouse, report: (line: string) => void): Promise<void> {
  const { client, database, views } = clickhouse;
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` });
  await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${views}` });
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS ${database}.schema_migrations (name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
            ENGINE = ReplacingMergeTree ORDER BY name`,
  });
  const applied = new Map(
    (
      await query<{ name: string; checksum: string }>(clickhouse, { sql: `SELECT name, checksum FROM ${database}.schema_migrations FINAL` })
    ).map((row) => [row.name, row.checksum]),
  );
  for (const name of readdirSync(schemaFolder)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()) {
    const text = readFileSync(new URL(name, schemaFolder), 'utf8');
    const checksum = createHash('sha256').update(text).digest('hex');
    const known = applied.get(name);
    if (known === checksum) continue;
    if (known !== undefined) {
      throw new MigrationError(
        `${database}: expected ${name} with the checksum it was applied with (${known.slice(0, 12)}), found ${checksum.slice(0, 12)}; restore the file and put the change into a new one`,
      );
    }
    for (const statement of statementsOf(clickhouse, text)) await client.command({ query: statement });
    await client.insert({
      table: `${database}.schema_migrations`,
      format: 'JSONEachRow',
      columns: ['name', 'checksum'],
      values: [{ name, checksum }],
    });
    report(`clickhouse: ${name} applied to ${database}`);
  }
  for (const def of kpiDefs) {
    await client.command({ query: createKpiViewSql(def, { viewDatabase: views, definer: clickhouse.definer }) });
  }
  report(`clickhouse: ${kpiDefs.length} KPI views in ${views}`);
}

function statementsOf({ database, views, definer }: Clickhouse, text: string): string[] {
  return text
    .replaceAll(/^--.*$/gm, '')
    .replaceAll('{database}', database)
    .replaceAll('{views}', views)
    .replaceAll('{definer}', definer)
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
