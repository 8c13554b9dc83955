import { ProducerClosedError, ProducerFullError } from './errors.ts';

export interface BatchLimits {
  /** How long the first event of a batch waits for company. */
  readonly lingerMs: number;
  readonly batchCountMax: number;
  /** A batch may end up in one partition, and a broker takes about a megabyte of one. A single larger event goes alone. */
  readonly batchBytesMax: number;
  /** Events taken and not yet confirmed. At this many, `add` refuses. */
  readonly pendingCountMax: number;
}

export interface BatcherOptions<M> extends BatchLimits {
  readonly send: (messages: readonly M[]) => Promise<void>;
  readonly bytesOf: (message: M) => number;
}

interface Entry<M> {
  readonly message: M;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers messages into batches and sends one batch at a time.
 *
 * Holds    messages go out in the order they came in, each once; at most `pendingCountMax` are held; a failed batch fails its own messages only
 */
export class Batcher<M> {
  readonly #options: BatcherOptions<M>;
  #queue: Entry<M>[] = [];
  #queuedBytes = 0;
  #takenCount = 0;
  #settledCount = 0;
  #sending = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #waiters: { readonly isDone: () => boolean; readonly resolve: () => void }[] = [];

  constructor(options: BatcherOptions<M>) {
    this.#options = options;
  }

  get pendingCount(): number {
    return this.#takenCount - this.#settledCount;
  }

  /** Takes a message; comes back when the batch that it went out with is confirmed. */
  add(message: M): Promise<void> {
    const { pendingCountMax, batchCountMax, batchBytesMax, bytesOf, lingerMs } = this.#options;
    if (this.#closed) return Promise.reject(new ProducerClosedError());
    if (this.pendingCount >= pendingCountMax) return Promise.reject(new ProducerFullError(pendingCountMax));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const bytes = bytesOf(message);
    this.#takenCount++;
    this.#queue.push({ message, bytes, resolve, reject });
    this.#queuedBytes += bytes;
    if (this.#queue.length >= batchCountMax || this.#queuedBytes >= batchBytesMax) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), lingerMs);
    return promise;
  }

  /** Comes back when at most half of `pendingCountMax` waits: room for several callers at once, and still enough for full batches. */
  ready(): Promise<void> {
    return this.#until(() => this.pendingCount <= this.#options.pendingCountMax / 2);
  }

  /** Sends what waits without lingering; comes back when everything taken so far is confirmed or has failed. */
  flush(): Promise<void> {
    const takenCount = this.#takenCount;
    this.#start();
    return this.#until(() => this.#settledCount >= takenCount);
  }

  /** Takes nothing more, and flushes. */
  close(): Promise<void> {
    this.#closed = true;
    return this.flush();
  }

  #until(isDone: () => boolean): Promise<void> {
    if (isDone()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ isDone, resolve });
    return promise;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#sending) void this.#sendAll();
  }

  /** Never rejects: failures go to the messages they belong to. */
  async #sendAll(): Promise<void> {
    this.#sending = true;
    // Messages that came while a batch was under way have waited long enough.
    while (this.#queue.length > 0) await this.#sendBatch(this.#takeBatch());
    this.#sending = false;
  }

  async #sendBatch(batch: readonly Entry<M>[]): Promise<void> {
    try {
      await this.#options.send(batch.map((entry) => entry.message));
      for (const entry of batch) entry.resolve();
    } catch (error) {
      for (const entry of batch) entry.reject(error);
    }
    this.#settledCount += batch.length;
    const done = this.#waiters.filter((waiter) => waiter.isDone());
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter));
    for (const waiter of done) waiter.resolve();
  }

  #takeBatch(): Entry<M>[] {
    const { batchCountMax, batchBytesMax } = this.#options;
    let count = 0;
    let bytes = 0;
    while (count < this.#queue.length && count < batchCountMax) {
      bytes += this.#queue[count]!.bytes;
      if (count > 0 && bytes > batchBytesMax) break;
      count++;
    }
    const batch = this.#queue.splice(0, count);
    for (const entry of batch) this.#queuedBytes -= entry.bytes;
    return batch;
  }
}
