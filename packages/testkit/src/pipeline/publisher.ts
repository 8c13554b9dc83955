import { partitionOf } from '@vigie/events';
import { createKafka } from '@vigie/kafka';

/** A record to be published, with the append time that it is to have on a topic made with `create_time`. */
export interface PlannedRecord {
  readonly key: string;
  readonly value: string | null;
  readonly appendTimeMs: number;
}

/** Where a published record lies. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export interface Publisher {
  /** Publishes in the given order; per partition, offsets follow it. */
  publish(records: readonly PlannedRecord[]): Promise<Place[]>;
  close(): Promise<void>;
}

type Kafka = ReturnType<typeof createKafka>;
const recordsPerSendMax = 1_000;
const largest = '9223372036854775807';

/**
 * Makes a topic whose records keep the time that they are given, of any year: the only way to have months pass between two records.
 *
 * Holds    the consumer uses a record's time whatever its type, so the same code runs as in production
 */
export async function makeCreateTimeTopic(kafka: Kafka, topic: string, partitionCount: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const config = {
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.after.max.ms': largest,
      'message.timestamp.before.max.ms': largest,
      'retention.ms': '-1',
      'segment.ms': largest,
    };
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: partitionCount, replicationFactor: 1, configEntries }],
    });
  } finally {
    await admin.disconnect();
  }
}

/** Publishes to partitions of its own choosing (the right ones), one send at a time. */
export async function openPublisher(kafka: Kafka, topic: string, partitionCount: number): Promise<Publisher> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  return {
    async publish(records) {
      const places: Place[] = [];
      for (let start = 0; start < records.length; start += recordsPerSendMax) {
        const part = records.slice(start, start + recordsPerSendMax);
        const messages = part.map(({ key, value, appendTimeMs }) => ({
          key,
          value,
          partition: partitionOf(key, partitionCount),
          timestamp: String(appendTimeMs),
        }));
        const sent = await producer.send({ topic, acks: -1, messages });
        const next = new Map(sent.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
        for (const { partition } of messages) {
          const offset = next.get(partition)!;
          places.push({ partition, offset });
          next.set(partition, offset + 1);
        }
      }
      return places;
    },
    close: () => producer.disconnect(),
  };
}
