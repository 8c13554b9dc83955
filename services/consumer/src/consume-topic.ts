import type { LogRange, LogWatcher, RecordConsumer } from '@vigie/kafka';
import type { PartitionRef } from '@vigie/redis';
import { type Clock, type Logger, pause } from '@vigie/runtime';
import { PartitionWorker, type WorkerOptions } from './partition-worker.ts';

export interface TopicOptions {
  readonly consumer: RecordConsumer;
  readonly log: LogWatcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly worker: (ref: { partition: number }) => Omit<WorkerOptions, 'readLog' | 'seek' | 'pause' | 'unpause' | 'onStuck'>;
  /** After each look at the log. */
  readonly onTick: () => Promise<void>;
  readonly onLag: (partition: number, lag: number) => void;
  readonly onStuck: (partition: number) => void;
  readonly onCrash: (error: Error) => void;
}

const tickEveryMs = 400;
/** Brokers stamp records by their own clocks: what a log looked like counts as of a little before it was asked. */
const clockSkewMs = 250;

/** Hands each partition that is assigned to us to a worker of its own, and keeps idle partitions moving. */
export class TopicConsumer {
  readonly #options: TopicOptions;
  readonly #workers = new Map<number, PartitionWorker>();
  readonly #stuck = new Map<number, string>();
  readonly #stopping = new AbortController();
  #ticking: Promise<void> = Promise.resolve();
  #ticked = 0;

  constructor(options: TopicOptions) {
    this.#options = options;
  }

  get assigned(): PartitionRef[] {
    return [...this.#workers.values()].map((worker) => worker.ref);
  }

  /** Partitions that wait for a person, with the reason. */
  get stuck(): ReadonlyMap<number, string> {
    return this.#stuck;
  }

  /** When Kafka last told how long its log is. */
  get lastTickMs(): number {
    return this.#ticked;
  }

  async start(): Promise<void> {
    const { consumer } = this.#options;
    await consumer.start({
      onAssigned: (partitions) => this.#assign(partitions),
      onBatch: async (batch, control) => this.#workers.get(batch.partition)?.work(batch, control),
      onGap: (partition, nextOffset) => this.#background(this.#workers.get(partition)?.skipTo(nextOffset)),
      onCrash: this.#options.onCrash,
    });
    this.#ticking = this.#tickLoop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ticking;
    await this.#options.consumer.stop();
  }

  #assign(partitions: readonly number[]): void {
    this.#options.logger.info({ partitions }, 'kafka: partitions assigned');
    for (const worker of this.#workers.values()) worker.release();
    this.#workers.clear();
    this.#stuck.clear();
    for (const partition of partitions) {
      const worker = new PartitionWorker({
        ...this.#options.worker({ partition }),
        readLog: async () => (await this.#options.log.read()).get(partition)!,
        seek: (offset) => this.#options.consumer.seek(partition, offset),
        pause: () => this.#options.consumer.pause(partition),
        unpause: () => this.#options.consumer.resume(partition),
        onStuck: (stuck, error) => this.#stick(stuck, error),
      });
      this.#workers.set(partition, worker);
      this.#background(worker.assigned());
    }
  }

  #stick(partition: number, error: Error): void {
    this.#stuck.set(partition, error.message);
    this.#options.consumer.pause(partition);
    this.#options.logger.fatal({ err: error, partition }, 'data_gap: this partition has stopped');
    this.#options.onStuck(partition);
  }

  async #tickLoop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const askedMs = this.#options.clock();
        const log = await this.#options.log.read();
        this.#ticked = this.#options.clock();
        await this.#options.onTick();
        for (const [partition, worker] of this.#workers) this.#tick(worker, { log: log.get(partition), askedMs: askedMs - clockSkewMs });
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'kafka: expected the length of the log, will ask again');
      }
      await pause(tickEveryMs, signal).catch(() => {});
    }
  }

  #tick(worker: PartitionWorker, asked: { log: LogRange | undefined; askedMs: number }): void {
    if (asked.log === undefined) return;
    const { partition } = worker.ref;
    if (worker.position !== null) this.#options.onLag(partition, Math.max(0, asked.log.high - worker.position));
    // One that is busy is not idle: its batches say how far it is.
    if (!worker.busy) this.#background(worker.tick(asked.log, asked.askedMs));
  }

  #background(task: Promise<void> | undefined): void {
    task?.catch((error: unknown) => this.#options.logger.error({ err: error }, 'partition: a background step failed'));
  }
}
