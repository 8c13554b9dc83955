import { readFileSync } from 'node:fs';
import { connectClickhouse } from '@vigie/clickhouse';
import { createKafka, partitionCountOf } from '@vigie/kafka';
import { definitionsHash, parseSettings } from '@vigie/kpis';
import { connectRedis, requireDurableRedis } from '@vigie/redis';
import { connectionConfig, createFaultPoints, createLogger, integerText, readConfig, serviceVariables, variable } from '@vigie/runtime';
import { z } from 'zod';
import { type App, limitsOf } from './app.ts';
import { rebuild } from './rebuild.ts';
import { serve } from './serve.ts';

/** `main.ts` serves; `main.ts rebuild` builds the next generation and ends. */
async function main(command: string | undefined): Promise<number> {
  const config = readConfig(
    z.object({
      ...connectionConfig.shape,
      ...serviceVariables,
      outboxBytesMax: variable('VIGIE_OUTBOX_BYTES_MAX', integerText.default(512 * 1024 * 1024), {
        expected: 'a number of bytes',
        example: '536870912',
      }),
    }),
    process.env,
  );
  const logger = createLogger({ name: command === 'rebuild' ? 'rebuild' : 'consumer', level: config.logLevel });
  const settings = parseSettings(config.settingsFile === undefined ? '' : readFileSync(config.settingsFile, 'utf8'));
  const kafka = createKafka({ connection: config.kafka, clientId: 'vigie-consumer', logger });
  const partitionCount = await partitionCountOf(kafka, config.kafka.topic);
  const redis = connectRedis(config.redis, { name: 'vigie-consumer', logger });
  const redisFlush = connectRedis(config.redis, { name: 'vigie-consumer-flush', logger });
  const clickhouse = connectClickhouse(config.clickhouse, { name: 'vigie-consumer' });
  const app: App = {
    ...{ kafka, redis, redisFlush, clickhouse, logger, settings, partitionCount },
    fault: createFaultPoints(process.env),
    place: { prefix: config.redis.prefix, topic: config.kafka.topic },
    group: config.kafka.group,
    definitions: { hash: definitionsHash(settings, process.versions.tz ?? 'unknown'), settings: settings.canonical },
    limits: limitsOf(partitionCount, config.outboxBytesMax),
    http: { port: config.httpPort, host: config.httpHost },
  };
  try {
    await requireDurableRedis(redis);
    return command === 'rebuild' ? await rebuild(app) : await serve(app);
  } finally {
    redis.disconnect();
    redisFlush.disconnect();
    await clickhouse.close();
  }
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  process.stderr.write(`consumer: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// kafkajs keeps timers after a failed connect; nothing is left to wait for here.
process.exit();
