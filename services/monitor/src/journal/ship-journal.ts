import { writeAlertJournal, type Clickhouse } from '@vigie/clickhouse';
import type { AlertStore } from '@vigie/redis';

/** Writes that go to ClickHouse in one insert. */
const writesPerInsertMax = 200;

/**
 * Sends what was written of alerts on to ClickHouse, until nothing is left.
 *
 * Holds    an entry leaves Redis only after ClickHouse has acknowledged it, by id; sent twice, it is there once. Without ClickHouse configured the journal
 *          is let go: nothing could be restored from it
 * Errors   those of both; what was not acknowledged is sent again
 */
export function createJournalShipper(options: {
  store: Pick<AlertStore, 'readJournal' | 'trimJournal' | 'journalDepth'>;
  clickhouse: Clickhouse | null;
  /** The Redis prefix of the installation. */
  scope: string;
  onDepth: (writeCount: number) => void;
}): () => Promise<void> {
  const { store, clickhouse, scope, onDepth } = options;
  return async () => {
    for (;;) {
      onDepth(await store.journalDepth());
      const entries = await store.readJournal(writesPerInsertMax);
      const last = entries.at(-1);
      if (last === undefined) return;
      if (clickhouse !== null) await writeAlertJournal(clickhouse, scope, entries);
      // Redis was restored or set back meanwhile: what it has now is another stretch.
      if (!(await store.trimJournal(last.id))) return;
    }
  };
}
