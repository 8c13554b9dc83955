import type { Clock } from '@vigie/runtime';

export const sources = ['redis', 'clickhouse'] as const;
export type Source = (typeof sources)[number];

export interface SourceHealth {
  /** Runs a read of a source and remembers how it went. */
  readonly watch: <T>(source: Source, read: () => Promise<T>) => Promise<T>;
  /** Since when a source has failed without a success in between, and why; null while it works. */
  readonly failingSince: (source: Source) => { readonly sinceMs: number; readonly reason: string } | null;
}

/** Remembers which sources fail: one alarm per source, however many rules read from it. */
export function createSourceHealth(clock: Clock): SourceHealth {
  const failing = new Map<Source, { sinceMs: number; reason: string }>();
  return {
    watch: async (source, read) => {
      try {
        const found = await read();
        failing.delete(source);
        return found;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failing.set(source, { sinceMs: failing.get(source)?.sinceMs ?? clock(), reason });
        throw error;
      }
    },
    failingSince: (source) => failing.get(source) ?? null,
  };
}
