import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';

export interface KafkaRecord {
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
}

/** Records of one partition in offset order. `nextOffset` lies past control records too, which leave gaps. */
export interface RecordBatch {
  readonly partition: number;
  readonly records: readonly KafkaRecord[];
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** What was asked of the broker: below `firstOffset` where the log has a hole. */
  readonly fetchedOffset: number;
}

export interface BatchControl {
  /** Keeps the membership alive during a long wait; throws when the group is rebalancing. */
  heartbeat(): Promise<void>;
  /** Whether the records may still be worked on: running, and nobody has moved the position meanwhile. */
  isLive(): boolean;
}

export interface RecordConsumer {
  start(handlers: RecordHandlers): Promise<void>;
  /** Moves the position; takes effect with the next fetch. */
  seek(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** A hint for lag dashboards; Vigie itself never reads it. */
  commit(positions: ReadonlyMap<number, number>): Promise<void>;
  stop(): Promise<void>;
}

export interface RecordHandlers {
  /** After every rebalance, with all partitions that are ours now. Kafka's positions are the committed ones: seek. */
  readonly onAssigned: (partitions: readonly number[]) => void;
  readonly onBatch: (batch: RecordBatch, control: BatchControl) => Promise<void>;
  /** Control records only: nothing to work on, but the position lies behind them. */
  readonly onGap: (partition: number, nextOffset: number) => void;
  readonly onCrash: (error: Error) => void;
}

/** About one apply of the largest size: bigger fetches only cost memory, smaller ones spoil the folding. */
const fetchBytesMax = 1.5 * 1024 * 1024;

export function createRecordConsumer(kafka: Kafka, options: { topic: string; group: string; concurrency: number }): RecordConsumer {
  const { topic } = options;
  const consumer = kafka.consumer({
    groupId: options.group,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: fetchBytesMax,
    maxBytes: 6 * fetchBytesMax,
    maxWaitTimeInMs: 100,
    // A killed member is missed for this long, and its partitions stand still: the greatest part of a recovery.
    sessionTimeout: 10_000,
    heartbeatInterval: 2_000,
    rebalanceTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
  });
  return {
    async start(handlers) {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      listen(consumer, topic, handlers);
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.concurrency,
        eachBatch: (payload) => onBatch(payload, handlers),
      });
    },
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    pause: (partition) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: (partition) => consumer.resume([{ topic, partitions: [partition] }]),
    async commit(positions) {
      const offsets = [...positions].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
      if (offsets.length > 0) await consumer.commitOffsets(offsets);
    },
    async stop() {
      await consumer.stop();
      await consumer.disconnect();
    },
  };
}

function listen(consumer: Consumer, topic: string, handlers: RecordHandlers): void {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => handlers.onAssigned(payload.memberAssignment[topic] ?? []));
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0) handlers.onGap(payload.partition, Number(payload.lastOffset) + 1);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // kafkajs restarts by itself after what it takes for passing; the rest ends the service, which its supervisor starts again.
    if (!payload.restart) handlers.onCrash(payload.error);
  });
}

async function onBatch(payload: EachBatchPayload, handlers: RecordHandlers): Promise<void> {
  const { batch } = payload;
  const records = batch.messages.map((message) => ({
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    timestampMs: Number(message.timestamp),
  }));
  const lastOffset = batch.lastOffset();
  await handlers.onBatch(
    {
      partition: batch.partition,
      records,
      firstOffset: Number(batch.firstOffset() ?? records[0]!.offset),
      nextOffset: Number(lastOffset) + 1,
      // Not in the published types, but the only word on where the fetch began.
      fetchedOffset: Number((batch as { fetchedOffset?: string }).fetchedOffset ?? 0),
    },
    { heartbeat: () => payload.heartbeat(), isLive: () => payload.isRunning() && !payload.isStale() },
  );
  if (!payload.isStale()) payload.resolveOffset(batch.messages.at(-1)!.offset);
}
