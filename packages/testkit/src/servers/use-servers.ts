import { afterAll, beforeAll, inject } from 'vitest';
import type { SharedServers, SuiteServers } from './suite-servers.ts';
import { dropDatabases, makeDatabases, nameSuite } from './suite-servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    vigieServers: SharedServers;
  }
}

const hookDeadlineMs = 30_000;

/**
 * Gives the suite that calls it real servers under names of its own.
 *
 * Holds    call it at the top of a file or describe; names are there at once, the databases `<database>` and `<database>_kpi` exist, empty, before the
 *          first test and are dropped after the last; the topic is not made
 * Errors   Error when the run has no global setup of servers
 */
export function useServers(): SuiteServers {
  const shared = inject('vigieServers');
  if (shared === undefined) {
    throw new Error(
      "expected the run's servers, found none provided; add packages/testkit/src/servers.globalSetup.ts to globalSetup in vitest.config.ts",
    );
  }
  const suite = nameSuite(shared);
  beforeAll(() => makeDatabases(suite), hookDeadlineMs);
  afterAll(() => dropDatabases(suite), hookDeadlineMs);
  return suite;
}
