import { readRevision } from './journal.ts';
import type { Asked } from './pack.ts';
import { requireWritten, runScript, type AlertRedis } from './run-script.ts';

/** Things that one call writes. */
const partCountMax = 100;

/**
 * Puts everything that is kept onto the journal once more: for a ClickHouse that was lost, or is new.
 *
 * Holds    what is written meanwhile comes out right, because each part is read and journalled in one script; the epoch comes last, so that a
 *          ClickHouse that knows it knows everything; `ship` runs after each part, so that the journal need not hold it all
 */
export async function journalAgain(at: AlertRedis, ship: () => Promise<void>): Promise<void> {
  const since = await readRevision(at);
  const write = async (kind: string, names: Asked | string): Promise<void> => {
    requireWritten((await runScript(at, 'journal-again', [kind, names])).status, 'the journal of alerts');
    await ship();
  };
  const writeAll = async (kind: string, names: readonly string[]): Promise<void> => {
    for (let from = 0; from < names.length; from += partCountMax) await write(kind, names.slice(from, from + partCountMax));
  };
  await writeAll('record', await at.client.hkeys(`${at.root}records`));
  await writeHistory(at, (ids) => write('transition', ids));
  for (const kind of ['rule', 'removed', 'lane', 'arrival', 'notification', 'attempt', 'silence', 'acknowledgement', 'channel']) {
    await writeAll(kind, await at.client.hkeys(`${at.root}kept:${kind}`));
  }
  await writeAll('dead', await at.client.zrange(`${at.root}dead:order`, '0', '-1'));
  await write('epoch', String(since));
}

async function writeHistory({ client, root }: AlertRedis, write: (ids: readonly string[]) => Promise<void>): Promise<void> {
  let after = '-';
  for (;;) {
    const ids = (await client.xrange(`${root}history`, after, '+', 'COUNT', partCountMax)).map(([id]) => id);
    if (ids.length === 0) return;
    await write(ids);
    after = `(${ids.at(-1)!}`;
  }
}
