import type { AlertRecord } from '@vigie/alerting';
import { transitionRow } from './alerts-transitions.ts';
import type { Clickhouse } from './connect.ts';
import { query } from './records.ts';

/** One durable thing of the monitor as it stands after a write. */
export interface AlertJournalRow {
  readonly kind: string;
  readonly key: string;
  /** Rises over all writes of a scope. */
  readonly revision: number;
  /** JSON; '' = gone. */
  readonly body: string;
}

/** Records that an emptied Redis gets back for its history; older ones are in ClickHouse only. */
const historyCountMax = 10_000;

/**
 * Writes a stretch of the journal: transitions as rows that analysts read, everything else by key.
 *
 * Holds    rows have an identity, so a stretch that is sent twice is there once; the journal itself is one insert, whole or not there at all, and
 *          the transitions are there before it
 * Errors   network and server errors; send the same entries again
 */
export async function writeAlertJournal(clickhouse: Clickhouse, scope: string, entries: readonly AlertJournalRow[]): Promise<void> {
  const transitions = entries.filter(({ kind }) => kind === 'transition');
  await insertRows(
    clickhouse,
    'alert_transitions',
    transitions.map(({ body, revision }) => ({
      scope,
      revision: String(revision),
      ...transitionRow(JSON.parse(body) as AlertRecord),
      record: body,
    })),
  );
  // Of a key that was written more than once the newest will do.
  const newest = new Map(entries.filter(({ kind }) => kind !== 'transition').map((entry) => [`${entry.kind}:${entry.key}`, entry]));
  await insertRows(
    clickhouse,
    'alert_journal',
    [...newest.values()].map(({ kind, key, revision, body }) => ({ scope, kind, key, revision: String(revision), body })),
  );
}

async function insertRows(clickhouse: Clickhouse, table: string, values: readonly object[]): Promise<void> {
  if (values.length === 0) return;
  await clickhouse.client.insert({
    table: `${clickhouse.database}.${table}`,
    format: 'JSONEachRow',
    values,
    // One synchronous insert, in one block however large, as long as memory lasts.
    clickhouse_settings: {
      async_insert: 0,
      insert_deduplicate: 0,
      max_partitions_per_insert_block: '0',
      min_insert_block_size_bytes: '4294967296',
    },
  });
}

/**
 * What was written of alerts after a revision: of each key the newest, with the records that arrivals wait for and the newest ones of the history.
 *
 * Holds    with afterRevision 0 only what is still there, as of one moment
 * Errors   network and server errors, and a missing table before the first `vigie migrate`
 */
export async function readAlertSnapshot(
  clickhouse: Clickhouse,
  asked: { scope: string; afterRevision: number },
): Promise<{
  epoch: string | null;
  since: number;
  revision: number;
  entries: AlertJournalRow[];
}> {
  const { database } = clickhouse;
  const rows = await readRows(clickhouse, {
    // The epoch's row and the greatest revision come with the rest, or they could be of another moment.
    sql: `WITH kept AS (SELECT kind, key, revision, body FROM ${database}.alert_journal FINAL WHERE scope = {scope:String})
          SELECT kind, key, toString(revision) AS at_revision, body FROM kept
          WHERE (revision > {after:UInt64} AND ({after:UInt64} > 0 OR body != '')) OR kind = 'epoch'
             OR revision = (SELECT max(revision) FROM kept)`,
    params: { scope: asked.scope, after: asked.afterRevision },
  });
  const revision = rows.reduce((max, row) => Math.max(max, row.revision), 0);
  const written: { epoch: string; since: string } | null = JSON.parse(rows.find(({ kind }) => kind === 'epoch')?.body ?? 'null');
  const since = Number(written?.since ?? 0);
  const counts = rows.filter((row) => row.revision > Math.max(since, asked.afterRevision) && row.kind !== 'epoch');
  const waiting = counts.filter(({ kind, body }) => kind === 'arrival' && body !== '').map(({ key }) => key.slice(key.indexOf(':') + 1));
  const records = await readRecords(clickhouse, { ...asked, through: revision, waiting: [...new Set(waiting)] });
  return { epoch: written?.epoch ?? null, since, revision, entries: [...records, ...counts] };
}

/** Parameters travel in the URL; this many ids of 64 letters fit. */
const idCountMax = 800;

async function readRecords(
  clickhouse: Clickhouse,
  asked: { scope: string; afterRevision: number; through: number; waiting: readonly string[] },
): Promise<AlertJournalRow[]> {
  const { scope, afterRevision: after, through, waiting } = asked;
  const select = `SELECT 'transition' AS kind, id AS key, toString(revision) AS at_revision, record AS body FROM ${clickhouse.database}.alert_transitions FINAL
                  WHERE scope = {scope:String} AND revision <= {through:UInt64}`;
  const found = new Map<string, AlertJournalRow>();
  const add = (rows: readonly AlertJournalRow[]): void => rows.forEach((row) => found.set(row.key, row));
  add(
    await readRows(clickhouse, {
      sql: `${select} AND revision > {after:UInt64} ORDER BY revision DESC LIMIT ${historyCountMax}`,
      params: { scope, through, after },
    }),
  );
  const missing = waiting.filter((id) => !found.has(id));
  for (let from = 0; from < missing.length; from += idCountMax) {
    const ids = missing.slice(from, from + idCountMax);
    add(await readRows(clickhouse, { sql: `${select} AND id IN {ids:Array(String)}`, params: { scope, through, ids } }));
  }
  return [...found.values()];
}

async function readRows(clickhouse: Clickhouse, asked: { sql: string; params: Record<string, unknown> }): Promise<AlertJournalRow[]> {
  const rows = await query<{ kind: string; key: string; at_revision: string; body: string }>(clickhouse, asked);
  return rows.map(({ kind, key, at_revision: revision, body }) => ({ kind, key, revision: Number(revision), body }));
}
