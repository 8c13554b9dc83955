import type { KpiAnswer } from '@vigie/kpis';
import { askKpi, readQuestion } from '../ask/ask-kpi.ts';
import { type Context, openContext } from '../context.ts';
import { migrate } from '../stack/migrate.ts';
import { startService } from '../stack/service.ts';
import { readCsv } from './csv.ts';
import { importEvents, type ImportResult } from './import-events.ts';
import { loadMapping } from './load-mapping.ts';
import { openFile } from './read-file.ts';
import { waitUntilCounted } from './wait-until-counted.ts';

export interface PlayOptions {
  /** The VIGIE_* variables of real servers. */
  readonly environment: Readonly<Record<string, string>>;
  readonly settingsFile: string;
  readonly mappingFile: string;
  readonly dataFile: string;
  readonly logFile: string;
}

/** A data set that has gone through the whole pipeline. */
export interface PlayedDataSet {
  readonly imported: ImportResult;
  readonly context: Context;
  /** The total of a KPI (no `by`) or its slices, from Redis or from ClickHouse, as `vigie kpi get` answers. */
  ask(kpi: string, asked: { window: string; by?: string; source: 'live' | 'sql' }): Promise<readonly KpiAnswer[]>;
  close(): Promise<void>;
}

/**
 * Imports a data set into real servers through a real consumer: what the tests of the examples stand on.
 *
 * Holds    comes back when every event is counted, live and in ClickHouse
 */
export async function playDataSet(options: PlayOptions): Promise<PlayedDataSet> {
  const env = { ...options.environment, VIGIE_SETTINGS_FILE: options.settingsFile };
  const context = openContext({ env, dataDir: '.vigie' });
  await migrate(context, { replicationFactor: 1, report: () => {} });
  const entry = 'services/consumer/src/main.ts';
  const consumer = await startService({
    name: 'consumer',
    entry,
    env: { ...process.env, ...env },
    logFile: options.logFile,
    report: () => {},
  });
  const map = await loadMapping(options.mappingFile);
  const imported = await importEvents(context, {
    events: () => map(readCsv(openFile(options.dataFile).text)),
    source: 'import',
    tenant: 'default',
    shiftToNow: false,
    nowMs: Date.now(),
    onProgress: () => {},
    onProblem: () => {},
  });
  await waitUntilCounted(context, { stallMs: 60_000, untilStored: true, onProgress: () => {} });
  return {
    imported,
    context,
    ask: async (kpi, { window, by, source }) => {
      const question = readQuestion({ kpi, window, by, tenant: 'default' }, context.settings.of('default'), Date.now());
      const { total, slices } = await askKpi(context, question, source);
      return by === undefined && total !== null ? [total] : slices;
    },
    close: async () => {
      await consumer.stop();
      await context.close();
    },
  };
}
