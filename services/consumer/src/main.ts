import { readFileSync } from 'node:fs';
import { connectClickhouse } from '@vigie/clickhouse';
import { createKafka, createRecordConsumer, partitionCountOf, watchLog } from '@vigie/kafka';
import { definitionsHash, parseSettings } from '@vigie/kpis';
import { connectRedis, requireDurableRedis, writeMeta } from '@vigie/redis';
import {
  connectionConfig,
  createFaultPoints,
  createLifecycle,
  createLogger,
  createMetrics,
  type HealthServer,
  integerText,
  readConfig,
  serveHealth,
  serviceVariables,
  systemClock,
  variable,
} from '@vigie/runtime';
import { z } from 'zod';
import { chooseGeneration } from './choose-generation.ts';
import { TopicConsumer } from './consume-topic.ts';
import { Flusher } from './flush-outbox.ts';
import { createConsumerMetrics } from './metrics.ts';

const config = readConfig(
  z.object({
    ...connectionConfig.shape,
    ...serviceVariables,
    outboxBytesMax: variable('VIGIE_OUTBOX_BYTES_MAX', integerText.default(512 * 1024 * 1024), { expected: 'a number of bytes', example: '536870912' }),
  }),
  process.env,
);
const logger = createLogger({ name: 'consumer', level: config.logLevel });
const metrics = createMetrics({ processMetrics: true });
const own = createConsumerMetrics(metrics);
const fault = createFaultPoints(process.env);
const settings = parseSettings(config.settingsFile === undefined ? '' : readFileSync(config.settingsFile, 'utf8'));
const definitions = { hash: definitionsHash(settings, process.versions.tz ?? 'unknown'), settings: settings.canonical };
const { topic } = config.kafka;
const place = { prefix: config.redis.prefix, topic };

const redis = connectRedis(config.redis, { name: 'vigie-consumer', logger });
const redisFlush = connectRedis(config.redis, { name: 'vigie-consumer-flush', logger });
const clickhouse = connectClickhouse(config.clickhouse, { name: 'vigie-consumer' });
const kafka = createKafka({ connection: config.kafka, clientId: 'vigie-consumer', logger });
const partitionCount = await partitionCountOf(kafka, topic);
await requireDurableRedis(redis);
const generation = await chooseGeneration({ clickhouse, redis, place, definitions });
await writeMeta(redis, place, { generation, partitionCount, definitionsHash: definitions.hash });

const consumer = createRecordConsumer(kafka, { topic, group: config.kafka.group, concurrency: 4 });
const log = await watchLog(kafka, topic);
const lifecycle = createLifecycle({ logger, drainDeadlineMs: 20_000 });
const shared = { redis, settings, definitionsHash: definitions.hash, partitionCount, fault, onApplied: own.onApplied };
const limits = {
  idCountMax: Math.ceil(6_000_000 / partitionCount),
  timelineCountMax: Math.ceil(100_000 / partitionCount),
  sliceValueCountMax: 200,
  outboxBytesMax: Math.ceil(config.outboxBytesMax / partitionCount),
};
const topicConsumer = new TopicConsumer({
  consumer,
  log,
  clock: systemClock,
  logger,
  worker: ({ partition }) => ({
    ref: { ...place, partition, generation },
    pipeline: shared,
    clickhouse,
    limits,
    logger,
    onWait: (waiting, reason) => {
      own.onWait(waiting);
      logger.debug({ partition: waiting, reason }, 'partition: waits');
    },
  }),
  onLag: own.onLag,
  onStuck: own.onStuck,
  onCrash: (error) => lifecycle.fail('kafka', error),
});
const flusher = new Flusher({
  redis: redisFlush,
  clickhouse,
  fault,
  logger,
  partitions: () => topicConsumer.assigned,
  onFlushed: async (positions, rowCount) => {
    own.onFlushed(rowCount);
    // Only a hint, for lag dashboards: Vigie never reads it back, so a failure is no reason to stop.
    await consumer.commit(positions).catch((error: unknown) => logger.debug({ err: error }, 'kafka: offsets not committed'));
  },
  onFailed: own.onFlushFailed,
});

let health: HealthServer | undefined;
lifecycle.add('kafka', () => topicConsumer.start(), () => topicConsumer.stop());
lifecycle.add(
  'flush',
  () => flusher.start(),
  async (deadline) => {
    await flusher.stop();
    fault('drain');
    // What does not go out now stays in the outbox for the next start.
    await flusher.drain(deadline);
  },
);
lifecycle.add(
  'health',
  async () => {
    health = await serveHealth({
      port: config.httpPort,
      host: config.httpHost,
      metrics,
      livez: () => ({ ok: true }),
      readyz: async () => {
        if (topicConsumer.stuck.size > 0) return { ok: false, reason: [...topicConsumer.stuck.values()].join('; ') };
        if (systemClock() - topicConsumer.lastTickMs > 10_000) return { ok: false, reason: 'Kafka has not answered for 10 s' };
        await redis.ping();
        return { ok: true };
      },
    });
    logger.info({ port: health.port, topic, generation, partitionCount }, 'consumer: serving');
  },
  () => health?.close(),
);
const exitCode = await lifecycle.run();
redis.disconnect();
redisFlush.disconnect();
await Promise.allSettled([log.close(), clickhouse.close()]);
process.exit(exitCode);
