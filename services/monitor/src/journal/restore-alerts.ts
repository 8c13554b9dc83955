import { readAlertSnapshot, type Clickhouse } from '@vigie/clickhouse';
import type { AlertSnapshot, AlertStore } from '@vigie/redis';
import type { Clock, Logger } from '@vigie/runtime';
import { createJournalShipper } from './ship-journal.ts';

export interface RestoreOptions {
  readonly store: Pick<
    AlertStore,
    | 'epoch'
    | 'adopt'
    | 'begin'
    | 'beginOver'
    | 'hasUntoldEpoch'
    | 'revision'
    | 'restore'
    | 'readJournal'
    | 'trimJournal'
    | 'journalDepth'
    | 'journalAgain'
  >;
  /** null: not configured. */
  readonly clickhouse: Clickhouse | null;
  /** The Redis prefix of the installation. */
  readonly scope: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Makes sure that Redis knows what it should of alerts, before anything is judged.
 *
 * Shapes   kept: it knew; restored: what it had lost is back from ClickHouse; fresh: nobody knew of any alert, or nobody could
 * Holds    a Redis that was emptied or set back in time has the state of the last entry that ClickHouse acknowledged; a ClickHouse that was lost
 *          learns everything again; a Redis of which nobody can say whether it was set back goes on ahead of everything that it may have forgotten
 * Errors   those of Redis; Error when Redis has lost something and ClickHouse cannot be asked: to wait is better than to tell everything twice
 */
export async function restoreAlerts(options: RestoreOptions): Promise<'kept' | 'restored' | 'fresh'> {
  const outcome = await putBack(options);
  sure.add(options.store);
  return outcome;
}

/** Of these Redis was compared, put back or put ahead in this process, which would notice itself if Redis were set back later. */
const sure = new WeakSet<object>();

async function putBack(options: RestoreOptions): Promise<'kept' | 'restored' | 'fresh'> {
  const { store, clickhouse, clock } = options;
  const epoch = new Date(clock()).toISOString();
  // What an earlier version of Vigie kept is all there is to know, with ClickHouse or without.
  if ((await store.epoch()) === null) await store.adopt(epoch);
  const known = await store.epoch();
  if (clickhouse === null) return known === null ? beginFresh(store, epoch) : 'kept';
  if (known === null) return restoreLost({ ...options, clickhouse }, epoch);
  try {
    return await compare({ ...options, clickhouse }, epoch);
  } catch (error) {
    if ((await store.epoch()) === null) throw error;
    options.logger.warn({ err: error }, 'alerts: ClickHouse could not be asked, going on with what Redis knows');
    // Only where it is not sure, or two monitors would drive each other from epoch to epoch.
    if (sure.has(store) || (await store.beginOver(epoch))) return 'kept';
    // Another monitor was faster.
    if ((await store.epoch()) === null) throw error;
    return 'kept';
  }
}

type Connected = RestoreOptions & { readonly clickhouse: Clickhouse };

async function beginFresh(store: RestoreOptions['store'], epoch: string): Promise<'kept' | 'fresh'> {
  if (await store.begin(epoch)) return 'fresh';
  // Another monitor was faster, or Redis went back in time and nothing can tell what it lost.
  await store.restore({ epoch: null, since: 0, revision: 0, entries: [] }, epoch);
  return 'kept';
}

async function restoreLost(options: Connected, epoch: string): Promise<'kept' | 'restored' | 'fresh'> {
  const { store, logger } = options;
  const snapshot = await readSnapshot(options).catch((error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `alerts: expected their state in Redis, found that Redis has lost it, and ClickHouse, which has it, cannot be asked (${said}); nothing is judged until it answers, so that nothing is told twice. See that ClickHouse runs and that \`vigie migrate\` was run`,
      { cause: error },
    );
  });
  if (snapshot.revision === 0) {
    const outcome = await beginFresh(store, epoch);
    await teach(options, snapshot);
    return outcome;
  }
  const isRestored = await store.restore(snapshot, epoch);
  if (!isRestored) return 'kept';
  logger.warn(
    { thingCount: snapshot.entries.length, was: snapshot.epoch },
    'alerts: Redis had lost their state; it is back from ClickHouse',
  );
  return 'restored';
}

/** Redis knows an epoch: it may still be an older copy of itself, and ClickHouse may know less than it did. */
async function compare(options: Connected, epoch: string): Promise<'kept' | 'restored'> {
  const { store, logger } = options;
  // First what is on its way: it is newer than what ClickHouse has, and not lost.
  await shipperOf(options)();
  const snapshot = await readSnapshot(options);
  if (snapshot.revision > (await store.revision()) && (await store.restore(snapshot, epoch))) {
    logger.warn(
      { thingCount: snapshot.entries.length },
      'alerts: Redis stood at an earlier time; what it had lost is back from ClickHouse',
    );
    return 'restored';
  }
  await teach(options, snapshot);
  return 'kept';
}

/** A ClickHouse that does not know this epoch was lost, or is new: it is told everything. */
async function teach(options: Connected, snapshot: AlertSnapshot): Promise<void> {
  const { store, logger } = options;
  if (snapshot.epoch === (await store.epoch())) return;
  const ship = shipperOf(options);
  await store.journalAgain(ship);
  await ship();
  logger.info({}, 'alerts: ClickHouse had no record of their state; it has it now');
}

async function readSnapshot({ store, clickhouse, scope }: Connected): Promise<AlertSnapshot> {
  const snapshot = await readAlertSnapshot(clickhouse, { scope, afterRevision: await store.revision() });
  return snapshot as AlertSnapshot;
}

const shipperOf = ({ store, clickhouse, scope }: Connected) => createJournalShipper({ store, clickhouse, scope, onDepth: () => {} });
