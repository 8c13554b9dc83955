import type { Clickhouse } from '@vigie/clickhouse';
import type { BatchControl, LogRange, RecordBatch } from '@vigie/kafka';
import { type PartitionRef, readCursor } from '@vigie/redis';
import { backoffMs, type Logger, pause } from '@vigie/runtime';
import { applyNothing, PositionLostError } from './apply-draft.ts';
import { StoredEventError } from './decode-batch.ts';
import { DataGapError, fillGap } from './fill-gap.ts';
import { createLookups } from './look-up-ids.ts';
import { MustWaitError } from './must-wait.ts';
import { loadMemory, type MemoryLimits, type PartitionMemory } from './partition-memory.ts';
import { type Pipeline, processRecords } from './pipeline.ts';

export interface WorkerOptions {
  readonly ref: PartitionRef;
  readonly pipeline: Omit<Pipeline, 'lookups'>;
  readonly clickhouse: Clickhouse;
  readonly limits: MemoryLimits & { readonly outboxBytesMax: number };
  readonly logger: Logger;
  /** What Kafka still has of this partition, asked now. */
  readonly readLog: () => Promise<LogRange>;
  readonly seek: (offset: number) => void;
  /** Has Kafka fetch nothing of this partition until `unpause`; the partitions beside it go on. */
  readonly pause: () => void;
  readonly unpause: () => void;
  readonly onStuck: (partition: number, error: Error) => void;
  readonly onWait: (partition: number, reason: string) => void;
}

/** Bounds one apply: large enough for increments to fall together, small enough for Redis to answer others in between. */
const recordsPerApplyMax = 4_000;
const backoff = { baseMs: 50, capMs: 2_000 };
const alone: BatchControl = { heartbeat: async () => {}, isLive: () => true };

/**
 * Everything about one partition, one thing at a time.
 *
 * Holds    its own position is the truth: a fetched batch is used only if it starts at or below it, and lower offsets are skipped
 */
export class PartitionWorker {
  readonly #options: WorkerOptions;
  #memory: PartitionMemory | null = null;
  #tail: Promise<void> = Promise.resolve();
  #pendingCount = 0;
  #stuck = false;
  #waiting: MustWaitError | null = null;
  /** Where the log began when a partition without a cursor was loaded: retention may move on before its first apply. */
  #startsAt = 0;
  /** The offset up to which everything fetched since the last seek was applied; null: not known. */
  #kafkaAt: number | null = null;
  #toldGap = '';
  #released = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  get ref(): PartitionRef {
    return this.#options.ref;
  }

  /** The next offset to apply; null while it is not known. */
  get position(): number | null {
    return this.#memory?.cursor?.nextOffset ?? null;
  }

  /** Whether something is under way. */
  get busy(): boolean {
    return this.#pendingCount > 0;
  }

  /** The partition is another's now; what is under way ends at its next step. */
  release(): void {
    this.#released = true;
  }

  /** Reads where the partition stands, fills what Kafka has lost, and has Kafka go on from there. */
  assigned(): Promise<void> {
    return this.#exclusively(() => this.#resume());
  }

  work(batch: RecordBatch, control: BatchControl): Promise<void> {
    return this.#exclusively(async () => {
      await this.#settled(control, () => this.#work(batch, control));
    });
  }

  /**
   * Nothing to apply up to `nextOffset` (control records).
   *
   * Holds    believed only where it follows what was applied: a gap fetched before a seek would jump over records. Elsewhere Kafka is sent back to
   *          the position, and tells the same gap again if it is one
   */
  skipTo(nextOffset: number): Promise<void> {
    return this.#exclusively(async () => {
      const memory = this.#memory;
      const position = this.#positionOf(memory);
      if (memory === null || this.#stuck || this.#waiting !== null || nextOffset <= position) return;
      const told = `${position}-${nextOffset}`;
      if (this.#kafkaAt !== position && this.#toldGap !== told) {
        this.#toldGap = told;
        return this.#options.seek(position);
      }
      await this.#whenPositionHolds(() =>
        applyNothing(this.#options.pipeline.redis, memory, { ...this.#idle, nextOffset, completeThroughMs: 0 }),
      );
      this.#kafkaAt = this.position;
    });
  }

  /** The log as it was at `askedMs`: an idle partition moves on, and one whose log has run past its position is filled. */
  tick(log: LogRange, askedMs: number): Promise<void> {
    return this.#exclusively(async () => {
      const memory = this.#memory;
      if (this.#stuck) return;
      if (this.#waiting !== null) return this.#endWait(this.#waiting);
      if (memory === null) return this.#resume();
      const position = this.#positionOf(memory);
      if (log.low > position) return this.#resume();
      // The log may have grown since it was looked at; one that still ends below what was applied is not the log that was applied.
      if (position > log.high && position > (await this.#options.readLog()).high) return this.#stick(logCut(this.ref.partition, position));
      if (position !== log.high) return;
      await this.#whenPositionHolds(() =>
        applyNothing(this.#options.pipeline.redis, memory, { ...this.#idle, nextOffset: position, completeThroughMs: askedMs }),
      );
    });
  }

  get #idle() {
    return { definitionsHash: this.#options.pipeline.definitionsHash };
  }

  #exclusively(task: () => Promise<void>): Promise<void> {
    this.#pendingCount++;
    const run = this.#tail
      .then(() => (this.#released ? undefined : task()))
      .finally(() => {
        this.#pendingCount--;
      });
    this.#tail = run.catch(() => {});
    return run;
  }

  /** Runs a step until it is settled: doubts and outages are waited out with a fresh memory each time; a data gap stops the partition. */
  async #settled<T>(control: BatchControl, step: () => Promise<T>): Promise<T | null> {
    for (let attempt = 1; !this.#released && !this.#stuck && control.isLive(); attempt++) {
      try {
        return await step();
      } catch (error) {
        this.#memory = null;
        if (error instanceof MustWaitError) {
          this.#waiting = error;
          this.#options.pause();
          this.#options.onWait(this.ref.partition, error.message);
          return null;
        }
        if (error instanceof DataGapError || error instanceof StoredEventError) {
          this.#stick(error);
          return null;
        }
        if (isRebalance(error)) throw error;
        this.#options.logger.warn({ err: error, partition: this.ref.partition, attempt }, 'partition: will try again from its cursor');
        await control.heartbeat();
        await pause(backoffMs(attempt, backoff, Math.random));
      }
    }
    return null;
  }

  /** Only a person can decide what it means: the partition stops, the others go on. */
  #stick(error: Error): void {
    this.#stuck = true;
    this.#options.onStuck(this.ref.partition, error);
  }

  async #endWait(waiting: MustWaitError): Promise<void> {
    if (!(await waiting.isReady().catch(() => false))) return this.#options.onWait(this.ref.partition, waiting.message);
    this.#waiting = null;
    await this.#resume();
  }

  #positionOf(memory: PartitionMemory | null): number {
    return memory?.cursor?.nextOffset ?? this.#startsAt;
  }

  async #whenPositionHolds(apply: () => Promise<void>): Promise<void> {
    try {
      await apply();
    } catch (error) {
      if (!(error instanceof PositionLostError)) throw error;
      this.#options.logger.warn({ err: error, partition: this.ref.partition }, 'partition: its cursor moved, reading it again');
      await this.#resume();
    }
  }

  /** From the cursor; from the beginning where there is none, for an emptied Redis has lost that too. */
  async #resume(): Promise<void> {
    this.#memory = null;
    // A batch fetched meanwhile would wait here without a heartbeat, and a fill may take longer than a session.
    this.#options.pause();
    await this.#settled(alone, async () => {
      const memory = await this.#load(alone);
      this.#options.seek(this.#positionOf(memory));
      this.#options.unpause();
    });
  }

  async #load(control: BatchControl): Promise<PartitionMemory> {
    const { pipeline, ref, clickhouse, limits } = this.#options;
    const memory = await loadMemory(pipeline.redis, ref, limits);
    pipeline.fault('assign.loaded');
    const { low, high } = await this.#options.readLog();
    if ((memory.cursor?.nextOffset ?? 0) > high) throw logCut(ref.partition, memory.cursor!.nextOffset);
    if (low > (memory.cursor?.nextOffset ?? 0)) {
      const keepAlive = async (): Promise<void> => {
        this.#requireRoom(memory);
        await this.#keepAlive(control);
      };
      await fillGap({ pipeline: this.#pipeline(), memory, clickhouse, logStart: low, keepAlive });
    }
    this.#kafkaAt = null;
    this.#startsAt = low;
    this.#memory = memory;
    return memory;
  }

  async #work(batch: RecordBatch, control: BatchControl): Promise<void> {
    // What Kafka had fetched before it was paused comes again when the wait is over.
    if (this.#waiting !== null) return;
    const memory = this.#memory ?? (await this.#load(control));
    let position = this.#positionOf(memory);
    if (batch.firstOffset > position) {
      const { low } = await this.#options.readLog();
      if (low > position) {
        // Retention ran past the position while we were away from it: Kafka's reset is silent, ours is not.
        this.#memory = null;
        position = this.#positionOf(await this.#load(control));
      }
      if (batch.fetchedOffset > position) return this.#options.seek(position);
    }
    const records = batch.records.filter((record) => record.offset >= position);
    for (let start = 0; start < records.length; start += recordsPerApplyMax) {
      if (!control.isLive() || this.#released) return;
      const chunk = records.slice(start, start + recordsPerApplyMax);
      const next = records[start + recordsPerApplyMax];
      this.#requireRoom(this.#memory!);
      await processRecords(this.#pipeline(), this.#memory!, {
        records: chunk,
        nextOffset: next?.offset ?? batch.nextOffset,
        // More records of the last one's millisecond may follow.
        completeThroughMs: chunk.at(-1)!.timestampMs - 1,
      });
      await control.heartbeat();
    }
    this.#kafkaAt = batch.nextOffset;
  }

  #pipeline(): Pipeline {
    const { pipeline, ref, clickhouse } = this.#options;
    return { ...pipeline, lookups: createLookups({ clickhouse, place: ref, generation: ref.generation }) };
  }

  /** Keeps the membership during a wait, and ends the wait when the partition is no longer ours. */
  async #keepAlive(control: BatchControl): Promise<void> {
    if (this.#released || !control.isLive()) throw new PositionLostError(`partition ${this.ref.partition}: given up while waiting`);
    await control.heartbeat();
  }

  /** At the outbox's limit the partition waits: nothing is ever dropped. */
  #requireRoom({ cursor }: PartitionMemory): void {
    const { outboxBytesMax } = this.#options.limits;
    if (cursor === null || cursor.outboxBytes <= outboxBytesMax) return;
    throw new MustWaitError(`the outbox holds ${cursor.outboxBytes} bytes, ClickHouse has to take them first`, async () => {
      const now = await readCursor(this.#options.pipeline.redis, this.ref);
      return (now?.outboxBytes ?? 0) <= outboxBytesMax;
    });
  }
}

function logCut(partition: number, position: number): DataGapError {
  return new DataGapError(
    `partition ${partition}: expected Kafka's log to reach offset ${position}, which was applied, found that it ends below: it was cut or the topic made anew; ` +
      'give the new topic another name (VIGIE_KAFKA_TOPIC)',
  );
}

/** kafkajs asks for its rebalance errors back. */
function isRebalance(error: unknown): boolean {
  const type = (error as { type?: string } | null)?.type;
  return type === 'REBALANCE_IN_PROGRESS' || type === 'ILLEGAL_GENERATION' || type === 'UNKNOWN_MEMBER_ID' || type === 'NOT_COORDINATOR';
}
