/**
 * `npm run mutants -- [--only WORD] [--unit]`: plants the shortcuts that broke in the prototypes, one by one, in a copy of the project, and runs the test
 * that has to catch each. Exit code 1 if any survives or proves nothing.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServers } from '@vigie/local';
import { copyTree } from './copy-tree.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { renderTable } from './report.ts';
import { testMutants } from './test-mutants.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const report = (line: string): void => void process.stderr.write(`${line}\n`);

const { values: options } = parseArgs({ options: { only: { type: 'string' }, unit: { type: 'boolean', default: false } } });

function chosen({ shortcut, how, test }: Mutant): boolean {
  return (options.only === undefined || `${shortcut} ${how}`.includes(options.only)) && !(options.unit && test.project === 'int');
}

async function main(): Promise<number> {
  const wanted = mutants.filter(chosen);
  if (wanted.length === 0) {
    report(`mutants: expected a word of one of their names, found ${JSON.stringify(options.only)}; run npm run mutants to see them all`);
    return 1;
  }
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'vigie-mutants-')));
  try {
    return await plantAll(folder, wanted);
  } finally {
    // Links are removed, not followed.
    rmSync(folder, { recursive: true, force: true });
  }
}

async function plantAll(folder: string, wanted: readonly Mutant[]): Promise<number> {
  const tree = join(folder, 'vigie');
  copyTree(root, tree);
  const servers = wanted.some(({ test }) => test.project === 'int')
    ? // One set for all runs: they find it by its addresses, and each suite takes names of its own.
      await startServers({ dataDir: join(folder, 'servers'), env: process.env, report })
    : null;
  try {
    const verdicts = await testMutants(tree, wanted, { environment: servers?.environment ?? {}, report });
    process.stdout.write(renderTable(verdicts));
    return verdicts.every(({ verdict }) => verdict === 'caught') ? 0 : 1;
  } finally {
    await servers?.stop();
  }
}

process.exitCode = await main();
