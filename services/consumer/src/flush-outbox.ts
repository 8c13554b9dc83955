import { type AppliedRow, type BlockTable, blockTables, type Clickhouse, insertApplied, insertBlocks } from '@vigie/clickhouse';
import { type OutboxEntry, type PartitionRef, readFlushedCursor, readOutbox, type RedisClient, trimOutbox } from '@vigie/redis';
import { backoffMs, type Clock, type FaultPoint, type Logger, pause } from '@vigie/runtime';

export interface FlushOptions {
  readonly redis: RedisClient;
  readonly clickhouse: Clickhouse;
  readonly fault: FaultPoint;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The partitions that are ours now. */
  readonly partitions: () => readonly PartitionRef[];
  /** What ClickHouse has acknowledged and Redis has let go, by partition. */
  readonly onFlushed: (positions: ReadonlyMap<number, number>, rowCount: number) => void | Promise<void>;
  readonly onFailed: () => void;
}

interface Pending {
  readonly ref: PartitionRef;
  readonly entries: readonly OutboxEntry[];
}

/** An idle partition says through which moment it is complete this often; a position that moved without rows is said at once. */
const idleEveryMs = 5_000;
const rowsPerInsertMin = 20_000;
const flushEveryMs = 1_000;
/** Bounds what one flush holds in memory: an entry is at most one apply, a few hundred kilobytes. */
const entriesPerReadMax = 16;
const backoff = { baseMs: 200, capMs: 5_000 };

/** Steps 6 and 7: sends the outbox on, again and again. An outage of ClickHouse only makes it wait. */
export class Flusher {
  readonly #options: FlushOptions;
  #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** Most entries of one partition in the last read. */
  #readCountMax = 0;
  readonly #said = new Map<number, { toOffset: number; atMs: number }>();

  constructor(options: FlushOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#loop();
  }

  /** Stops after the flush in hand; what is left stays in the outbox for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Sends everything that is in the outbox now. */
  async drain(signal: AbortSignal): Promise<void> {
    // Entries without rows (duplicates only) are entries too.
    do await this.#flushOnce();
    while (!signal.aborted && this.#readCountMax > 0);
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      let rowCount = 0;
      try {
        rowCount = await this.#flushOnce();
        failures = 0;
      } catch (error) {
        failures++;
        this.#options.onFailed();
        this.#options.logger.warn({ err: error, failures }, 'flush: expected ClickHouse to take the outbox, will try again');
      }
      const waitMs = failures > 0 ? backoffMs(failures, backoff, Math.random) : flushEveryMs;
      // More entries than one read takes are waiting: small applies come faster than one read a second would send them on.
      const isBehind = this.#readCountMax === entriesPerReadMax;
      if (failures > 0 || (rowCount < rowsPerInsertMin && !isBehind)) await pause(waitMs, signal).catch(() => {});
    }
  }

  async #flushOnce(): Promise<number> {
    const { redis, partitions } = this.#options;
    const pending: Pending[] = [];
    for (const ref of partitions()) {
      const entries = await readOutbox(redis, ref, { afterOffset: 0, countMax: entriesPerReadMax });
      if (entries.length > 0) pending.push({ ref, entries });
    }
    this.#readCountMax = Math.max(0, ...pending.map(({ entries }) => entries.length));
    await this.#sayIdle(pending);
    if (pending.length === 0) return 0;
    this.#options.fault('flush.before');
    const rowCount = await this.#send(pending);
    const positions = await this.#forget(pending);
    await this.#options.onFlushed(positions, rowCount);
    return rowCount;
  }

  /** Positions move without rows too: control records, and time that passes in an idle partition. */
  async #sayIdle(pending: readonly Pending[]): Promise<void> {
    const { redis, clickhouse, clock } = this.#options;
    const nowMs = clock();
    const rows: AppliedRow[] = [];
    for (const ref of this.#options.partitions()) {
      if (pending.some((busy) => busy.ref.partition === ref.partition)) continue;
      const said = this.#said.get(ref.partition);
      const cursor = await readFlushedCursor(redis, ref);
      if (cursor === null || (said !== undefined && said.toOffset === cursor.nextOffset && nowMs - said.atMs < idleEveryMs)) continue;
      const { generation, topic, partition } = ref;
      rows.push({ generation, topic, partition, toOffset: cursor.nextOffset, completeThroughMs: cursor.completeThroughMs });
    }
    await insertApplied(clickhouse, rows);
    for (const { partition, toOffset } of rows) this.#said.set(partition, { toOffset, atMs: nowMs });
  }

  /** Rows first, `applied` last: it never says more than what is there. Sending again after a lost reply is harmless. */
  async #send(pending: readonly Pending[]): Promise<number> {
    const { clickhouse, fault } = this.#options;
    let rowCount = 0;
    for (const table of blockTables) {
      const blocks = pending.flatMap(({ entries }) => entries.map((entry) => blockOf(entry, table)));
      const frames = blocks.flatMap(({ frame }) => (frame === undefined ? [] : [frame]));
      await insertBlocks(clickhouse, table, frames);
      if (frames.length > 0) fault(`flush.${table}_sent`);
      rowCount += blocks.reduce((sum, block) => sum + block.rowCount, 0);
    }
    await insertApplied(clickhouse, pending.map(appliedOf));
    fault('flush.applied_sent');
    return rowCount;
  }

  async #forget(pending: readonly Pending[]): Promise<Map<number, number>> {
    const positions = new Map<number, number>();
    for (const { ref, entries } of pending) {
      const offset = entries.at(-1)!.nextOffset;
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      await trimOutbox(this.#options.redis, ref, { offset, entryCount: entries.length, bytes });
      positions.set(ref.partition, offset);
    }
    this.#options.fault('flush.trimmed');
    return positions;
  }
}

function blockOf(entry: OutboxEntry, table: BlockTable): { frame: Buffer | undefined; rowCount: number } {
  return { frame: entry.blocks.get(table), rowCount: Number(entry.blocks.get(`${table}.rows`)?.toString() ?? 0) };
}

function appliedOf({ ref, entries }: Pending): AppliedRow {
  const last = entries.at(-1)!;
  const completeThroughMs = Number(last.blocks.get('complete_through_ms')?.toString() ?? 0);
  return { generation: ref.generation, topic: ref.topic, partition: ref.partition, toOffset: last.nextOffset, completeThroughMs };
}
