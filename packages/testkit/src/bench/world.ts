import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clickhouse, connectClickhouse, migrate, query } from '@vigie/clickhouse';
import { createEventProducer, createKafka, ensureTopic, type EventProducer } from '@vigie/kafka';
import { startServers, type Servers } from '@vigie/local';
import { connectRedis, type RedisClient } from '@vigie/redis';
import { connectionConfig, createLogger, readConfig } from '@vigie/runtime';
import { eventually } from '../eventually.ts';

const consumerMain = fileURLToPath(new URL('../../../../services/consumer/src/main.ts', import.meta.url));
const partitionCount = 12;

/** Real servers of their own for one benchmark, and clients of them. */
export interface World {
  readonly servers: Servers;
  readonly dataDir: string;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly producer: EventProducer;
  readonly redis: RedisClient;
  readonly clickhouse: Clickhouse;
  readonly place: { readonly prefix: string; readonly topic: string };
  startConsumer(): ChildProcess;
  close(): Promise<void>;
}

export async function openWorld(report: (line: string) => void): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
  const servers = await startServers({ dataDir, env: {}, report });
  const config = readConfig(connectionConfig, servers.environment);
  const logger = createLogger({ name: 'bench', level: 'error' });
  const kafka = createKafka({ connection: config.kafka, clientId: 'vigie-bench', logger });
  const { topic } = config.kafka;
  await ensureTopic(kafka, { topic, partitionCount, replicationFactor: 1, retentionMs: 7 * 86_400_000 });
  const clickhouse = connectClickhouse(config.clickhouse, { name: 'vigie-bench' });
  await migrate(clickhouse, () => {});
  const redis = connectRedis(config.redis, { name: 'vigie-bench', logger });
  const producer = createEventProducer(kafka, { topic });
  await producer.connect();
  const env = { ...process.env, ...servers.environment, VIGIE_HTTP_PORT: '0', VIGIE_LOG_LEVEL: 'warn' };
  return {
    ...{ servers, dataDir, kafka, producer, redis, clickhouse },
    place: { prefix: config.redis.prefix, topic },
    startConsumer: () => spawn(process.execPath, [consumerMain], { env, stdio: ['ignore', 'ignore', 'inherit'] }),
    async close() {
      await producer.close();
      redis.disconnect();
      await clickhouse.close();
      await servers.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until every sink has everything: `applied` of all partitions adds up to the number of records. */
export async function untilApplied(world: World, recordCount: number, deadlineMs: number): Promise<void> {
  await eventually(
    async () => {
      const rows = await query<{ sum: string }>(world.clickhouse, {
        sql: `SELECT toString(sum(o)) AS sum FROM (SELECT max(to_offset) AS o FROM ${world.clickhouse.database}.applied GROUP BY partition)`,
      });
      const found = Number(rows[0]?.sum ?? 0);
      if (found !== recordCount) throw new Error(`expected ${recordCount} records applied, found ${found}`);
    },
    { deadlineMs, everyMs: 100 },
  );
}

/** Ends a consumer as its supervisor would. */
export async function stopConsumer(consumer: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => consumer.once('exit', resolve));
  consumer.kill('SIGTERM');
  await ended;
}
