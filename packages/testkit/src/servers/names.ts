import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { suiteDatabases } from '@vigie/local';

/** What one suite calls its own on servers that it shares with other suites. */
export interface SuiteNames {
  topic: string;
  group: string;
  redisPrefix: string;
  /** The analyst's views live in `<database>_kpi`. */
  database: string;
}

/** Takes names that no other suite of this run has; `ticketsDir` is what the run's processes share. */
export function takeSuiteNames(ticketsDir: string): SuiteNames {
  mkdirSync(ticketsDir, { recursive: true });
  const database = suiteDatabases.find((name) => takeTicket(join(ticketsDir, name)));
  if (database === undefined) {
    throw new Error(
      `expected a free name among ${suiteDatabases.length} test databases, found all taken; raise the pool in packages/local/src/suite-databases.ts`,
    );
  }
  // The random part keeps suites of two runs apart on servers that outlive a run.
  const name = `${database.replace('vigie_', '')}-${randomBytes(4).toString('hex')}`;
  return { topic: `vigie.test.${name}`, group: `vigie-test-${name}`, redisPrefix: `vigie-${name}`, database };
}

/** Creating a file that must not exist yet is the one step that two processes cannot both win. */
function takeTicket(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
