import { randomBytes } from 'node:crypto';
import { decodeStored, encode, tenantDefault, type EventInput, type EventType } from '@vigie/events';
import { createEventProducer, createKafka, partitionCountOf, type KafkaConnection, type KafkaLogger } from '@vigie/kafka';
import { Batcher, type BatchLimits } from './batcher.ts';
import { InvalidEventError, NotConfirmedError, ProducerClosedError, ProducerFullError } from './errors.ts';
import { createUlids } from './ulid.ts';

export const topicDefault = 'vigie.events.v1';

export const batchDefaults: BatchLimits = { lingerMs: 5, batchCountMax: 2_000, batchBytesMax: 800_000, pendingCountMax: 20_000 };

export interface VigieProducerOptions extends Partial<BatchLimits> {
  readonly kafka: KafkaConnection;
  readonly topic?: string;
  /** The application that publishes, such as `shop/eu`. With tenant and id it makes an event what it is. */
  readonly source: string;
  /** The tenant of events that name none; `default` when left out. */
  readonly tenant?: string;
  readonly compression?: 'none' | 'gzip';
  /** How long a batch is tried before it is given up as not confirmed, about; 40 s when left out. */
  readonly retryForMs?: number;
  /** Where to hear of lost connections and retries; nothing is said when left out. */
  readonly logger?: KafkaLogger;
  readonly clock?: () => number;
}

/** What became of an event: confirmed by Kafka under this id. */
export interface Published {
  readonly id: string;
}

export interface VigieProducer {
  /**
   * Connects now instead of with the first event, and looks for the topic, to fail early.
   *
   * Errors   TopicError when there is no such topic; the error of kafkajs when no broker answers
   */
  connect(): Promise<void>;
  /**
   * Checks an event, fills in its `id` (a ULID) and `time` (now) where they are left out, and sends it with the next batch.
   *
   * Holds    comes back once all in-sync replicas have the event; events of one subject stay in the order of their calls
   * Errors   InvalidEventError (wrong event, not sent), ProducerFullError (not taken), NotConfirmedError (retriable: publish it again under
   *          the same id), ProducerClosedError
   */
  publish<T extends EventType>(event: EventInput<T>): Promise<Published>;
  /** Comes back when at most half of `pendingCountMax` waits: `await ready()` before each publish keeps an import within its bounds. */
  ready(): Promise<void>;
  /** Sends what waits; comes back when everything published so far is confirmed or has failed. Failures are in the publishes' promises. */
  flush(): Promise<void>;
  /** Takes nothing more, flushes and disconnects. Calling it again waits for the same. */
  close(): Promise<void>;
  readonly pendingCount: number;
}

interface Outgoing {
  readonly key: string;
  readonly value: Buffer;
}

/** What a record takes in a batch beside key and value, generously. */
const recordOverheadBytes = 100;
const retryForMsDefault = 40_000;
/** Whoever calls `connect` wants to know soon. */
const firstConnectMs = 3_000;
const silentLogger: KafkaLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/**
 * Makes a producer of Vigie events: typed, checked before anything leaves, batched, idempotent.
 *
 * Holds    at most `pendingCountMax` events are held in memory; keys and partitions are those that the consumer checks
 * Errors   see VigieProducer.publish
 */
export function createVigieProducer(options: VigieProducerOptions): VigieProducer {
  const { kafka: connection, source, topic = topicDefault, tenant = tenantDefault, logger = silentLogger, clock = Date.now } = options;
  const { compression = 'none', retryForMs = retryForMsDefault } = options;
  const clientOf = (connectRetryForMs: number) =>
    createKafka({ connection, clientId: `vigie-producer ${source}`, logger, connectRetryForMs });
  const events = createEventProducer(clientOf(retryForMs), { topic, compression, retryForMs });
  const batcher = new Batcher<Outgoing>({
    ...limitsOf(options),
    send: (records) => events.send(records),
    bytesOf: ({ key, value }) => Buffer.byteLength(key) + value.length + recordOverheadBytes,
  });
  const newId = createUlids(clock, randomBytes);
  let closed: Promise<void> | undefined;

  async function publish<T extends EventType>(event: EventInput<T>): Promise<Published> {
    const complete = {
      ...event,
      id: event.id ?? newId(),
      time: event.time ?? clock(),
      source: event.source ?? source,
      tenant: event.tenant ?? tenant,
    };
    const outgoing = check(complete, clock());
    try {
      await batcher.add(outgoing);
    } catch (error) {
      if (error instanceof ProducerFullError || error instanceof ProducerClosedError) throw error;
      throw new NotConfirmedError(complete.id, error);
    }
    return { id: complete.id };
  }

  return {
    async connect() {
      await partitionCountOf(clientOf(firstConnectMs), topic);
      await events.connect();
    },
    publish,
    ready: () => batcher.ready(),
    flush: () => batcher.flush(),
    close: () => (closed ??= batcher.close().then(() => events.close())),
    get pendingCount() {
      return batcher.pendingCount;
    },
  };
}

/** The consumer's own checks, made before the event leaves: what it would set aside is refused here, where somebody can still mend it. */
function check<T extends EventType>(event: Parameters<typeof encode<T>>[0], nowMs: number): Outgoing {
  const encoded = encodeSafely(event);
  const value = Buffer.from(encoded.value);
  const decoded = decodeStored(value, nowMs);
  if (!decoded.ok) throw new InvalidEventError(event.type, decoded.rejection);
  return { key: encoded.key, value };
}

function encodeSafely<T extends EventType>(event: Parameters<typeof encode<T>>[0]): { readonly key: string; readonly value: string } {
  try {
    return encode(event);
  } catch (error) {
    // A BigInt, a cycle, or a toJSON that throws.
    const found = error instanceof Error ? error.message : String(error);
    const expected = 'data that JSON can hold';
    throw new InvalidEventError(event.type, {
      reason: 'bad_json',
      field: 'data',
      expected,
      found,
      message: `data: expected ${expected}, found ${found}`,
    });
  }
}

function limitsOf(options: VigieProducerOptions): BatchLimits {
  const limits = {
    lingerMs: options.lingerMs ?? batchDefaults.lingerMs,
    batchCountMax: options.batchCountMax ?? batchDefaults.batchCountMax,
    batchBytesMax: options.batchBytesMax ?? batchDefaults.batchBytesMax,
    pendingCountMax: options.pendingCountMax ?? batchDefaults.pendingCountMax,
  };
  for (const [name, value] of Object.entries(limits)) {
    const least = name === 'lingerMs' ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`${name}: expected an integer from ${least} on, found ${value}`);
  }
  return limits;
}
