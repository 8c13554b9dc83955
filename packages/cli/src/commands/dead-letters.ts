import { query } from '@vigie/clickhouse';
import { rejectionReasons } from '@vigie/events';
import type { Command } from 'commander';
import { nearest } from '@vigie/runtime';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import { count } from '../console/progress.ts';
import { renderTable } from '../console/table.ts';
import { type Invocation, readInteger, runs } from './command.ts';

interface ListOptions {
  readonly reason?: string;
  readonly limit: string;
}

export function addDeadLetterCommands(program: Command): void {
  const group = program.command('dead-letters').helpCommand(false).description('records that could not be accepted: list, show');
  const list = group
    .command('list')
    .description('newest first')
    .option('--reason <reason>', 'only of this reason')
    .option('--limit <n>', 'how many', '20');
  runs(list, listDeadLetters);
  const show = group
    .command('show')
    .argument('<place>', 'partition:offset, as the list shows it')
    .description('one of them, with its raw bytes');
  runs(show, showDeadLetter);
}

interface DeadLetter {
  readonly partition: number;
  readonly offset: string;
  readonly append_time: string;
  readonly reason: string;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly message: string;
  readonly key: string;
}

const columns = 'partition, toString(offset) AS offset, toString(append_time) AS append_time, reason, field, expected, found, message, key';

async function listDeadLetters(invocation: Invocation, options: ListOptions): Promise<ExitCode> {
  const { output } = invocation;
  const limit = readInteger('--limit', options.limit, { min: 1, max: 100_000 });
  const reason = readReason(options.reason);
  const context = invocation.open();
  const clickhouse = context.clickhouse();
  const from = `FROM ${clickhouse.database}.dead_letters FINAL WHERE topic = {topic:String} AND ({reason:String} = '' OR reason = {reason:String})`;
  const params = { topic: context.place.topic, reason, limit };
  const rows = await query<DeadLetter>(clickhouse, {
    sql: `SELECT ${columns} ${from} ORDER BY dead_letters.append_time DESC, dead_letters.offset DESC LIMIT {limit:UInt32}`,
    params,
  });
  const [total] = await query<{ count: string }>(clickhouse, { sql: `SELECT toString(count()) AS count ${from}`, params });
  const shown = rows.map((row) => [`${row.partition}:${row.offset}`, row.append_time, row.reason, row.field, clip(row.message)]);
  const titles = ['place', 'appended (UTC)', 'reason', 'field', 'message'].map((title) => ({ title }));
  if (rows.length > 0) output.text(renderTable(titles, shown, output.colors.dim));
  output.talk(
    `${count(Number(total?.count ?? 0))} dead letters in all, ${rows.length} shown${rows.length > 0 ? '; vigie dead-letters show <place>' : ''}`,
  );
  output.value({ total: Number(total?.count ?? 0), dead_letters: rows });
  return exitCodes.ok;
}

function readReason(written: string | undefined): string {
  if (written === undefined) return '';
  const reasons: readonly string[] = rejectionReasons;
  if (reasons.includes(written)) return written;
  const meant = nearest(written, reasons);
  throw new CliError(
    `--reason: expected one of ${reasons.join(', ')}, found ${JSON.stringify(written)}${meant === null ? '' : `; did you mean ${meant}?`}`,
    exitCodes.usage,
  );
}

const clip = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text);

async function showDeadLetter(invocation: Invocation, _options: object, [written]: [string]): Promise<ExitCode> {
  const { output } = invocation;
  const match = /^(\d{1,5}):(\d{1,15})$/.exec(written);
  if (match === null) throw new CliError(`expected partition:offset, such as 3:101, found ${JSON.stringify(written)}`, exitCodes.usage);
  const context = invocation.open();
  const clickhouse = context.clickhouse();
  const [row] = await query<DeadLetter & { body: string }>(clickhouse, {
    sql: `SELECT ${columns}, base64Encode(body) AS body FROM ${clickhouse.database}.dead_letters FINAL
          WHERE topic = {topic:String} AND partition = {partition:UInt16} AND dead_letters.offset = {offset:UInt64}`,
    params: { topic: context.place.topic, partition: Number(match[1]), offset: match[2] },
  });
  if (row === undefined) {
    throw new CliError(
      `expected a dead letter at ${written} of ${context.place.topic}, found none; vigie dead-letters list shows what there is`,
      exitCodes.wrong,
    );
  }
  const bytes = Buffer.from(row.body, 'base64');
  const { dim } = output.colors;
  const lines = (['append_time', 'reason', 'field', 'expected', 'found', 'message', 'key'] as const).map(
    (name) => `${dim(name.padEnd(12))} ${row[name]}`,
  );
  output.text([...lines, `${dim('body'.padEnd(12))} ${count(bytes.length)} bytes`, visible(bytes)].join('\n'));
  output.value({ ...row, body_base64: row.body, body: bytes.toString('utf8') });
  return exitCodes.ok;
}

/** Raw bytes may be anything: control characters must not reach the terminal. */
function visible(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll(/[^\P{Cc}\n\t]/gu, (char) => `\\x${char.codePointAt(0)!.toString(16).padStart(2, '0')}`);
}
