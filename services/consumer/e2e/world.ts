import { type Clickhouse, connectClickhouse, migrate } from '@vigie/clickhouse';
import { createEventProducer, createKafka, ensureTopic, type EventProducer } from '@vigie/kafka';
import { suiteDatabases } from '@vigie/local';
import { connectRedis, type RedisClient } from '@vigie/redis';
import { createLogger } from '@vigie/runtime';
import type { OwnServers } from '@vigie/testkit';
import { Company, type Round } from './company.ts';
import { ConsumerProcess, type Fault } from './consumer-process.ts';

/** When the company's day is: one moment for a whole file, so that two worlds with the same rounds must hold the same facts. */
export const baseMs = Date.now();
const partitionCount = 4;
const customersPerRound = 60;
let worldCount = 0;

export interface WorldOptions {
  /** More VIGIE_* variables for its consumers. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One topic, group, key prefix and database of a test's own on the file's servers, and the company that publishes there. */
export class World {
  readonly topic: string;
  readonly prefix: string;
  readonly partitionCount = partitionCount;
  readonly company = new Company({ baseMs, customersPerRound });
  readonly redis: RedisClient;
  readonly clickhouse: Clickhouse;
  readonly analyst: Clickhouse;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly rounds: Round[] = [];
  #isLast = false;
  readonly #environment: Record<string, string>;
  readonly #producer: EventProducer;
  readonly #consumers: ConsumerProcess[] = [];

  private constructor(own: OwnServers, options: WorldOptions) {
    worldCount++;
    // The first database of the pool is the one that startOwnServers took.
    const database = suiteDatabases[worldCount]!;
    this.topic = `vigie.kill.${worldCount}`;
    this.prefix = `kill${worldCount}`;
    const { url, user, password, analystUser, analystPassword } = own.clickhouse;
    const address = { url, user, password, analystUser, analystPassword, database, caFile: undefined };
    const logger = createLogger({ name: 'world', level: 'fatal' });
    this.kafka = createKafka({ connection: { brokers: own.brokers }, clientId: 'world', logger });
    this.redis = connectRedis(
      { url: own.redisUrl, prefix: this.prefix, password: undefined, caFile: undefined },
      { name: 'world', logger },
    );
    this.clickhouse = connectClickhouse(address, { name: 'world' });
    this.analyst = connectClickhouse(address, { name: 'world', as: 'analyst' });
    this.#producer = createEventProducer(this.kafka, { topic: this.topic });
    this.#environment = {
      ...own.environment,
      VIGIE_KAFKA_TOPIC: this.topic,
      VIGIE_KAFKA_GROUP: `group-${this.topic}`,
      VIGIE_REDIS_PREFIX: this.prefix,
      VIGIE_CLICKHOUSE_DATABASE: database,
      ...options.environment,
    };
  }

  static async open(own: OwnServers, options: WorldOptions = {}): Promise<World> {
    const world = new World(own, options);
    await migrate(world.clickhouse, () => {});
    await ensureTopic(world.kafka, { topic: world.topic, partitionCount, replicationFactor: 1, retentionMs: 7 * 24 * 3_600_000 });
    return world;
  }

  start(fault?: Fault): ConsumerProcess {
    return this.#run(fault);
  }

  /** `vigie rebuild`, which wants all consumers stopped. */
  rebuild(fault?: Fault): ConsumerProcess {
    return this.#run(fault, 'rebuild');
  }

  #run(fault?: Fault, command?: 'rebuild'): ConsumerProcess {
    const consumer = new ConsumerProcess(this.#environment, fault, command);
    this.#consumers.push(consumer);
    return consumer;
  }

  /** Publishes the company's next round; the last one also tells what became of its own customers. */
  async publish(options: { isLast: boolean } = { isLast: false }): Promise<void> {
    const round = this.company.round(this.rounds.length, options);
    this.rounds.push(round);
    this.#isLast = options.isLast;
    await this.#producer.send(round.records);
  }

  /** What everything published so far must add up to, by KPI and measure. */
  truth(channel?: string): Record<string, Record<string, number>> {
    return this.company.truth(this.rounds.length, { isLast: this.#isLast, ...(channel === undefined ? {} : { channel }) });
  }

  /** For a failure's message: how every consumer stands, and where its log is. */
  describeConsumers(): string {
    return this.#consumers.map(({ exit, logFile }) => `${logFile} ${exit === null ? 'runs' : `ended with ${exit}`}`).join(', ');
  }

  /** Where Kafka's log begins and ends, by partition. */
  async log(): Promise<{ low: number; high: number }[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const rows = await admin.fetchTopicOffsets(this.topic);
      return rows.toSorted((a, b) => a.partition - b.partition).map((row) => ({ low: Number(row.low), high: Number(row.high) }));
    } finally {
      await admin.disconnect();
    }
  }

  /** Retention, at once: forgets what lies below the given offsets. */
  async trimLog(offsets: ReadonlyMap<number, number>): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      // kafkajs deletes only of topics that the same client has asked about.
      await admin.fetchTopicOffsets(this.topic);
      const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
      await admin.deleteTopicRecords({ topic: this.topic, partitions });
    } finally {
      await admin.disconnect();
    }
  }

  /** Redis loses everything of this world, and of no other. */
  async wipeRedis(): Promise<void> {
    const keys = await this.redis.keys(`${this.prefix}:*`);
    if (keys.length > 0) await this.redis.del(...keys);
  }

  /** Opens a world for one test and closes it whatever happens; the consumers' logs stay only where it failed. */
  static async with(own: OwnServers, test: (world: World) => Promise<void>, options: WorldOptions = {}): Promise<void> {
    const world = await World.open(own, options);
    try {
      await test(world);
    } finally {
      await world.close();
    }
    for (const consumer of world.#consumers) consumer.forget();
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.kill()));
    await this.#producer.close();
    this.redis.disconnect();
    await Promise.all([this.clickhouse.close(), this.analyst.close()]);
  }
}
