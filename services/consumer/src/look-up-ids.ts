import { type Clickhouse, findEarlierCopies, type IdLookup, type PartitionName, readApplied } from '@vigie/clickhouse';
import type { Lookups } from './find-duplicates.ts';
import { MustWaitError } from './must-wait.ts';

export interface LookupOptions {
  readonly clickhouse: Clickhouse;
  readonly place: PartitionName;
  readonly generation: number;
}

/**
 * Looks old ids up in the store of accepted events.
 *
 * Holds    a look-up counts only when the store has every id that memory dropped: `applied` of this generation has passed the last of them
 * Errors   MustWaitError until then, and while ClickHouse is away
 */
export function createLookups(options: LookupOptions): Lookups {
  const { clickhouse, place, generation } = options;
  const readAppliedTo = async (): Promise<number> =>
    (await readApplied(clickhouse, { topic: place.topic, generation })).get(place.partition) ?? 0;
  return {
    async find(lookups: readonly IdLookup[], droppedOffset: number) {
      if (lookups.length === 0) return new Set();
      const isReady = async (): Promise<boolean> => (await readAppliedTo()) > droppedOffset;
      try {
        const appliedTo = await readAppliedTo();
        if (appliedTo > droppedOffset) return await findEarlierCopies(clickhouse, place, lookups);
        throw new MustWaitError(`events up to offset ${droppedOffset} are not in ClickHouse yet (found ${appliedTo})`, isReady);
      } catch (error) {
        if (error instanceof MustWaitError) throw error;
        throw new MustWaitError(`ClickHouse does not answer a look-up: ${error instanceof Error ? error.message : String(error)}`, isReady);
      }
    },
  };
}
