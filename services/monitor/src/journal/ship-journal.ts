import { readAlertSnapshot, writeAlertJournal, type Clickhouse } from '@vigie/clickhouse';
import type { AlertStore } from '@vigie/redis';

/** Writes that go to ClickHouse in one insert. */
const writesPerInsertMax = 200;

/**
 * Sends what was written of alerts on to ClickHouse, until nothing is left.
 *
 * Holds    an entry leaves Redis only after ClickHouse has acknowledged it, by id; sent twice, it is there once. Without ClickHouse configured the journal
 *          is let go: nothing could be restored from it. A ClickHouse that may hold what Redis has forgotten is told everything as soon as it answers
 * Errors   those of both; what was not acknowledged is sent again
 */
export function createJournalShipper(options: {
  store: Pick<AlertStore, 'readJournal' | 'trimJournal' | 'journalDepth' | 'journalAgain' | 'hasUntoldEpoch' | 'revision'>;
  clickhouse: Clickhouse | null;
  /** The Redis prefix of the installation. */
  scope: string;
  onDepth: (writeCount: number) => void;
}): () => Promise<void> {
  const { store, clickhouse, scope, onDepth } = options;
  const ship = async (): Promise<void> => {
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
  return async () => {
    await ship();
    if (clickhouse === null || !(await store.hasUntoldEpoch())) return;
    const revision = await store.revision();
    // Redis was set back since, which is for whoever compares it to mend; or others have just written more, and it is done a second later.
    if ((await readAlertSnapshot(clickhouse, { scope, afterRevision: revision })).revision > revision) return;
    await store.journalAgain(ship);
    await ship();
  };
}
