import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { completeEvent, type Defaults } from '../ingest/complete-event.ts';
import { openPublisher, type Publisher } from '../ingest/publisher.ts';
import { openFile } from '../ingest/read-file.ts';
import { Readable } from 'node:stream';
import { type ExitCode, exitCodes } from '../console/cli-error.ts';
import { count, startProgress } from '../console/progress.ts';
import { type Invocation, readTenant, runs } from './command.ts';

interface PublishOptions {
  readonly source: string;
  readonly tenant: string;
  readonly dryRun?: boolean;
}

export function addPublishCommand(program: Command): void {
  const command = program
    .command('publish')
    .argument('<file>', 'NDJSON, one event per line, .gz too; - is standard input')
    .description('publish events; a wrong line is named and costs no other')
    .option('--source <source>', 'for events that name none', 'cli')
    .option('--tenant <tenant>', 'for events that name none', 'default')
    .option('--dry-run', 'check every line, publish nothing')
    .addHelpText(
      'after',
      `
A line is {"type":"order.placed","subject":"cust-42","data":{...}} with id, time, source and tenant where they are known, or a
whole CloudEvents envelope. Without an id a line gets a new one each time: publishing it again counts it again.
Example: echo '{"type":"lead.created","subject":"lead-7","data":{"lead_id":"7","channel":"search"}}' | npm run vigie -- publish -`,
    );
  runs(command, publish);
}

/** So many wrong lines are shown; the rest is counted. */
const shownProblemsMax = 20;

async function publish(invocation: Invocation, options: PublishOptions, [path]: [string]): Promise<ExitCode> {
  const { output } = invocation;
  const file = openFile(path);
  const publisher = options.dryRun === true ? null : await openPublisher(invocation.open());
  const progress = startProgress(output, 'publishing', 'lines');
  const defaults = { source: options.source, tenant: readTenant(options.tenant) };
  const found = { lineCount: 0, refusedCount: 0, idsMade: 0 };
  const problems: { line: number; problem: string }[] = [];
  try {
    for await (const text of createInterface({ input: Readable.from(file.text), crlfDelay: Infinity })) {
      found.lineCount++;
      if (text.trim() === '') continue;
      const problem = await publishLine(text, { publisher, defaults, onIdMade: () => found.idsMade++ });
      if (problem !== null) {
        found.refusedCount++;
        if (problems.length < shownProblemsMax) problems.push({ line: found.lineCount, problem });
      }
      const share = file.sizeBytes === null || file.readBytes() === 0 ? null : (found.lineCount * file.sizeBytes) / file.readBytes();
      progress.set(found.lineCount, share);
    }
    await publisher?.flush();
  } finally {
    await publisher?.close();
  }
  const verb = publisher === null ? 'checked' : 'published';
  const goodCount = publisher?.sentCount ?? found.lineCount - found.refusedCount;
  for (const { line, problem } of problems) output.talk(`${path}:${line}: ${problem}`);
  if (found.refusedCount > problems.length) output.talk(`... and ${count(found.refusedCount - problems.length)} more refused lines`);
  progress.end(`${verb} ${count(goodCount)} events, refused ${count(found.refusedCount)}`);
  if (found.idsMade > 0 && publisher !== null) {
    output.talk(`note: ${count(found.idsMade)} events had no id and got a new one; publishing them again would count them again`);
  }
  output.value({ [verb]: goodCount, refused: found.refusedCount, ids_made: found.idsMade, problems });
  return found.refusedCount === 0 ? exitCodes.ok : exitCodes.wrong;
}

interface LineWork {
  readonly publisher: Publisher | null;
  readonly defaults: Omit<Defaults, 'nowMs'>;
  readonly onIdMade: () => void;
}

async function publishLine(text: string, { publisher, defaults, onIdMade }: LineWork): Promise<string | null> {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    return `expected JSON, found ${error instanceof Error ? error.message : String(error)} [bad_json]`;
  }
  const checked = completeEvent(written, { ...defaults, nowMs: Date.now() });
  if (!checked.ok) return checked.problem;
  if (checked.idMade) onIdMade();
  await publisher?.add(checked.record);
  return null;
}
