import { CompressionTypes, Partitioners, type Kafka, type Producer } from 'kafkajs';
import { retriesWithin } from './produce-retries.ts';

export interface ProducerRecord {
  readonly key: string;
  readonly value: string | Buffer | null;
}

export interface EventProducerOptions {
  readonly topic: string;
  /** `gzip` trades CPU of both ends for a fifth of the bytes. */
  readonly compression?: 'none' | 'gzip';
  /**
   * How long a send is tried before it is given up as not confirmed, about; 40 s when left out: longer than a broker takes to come back.
   * Once all connections are lost, the client's `connectRetryForMs` decides instead: kafkajs takes a failed reconnect for final.
   */
  readonly retryForMs?: number;
}

/** Sends records of one topic. */
export interface EventProducer {
  connect(): Promise<void>;
  /**
   * Sends records in their order and comes back once every in-sync replica has them.
   *
   * Errors   the error of kafkajs when the broker did not confirm within about `retryForMs`: the records may be there or not, send them again as they are
   */
  send(records: readonly ProducerRecord[]): Promise<void>;
  /** Waits for sends under way, then disconnects. Calling it again does nothing. */
  close(): Promise<void>;
}

const retryForMsDefault = 40_000;

/**
 * Makes an idempotent producer: acks from all replicas, retries without duplicates, partitions as Java's client chooses them.
 *
 * Holds    one request is under way at a time, so records of one key stay in order; after a failed send the next one starts with a new
 *          producer id. Reusing the old one is what loses records: the broker would take the next batch for a repetition of the unconfirmed one
 */
export function createEventProducer(kafka: Kafka, options: EventProducerOptions): EventProducer {
  const { topic, retryForMs = retryForMsDefault } = options;
  const compression = options.compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
  let current: Promise<Producer> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;

  async function open(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: retriesWithin(retryForMs),
    });
    await producer.connect();
    return producer;
  }

  async function giveUp(): Promise<void> {
    const producer = current;
    current = undefined;
    // It may not even have connected; what matters is that it is never used again.
    await producer?.then((opened) => opened.disconnect()).catch(() => undefined);
  }

  async function sendNow(records: readonly ProducerRecord[]): Promise<void> {
    try {
      current ??= open();
      const producer = await current;
      await producer.send({ topic, acks: -1, compression, messages: records.map(({ key, value }) => ({ key, value })) });
    } catch (error) {
      await giveUp();
      throw error;
    }
  }

  /** Runs after everything asked for before, whether that went well or not. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    connect: () => inTurn(() => connectOnce()),
    async send(records) {
      if (closed !== undefined) throw new Error('expected an open producer, found a closed one: make a new one with createEventProducer');
      if (records.length > 0) await inTurn(() => sendNow(records));
    },
    close: () => (closed ??= inTurn(giveUp)),
  };

  async function connectOnce(): Promise<void> {
    try {
      await (current ??= open());
    } catch (error) {
      current = undefined;
      throw error;
    }
  }
}
