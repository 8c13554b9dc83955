import { type Clickhouse, findEarlierCopies, type IdLookup, type PartitionName, readApplied } from '@vigie/clickhouse';
import { pause } from '@vigie/runtime';
import type { Lookups } from './find-duplicates.ts';

export interface LookupOptions {
  readonly clickhouse: Clickhouse;
  readonly place: PartitionName;
  readonly generation: number;
  readonly keepAlive: () => Promise<void>;
  readonly onWait: (reason: string) => void;
}

const waitMs = 250;

/**
 * Looks old ids up in the store of accepted events.
 *
 * Holds    a look-up counts only when the store has every id that memory dropped: `applied` of this generation has passed the last of them; until then,
 *          and while ClickHouse is away, the partition waits
 */
export function createLookups(options: LookupOptions): Lookups {
  const { clickhouse, place, generation } = options;
  return {
    async find(lookups: readonly IdLookup[], droppedOffset: number) {
      if (lookups.length === 0) return new Set();
      for (;;) {
        try {
          const applied = (await readApplied(clickhouse, { topic: place.topic, generation })).get(place.partition) ?? 0;
          if (applied > droppedOffset) return await findEarlierCopies(clickhouse, place, lookups);
          options.onWait(`events up to offset ${droppedOffset} are not in ClickHouse yet (found ${applied})`);
        } catch (error) {
          options.onWait(`ClickHouse does not answer: ${error instanceof Error ? error.message : String(error)}`);
        }
        await options.keepAlive();
        await pause(waitMs);
      }
    },
  };
}
