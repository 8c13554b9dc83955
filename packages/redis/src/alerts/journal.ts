import { decode } from '@msgpack/msgpack';
import type { Lane } from '@vigie/alerting';
import { readLegacy, unlinkLegacy } from './adopt-legacy.ts';
import type { AlertSnapshot, JournalEntry, JournalKind } from './journal-entry.ts';
import { runScript, type AlertRedis } from './run-script.ts';

/**
 * How far the sequence goes ahead of everything known when an epoch begins or Redis is restored: what was written just before the loss, and may still be
 * on its way to ClickHouse, then never passes for newer than what is written after it.
 */
const sequenceGap = 1_000_000_000;

/**
 * The epoch, if Redis knows what it should; null when it was emptied, is being restored, or stands behind what this process has seen of it.
 */
export async function readEpoch({ client, root, seen }: AlertRedis): Promise<string | null> {
  const [epoch, sequence] = await client.mget(`${root}epoch`, `${root}sequence`);
  if (typeof epoch !== 'string' || Number(sequence ?? 0) < seen.sequence) return null;
  seen.epoch = epoch;
  seen.sequence = Number(sequence);
  return epoch;
}

/** How much Redis knows, as a revision of the journal. */
export async function readRevision({ client, root }: AlertRedis): Promise<number> {
  return Number((await client.get(`${root}sequence`)) ?? 0);
}

/** Begins an epoch over what an earlier version of Vigie kept there; false when there is no such thing, or an epoch already. */
export async function adoptLegacy(at: AlertRedis, epoch: string): Promise<boolean> {
  const legacy = await readLegacy(at);
  if (legacy === null || !(await restoreSnapshot(at, legacy, { epoch, isKnownToClickhouse: false }))) return false;
  await unlinkLegacy(at);
  return true;
}

/** Begins an epoch in a Redis that has none, over what an earlier version of Vigie kept there; false when somebody else has begun one. */
export async function beginEpoch(at: AlertRedis, epoch: string): Promise<boolean> {
  if (await adoptLegacy(at, epoch)) return true;
  // Whatever it was that was known of an earlier epoch is over.
  at.seen.epoch = '';
  const { status } = await runScript(at, 'begin', [epoch, String(sequenceGap), '']);
  return status === 'ok';
}

/**
 * Begins an epoch over the one that is there: for whoever cannot tell whether Redis was set back in time. Should it have been, what is written from here
 * on is newer than anything that was written in the time that is lost.
 *
 * Holds    ClickHouse does not know this epoch until everything was put onto the journal once more; till then it is untold
 */
export async function beginEpochOver(at: AlertRedis, epoch: string): Promise<boolean> {
  const { status } = await runScript(at, 'begin', [epoch, String(sequenceGap), 'over']);
  if (status === 'ok') at.seen.epoch = epoch;
  return status === 'ok';
}

/** Whether ClickHouse may hold what was written in a time that Redis has forgotten: it is then to be told everything. */
export async function hasUntoldEpoch({ client, root }: AlertRedis): Promise<boolean> {
  return (await client.exists(`${root}epoch:untold`)) === 1;
}

/** Entries of the stream that are read in one step, and bytes after which no further step is made: one tick of a large rule is megabytes. */
const readStepCount = 10;
const readBytesMax = 8 * 1024 * 1024;

/** The oldest writes that ClickHouse has not acknowledged; fewer than asked where they are large. */
export async function readJournal({ client, root, seen }: AlertRedis, countMax: number): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  let after = '-';
  let bytes = 0;
  for (let left = countMax; left > 0 && bytes < readBytesMax; left -= readStepCount) {
    const asked = ['XRANGE', `${root}journal`, after, '+', 'COUNT', Math.min(left, readStepCount)] as const;
    const found = (await client.callBuffer(...asked)) as [Buffer, [Buffer, Buffer]][];
    for (const [id, [, packed]] of found) {
      entries.push(...entriesIn(id.toString(), packed));
      bytes += packed.length;
      after = `(${id.toString()}`;
    }
    if (found.length < readStepCount) break;
  }
  seen.sequence = Math.max(seen.sequence, entries.at(-1)?.revision ?? 0);
  return entries;
}

function entriesIn(id: string, packed: Buffer): JournalEntry[] {
  const things = decode(packed) as [JournalKind, string, string, string][];
  return things.map(([kind, key, revision, body]) => ({ id, kind, key, revision: Number(revision), body }));
}

/** Forgets what was acknowledged; a Redis that was restored or set back meanwhile forgets nothing. */
export async function trimJournal(at: AlertRedis, throughId: string): Promise<boolean> {
  return (await runScript(at, 'trim-journal', [throughId])).status === 'ok';
}

/** Writes that wait for ClickHouse. */
export async function journalDepth({ client, root }: AlertRedis): Promise<number> {
  return client.xlen(`${root}journal`);
}

/** Rows that one call puts back, about; bounded by their size too, so that no call holds up Redis for long. */
const restoreCountMax = 1_000;
const restoreBytesMax = 4 * 1024 * 1024;

/**
 * Puts back what is newer than what Redis knows, then the epoch.
 *
 * Holds    until it is done every write is refused as lost; broken off, it is begun anew by whoever comes next; false: Redis knew everything
 * Errors   Error when another process took it over
 */
export async function restoreSnapshot(
  at: AlertRedis,
  snapshot: AlertSnapshot,
  { epoch, isKnownToClickhouse }: { epoch: string; isKnownToClickhouse: boolean },
): Promise<boolean> {
  const token = `${epoch}/${process.pid}/${performance.now()}`;
  const run = async (...asked: (string | readonly string[][])[]) =>
    runScript({ ...at, seen: { epoch: '', sequence: 0 } }, 'restore', asked);
  // A Redis that stands behind what was seen of it has forgotten something, even if ClickHouse never heard of it.
  const wanted = Math.max(snapshot.revision, at.seen.sequence);
  if ((await run('open', token, String(wanted))).status === 'refused') {
    await readEpoch(at);
    return false;
  }
  for (const rows of partsOf(restoreRows(snapshot))) requireOwn((await run('rows', token, rows)).status);
  const known = Math.max(wanted, await readRevision(at));
  const since = isKnownToClickhouse ? String(snapshot.since) : '';
  requireOwn((await run('close', token, epoch, String(known + sequenceGap), since)).status);
  at.seen.sequence = 0;
  await readEpoch(at);
  return true;
}

function requireOwn(status: string): void {
  if (status !== 'ok') throw new Error('restoring alerts: expected to be the only one, found another process at it; try again');
}

function restoreRows({ entries }: AlertSnapshot): string[][] {
  const waiting = new Set(
    entries.filter(({ kind, body }) => kind === 'arrival' && body !== '').map(({ key }) => key.slice(key.indexOf(':') + 1)),
  );
  return entries
    .toSorted((a, b) => a.revision - b.revision)
    .flatMap(({ kind, key, revision, body }) => {
      const row = [kind, key, String(revision), body, ...indexOf(kind, body)];
      return kind === 'transition' && waiting.has(key) ? [row, ['record', ...row.slice(1)]] : [row];
    });
}

/** What a script needs to find things by, taken from their bodies. */
function indexOf(kind: JournalKind, body: string): string[] {
  if (body === '') return [];
  const parsed = JSON.parse(body);
  if (kind === 'rule' || kind === 'removed') return [String((parsed as { revision: number }).revision)];
  if (kind === 'lane') return [JSON.stringify((parsed as { lane: Lane }).lane)];
  if (kind === 'arrival') return [(parsed as { order: string }).order];
  if (kind === 'attempt') return [(parsed as { attempt: string }).attempt, (parsed as { dueMs: string }).dueMs];
  if (kind !== 'notification') return [];
  const { order, notification } = parsed as { order: string; notification: { queue: string; channel: string } };
  return [order, notification.queue, notification.channel];
}

function* partsOf(rows: readonly string[][]): Generator<string[][]> {
  let part: string[][] = [];
  let bytes = 0;
  for (const row of rows) {
    part.push(row);
    bytes += row[3]!.length;
    if (part.length < restoreCountMax && bytes < restoreBytesMax) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}
