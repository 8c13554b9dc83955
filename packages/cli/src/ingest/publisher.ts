import { createEventProducer } from '@vigie/kafka';
import type { Context } from '../context.ts';
import type { ReadyRecord } from './complete-event.ts';

/** Sends records in batches, in their order, one request at a time. */
export interface Publisher {
  readonly sentCount: number;
  add(record: ReadyRecord): Promise<void>;
  /** Sends what is left; what was added before is then in Kafka. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Below the broker's limit of 1 MB per request with room to spare. */
const recordsPerSendMax = 2_000;
const bytesPerSendMax = 700_000;

export async function openPublisher(context: Context): Promise<Publisher> {
  const producer = createEventProducer(context.kafka(), { topic: context.config.kafka.topic });
  await producer.connect();
  let batch: ReadyRecord[] = [];
  let batchBytes = 0;
  let sentCount = 0;
  const flush = async (): Promise<void> => {
    const sending = batch;
    batch = [];
    batchBytes = 0;
    await producer.send(sending);
    sentCount += sending.length;
  };
  return {
    get sentCount() {
      return sentCount;
    },
    async add(record) {
      if (batch.length >= recordsPerSendMax || batchBytes + record.value.length > bytesPerSendMax) await flush();
      batch.push(record);
      batchBytes += record.value.length;
    },
    flush,
    close: () => producer.close(),
  };
}
