import type { Clock } from '@vigie/runtime';

export const sources = ['redis', 'clickhouse'] as const;
export type Source = (typeof sources)[number];

export interface SourceHealth {
  /** Runs a read of a source and remembers how it went. */
  readonly watch: <T>(source: Source, read: () => Promise<T>) => Promise<T>;
  /** Since when a source has failed without a success in between, and why; null while it works. */
  readonly failingSince: (source: Source) => { readonly sinceMs: number; readonly reason: string } | null;
}

/** After a failed read a source is left alone for this long: one that hangs would otherwise hold up the rules that do not need it. */
const restMs: Readonly<Record<Source, number>> = { redis: 0, clickhouse: 15_000 };

/**
 * Remembers which sources fail: one alarm per source, however many rules read from it.
 *
 * Errors   watch() throws what the read threw, and the same again, without reading, while the source is left alone
 */
export function createSourceHealth(clock: Clock): SourceHealth {
  const failing = new Map<Source, { sinceMs: number; lastMs: number; reason: string }>();
  return {
    watch: async (source, read) => {
      const known = failing.get(source);
      const agoMs = known === undefined ? Infinity : clock() - known.lastMs;
      if (known !== undefined && agoMs >= 0 && agoMs < restMs[source]) throw new Error(known.reason);
      try {
        const found = await read();
        failing.delete(source);
        return found;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failing.set(source, { sinceMs: known?.sinceMs ?? clock(), lastMs: clock(), reason });
        throw error;
      }
    },
    failingSince: (source) => failing.get(source) ?? null,
  };
}
