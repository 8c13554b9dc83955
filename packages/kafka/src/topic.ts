import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';

/** How Vigie's topic must be. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly retentionMs: number;
}

export class TopicError extends Error {
  override readonly name = 'TopicError';
}

const timestampType = 'message.timestamp.type';

/**
 * Makes the topic if it is not there, and checks it if it is: a wrong existing topic is named, not changed.
 *
 * Errors   TopicError lists every difference (retriable: false)
 */
export async function ensureTopic(kafka: Kafka, spec: TopicSpec): Promise<'created' | 'present'> {
  return withAdmin(kafka, async (admin) => {
    if (!(await admin.listTopics()).includes(spec.topic)) {
      await admin.createTopics({
        // kafkajs' own wait gives up when the metadata is a moment behind the creation.
        waitForLeaders: false,
        topics: [
          {
            topic: spec.topic,
            numPartitions: spec.partitionCount,
            replicationFactor: spec.replicationFactor,
            configEntries: [
              { name: timestampType, value: 'LogAppendTime' },
              { name: 'cleanup.policy', value: 'delete' },
              { name: 'retention.ms', value: String(spec.retentionMs) },
            ],
          },
        ],
      });
      await untilLed(admin, spec);
      return 'created';
    }
    const problems = await differencesOf(admin, spec);
    if (problems.length > 0) {
      throw new TopicError(
        `topic ${spec.topic} exists and is not as Vigie needs it: ${problems.join('; ')}. Nothing was changed: alter it, or set VIGIE_KAFKA_TOPIC to a new name`,
      );
    }
    return 'present';
  });
}

const leadersWaitMs = 100;
const leadersAttemptsMax = 300;

/** A new topic can be written to when each of its partitions has a leader, which the brokers settle after the answer to its creation. */
async function untilLed(admin: Admin, { topic, partitionCount }: TopicSpec): Promise<void> {
  let found = 'no metadata';
  for (let attempt = 1; attempt <= leadersAttemptsMax; attempt++) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const ledCount = topics[0]?.partitions.filter(({ leader }) => leader >= 0).length ?? 0;
      if (ledCount === partitionCount) return;
      found = `${ledCount}`;
    } catch (error) {
      found = error instanceof Error ? error.message : String(error);
    }
    await setTimeout(leadersWaitMs);
  }
  throw new TopicError(
    `topic ${topic} was created: expected ${partitionCount} partitions with a leader, found ${found}. Look at the brokers' logs, then run it again`,
  );
}

async function differencesOf(admin: Admin, spec: TopicSpec): Promise<string[]> {
  const problems: string[] = [];
  const { topics } = await admin.fetchTopicMetadata({ topics: [spec.topic] });
  const count = topics[0]?.partitions.length ?? 0;
  // Partition count moves subjects between timelines, so it can never be taken lightly.
  if (count !== spec.partitionCount) problems.push(`partitions: expected ${spec.partitionCount}, found ${count}`);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: spec.topic }],
  });
  const entries = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
  const type = entries.get(timestampType);
  if (type !== 'LogAppendTime') problems.push(`${timestampType}: expected LogAppendTime, found ${type}`);
  const policy = entries.get('cleanup.policy');
  if (policy !== 'delete') problems.push(`cleanup.policy: expected delete (compaction would drop events), found ${policy}`);
  return problems;
}

/** How many partitions a topic has. */
export async function partitionCountOf(kafka: Kafka, topic: string): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) {
      throw new TopicError(`expected topic ${topic}, found none of that name: run vigie migrate, or set VIGIE_KAFKA_TOPIC`);
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions.length;
  });
}

/** The stretch of a partition that Kafka still has: offsets `[low, high)`. */
export interface LogRange {
  readonly low: number;
  readonly high: number;
}

/** Asks for the log ranges of a topic again and again over one connection. */
export interface LogWatcher {
  read(): Promise<Map<number, LogRange>>;
  close(): Promise<void>;
}

export async function watchLog(kafka: Kafka, topic: string): Promise<LogWatcher> {
  const admin = kafka.admin();
  await admin.connect();
  return {
    async read() {
      const rows = await admin.fetchTopicOffsets(topic);
      return new Map(rows.map((row) => [row.partition, { low: Number(row.low), high: Number(row.high) }]));
    },
    close: () => admin.disconnect(),
  };
}

async function withAdmin<T>(kafka: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** How many consumers are members of a group now; 0 for a group that never was. */
export async function groupMemberCount(kafka: Kafka, group: string): Promise<number> {
  return withAdmin(kafka, async (admin) => {
    const { groups } = await admin.describeGroups([group]);
    return groups.reduce((count, { members }) => count + members.length, 0);
  });
}
