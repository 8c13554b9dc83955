import type { Command } from 'commander';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { renderTable } from '../console/table.ts';
import { type Invocation, runs } from './command.ts';

export function addSqlCommand(program: Command): void {
  const command = program
    .command('sql')
    .argument('<query>', 'ClickHouse SQL; the views are those of vigie_kpi')
    .description('ask ClickHouse as the read-only analyst')
    .addHelpText('after', `\nExample: npm run vigie -- sql "SELECT fact, count() FROM vigie_kpi.facts GROUP BY fact ORDER BY fact"`);
  runs(command, runSql);
}

async function runSql(invocation: Invocation, _options: object, [query]: [string]): Promise<ExitCode> {
  const { output } = invocation;
  const context = invocation.open();
  if (context.config.clickhouse.analystPassword === undefined) {
    throw new CliError('expected the password of the analyst in VIGIE_CLICKHOUSE_ANALYST_PASSWORD, found nothing; set it');
  }
  const { client } = context.clickhouse('analyst');
  let answer: { meta?: { name: string; type: string }[]; data: unknown[][] };
  try {
    const result = await client.query({ query, format: 'JSONCompact' });
    answer = await result.json<unknown[]>();
  } catch (error) {
    // What ClickHouse itself says has a type, such as UNKNOWN_IDENTIFIER; an outage has none.
    if (!(error instanceof Error) || !('type' in error)) throw error;
    throw new CliError(`ClickHouse refused the query: ${error.message.trim()}`, exitCodes.wrong);
  }
  const columns = (answer.meta ?? []).map(({ name, type }) => ({
    title: name,
    align: isNumber(type) ? ('right' as const) : ('left' as const),
  }));
  const rows = answer.data.map((row) => row.map(shown));
  output.text(renderTable(columns, rows, output.colors.dim));
  output.talk(`${rows.length} rows`);
  output.value({ columns: answer.meta, rows: answer.data });
  return exitCodes.ok;
}

const isNumber = (type: string): boolean => /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);

function shown(value: unknown): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
