import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import { count, startProgress } from '../console/progress.ts';
import type { Output } from '../console/output.ts';
import type { Context } from '../context.ts';
import { readCsv } from '../ingest/csv.ts';
import { importEvents } from '../ingest/import-events.ts';
import { loadMapping } from '../ingest/load-mapping.ts';
import { openFile } from '../ingest/read-file.ts';
import { waitUntilCounted } from '../ingest/wait-until-counted.ts';
import { type Invocation, readTenant, runs } from './command.ts';

interface ImportOptions {
  readonly map: string;
  readonly tenant: string;
  readonly shiftToNow?: boolean;
  readonly wait: boolean;
}

export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .argument('<file>', 'CSV with a header line, .gz too; - is standard input')
    .requiredOption('--map <module>', 'its mapping: a .ts or .js file with "export async function* map(rows)"')
    .description('import a data set through a mapping module')
    .option('--tenant <tenant>', 'for events that name none', 'default')
    .option('--shift-to-now', 'move all times by whole days so that the latest event is at most a day old (for a try-out, once)')
    .option('--no-wait', 'do not wait until the events are in the numbers');
  runs(command, importFile);
}

const shownProblemsMax = 20;
/** As long as the numbers move, waiting goes on; so long without a move is an outage. */
const stallMs = 60_000;

async function importFile(invocation: Invocation, options: ImportOptions, [path]: [string]): Promise<ExitCode> {
  const { output } = invocation;
  const map = await loadMapping(options.map);
  const tenant = readTenant(options.tenant);
  const context = invocation.open();
  let file = openFile(path);
  const progress = startProgress(output, 'importing', 'events');
  let shown = 0;
  const result = await importEvents(context, {
    events: () => {
      file = openFile(path);
      return map(readCsv(file.text));
    },
    source: 'import',
    tenant,
    shiftToNow: options.shiftToNow === true,
    nowMs: Date.now(),
    onProgress: (publishedCount) => progress.set(publishedCount, null),
    onProblem: (number, problem) => {
      if (shown++ < shownProblemsMax) output.talk(`${path}, event ${number} of the mapping: ${problem}`);
    },
  });
  const span = `from ${day(result.firstMs)} to ${day(result.lastMs)}${result.shiftMs === 0 ? '' : `, moved by ${result.shiftMs / 86_400_000} days`}`;
  progress.end(`imported ${count(result.publishedCount)} events ${span}, refused ${count(result.refusedCount)}`);
  if (options.wait) await waitAndShow(context, output);
  output.value({
    published: result.publishedCount,
    refused: result.refusedCount,
    first: iso(result.firstMs),
    last: iso(result.lastMs),
    shift_ms: result.shiftMs,
  });
  return result.refusedCount === 0 ? exitCodes.ok : exitCodes.wrong;
}

/** Waits, within bounds, until everything is counted, with a bar. */
async function waitAndShow(context: Context, output: Output): Promise<void> {
  const counting = startProgress(output, 'counting ', 'events');
  await waitUntilCounted(context, { stallMs, untilStored: true, onProgress: (done, total) => counting.set(done, total) });
  counting.end('all of it is in the numbers, live and in ClickHouse');
}

const iso = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
const day = (ms: number): string => iso(ms)?.slice(0, 10) ?? '-';
