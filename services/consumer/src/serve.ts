import { createRecordConsumer, watchLog } from '@vigie/kafka';
import { readMeta, writeMeta } from '@vigie/redis';
import { createLifecycle, createMetrics, type HealthServer, serveHealth, systemClock } from '@vigie/runtime';
import type { App } from './app.ts';
import { chooseGeneration, GenerationMismatchError } from './choose-generation.ts';
import { TopicConsumer } from './consume-topic.ts';
import { Flusher } from './flush-outbox.ts';
import { createConsumerMetrics } from './metrics.ts';

/** Runs the consumer until it is asked to stop; drains with a deadline. Resolves to the exit code. */
export async function serve(app: App): Promise<number> {
  const { redis, clickhouse, logger, fault, place, definitions, partitionCount } = app;
  const generation = await chooseGeneration({ clickhouse, redis, place, definitions });
  const meta = { generation, partitionCount, definitionsHash: definitions.hash };
  await writeMeta(redis, place, meta);
  const metrics = createMetrics({ processMetrics: true });
  const own = createConsumerMetrics(metrics);
  const consumer = createRecordConsumer(app.kafka, { topic: place.topic, group: app.group, concurrency: 4 });
  const log = await watchLog(app.kafka, place.topic);
  const lifecycle = createLifecycle({ logger, drainDeadlineMs: 20_000 });
  const pipeline = { redis, settings: app.settings, definitionsHash: definitions.hash, partitionCount, fault, onApplied: own.onApplied };
  const topicConsumer = new TopicConsumer({
    consumer,
    log,
    clock: systemClock,
    logger,
    worker: ({ partition }) => ({
      ref: { ...place, partition, generation },
      pipeline,
      clickhouse,
      limits: app.limits,
      logger,
      onWait: (waiting, reason) => {
        own.onWait(waiting);
        logger.debug({ partition: waiting, reason }, 'partition: waits');
      },
    }),
    onTick: async () => {
      const found = await readMeta(redis, place);
      // A Redis that was emptied or set back has forgotten what readers start from; one that is ahead means that a rebuild has switched.
      if (found === null || found.generation < generation) await writeMeta(redis, place, meta);
      else if (found.generation > generation)
        lifecycle.fail('generation', new GenerationMismatchError(switched(generation, found.generation)));
    },
    onLag: own.onLag,
    onStuck: own.onStuck,
    onCrash: (error) => lifecycle.fail('kafka', error),
  });
  const flusher = new Flusher({
    ...{ redis: app.redisFlush, clickhouse, fault, logger, clock: systemClock },
    partitions: () => topicConsumer.assigned,
    onFlushed: async (positions, rowCount) => {
      own.onFlushed(rowCount);
      // Only a hint, for lag dashboards: Vigie never reads it back, so a failure is no reason to stop.
      await consumer.commit(positions).catch((error: unknown) => logger.debug({ err: error }, 'kafka: offsets not committed'));
    },
    onFailed: own.onFlushFailed,
  });
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
    'kafka',
    () => topicConsumer.start(),
    () => topicConsumer.stop(),
  );
  addHealth(app, { lifecycle, metrics, topicConsumer, generation });
  const exitCode = await lifecycle.run();
  await log.close().catch(() => {});
  return exitCode;
}

const switched = (own: number, found: number): string =>
  `expected generation ${own} to serve, found that ${found} does: a rebuild switched meanwhile; start the consumer again`;

interface Health {
  readonly lifecycle: ReturnType<typeof createLifecycle>;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly topicConsumer: TopicConsumer;
  readonly generation: number;
}

/** Kafka answers several times a second; this long without a word is an outage. */
const kafkaSilenceMsMax = 10_000;

function addHealth(app: App, { lifecycle, metrics, topicConsumer, generation }: Health): void {
  let server: HealthServer | undefined;
  const start = async (): Promise<void> => {
    server = await serveHealth({
      ...app.http,
      metrics,
      livez: () => ({ ok: true }),
      readyz: async () => {
        if (topicConsumer.stuck.size > 0) return { ok: false, reason: [...topicConsumer.stuck.values()].join('; ') };
        const silentMs = systemClock() - topicConsumer.lastTickMs;
        if (silentMs > kafkaSilenceMsMax)
          return { ok: false, reason: `expected an answer of Kafka within ${kafkaSilenceMsMax / 1000} s, found none` };
        await app.redis.ping();
        return { ok: true };
      },
    });
    const { topic } = app.place;
    app.logger.info({ port: server.port, topic, generation, partitionCount: app.partitionCount }, 'consumer: serving');
  };
  lifecycle.add('health', start, () => server?.close());
}
