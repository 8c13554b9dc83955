import { groupMemberCount } from '@vigie/kafka';
import { systemClock } from '@vigie/runtime';
import type { App } from './app.ts';
import { Flusher } from './flush-outbox.ts';
import { RebuildError, rebuildGeneration } from './rebuild-generation.ts';

/** Builds the next generation while no consumer runs; resolves to the exit code. */
export async function rebuild(app: App): Promise<number> {
  const { redis, clickhouse, logger, fault, place, definitions, partitionCount, settings } = app;
  const members = await groupMemberCount(app.kafka, app.group);
  if (members > 0) {
    throw new RebuildError(
      `group ${app.group}: expected no consumer to run during a rebuild, found ${members}; stop them (vigie down) and run vigie rebuild again`,
    );
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  const noLookups = {
    find: () => Promise.reject(new RebuildError('a rebuild looks nothing up: stored events were judged when they came')),
  };
  const done = await rebuildGeneration({
    ...{ redis, clickhouse, place, definitions, logger, limits: app.limits, signal: stopping.signal },
    pipeline: { redis, lookups: noLookups, settings, definitionsHash: definitions.hash, partitionCount, fault, onApplied: () => {} },
    flusherOf: (refs) =>
      new Flusher({
        redis: app.redisFlush,
        clickhouse,
        fault,
        logger,
        clock: systemClock,
        partitions: () => refs,
        onFlushed: () => {},
        onFailed: () => {},
      }),
  });
  logger.info(done, 'rebuild: the new generation serves');
  return 0;
}
