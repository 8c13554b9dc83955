/** One partition on real Redis and ClickHouse, with Kafka's part as plain data: batches and what its log still has (tests only). */
import { connectClickhouse, migrate } from '@vigie/clickhouse';
import type { LogRange, RecordBatch } from '@vigie/kafka';
import { kpiById, parseSettings, parseWindow } from '@vigie/kpis';
import { connectRedis, type PartitionRef, readLive, writeMeta } from '@vigie/redis';
import { clickhouseConfig, createLogger, type FaultPoint, readConfig, redisConfig } from '@vigie/runtime';
import type { SuiteServers } from '@vigie/testkit';
import { Flusher } from './flush-outbox.ts';
import { PartitionWorker } from './partition-worker.ts';

const silent = createLogger({ name: 'test', level: 'silent' });
const settings = parseSettings('');
const limits = { idCountMax: 10_000, timelineCountMax: 100, sliceValueCountMax: 100, outboxBytesMax: 10_000_000 };
const control = { heartbeat: async () => {}, isLive: () => true };
const baseMs = Date.now() - 3_600_000;

/** Orders of `[from, to)`: one record, one customer and one order per offset. */
export function orders(from: number, to: number): RecordBatch {
  const records = Array.from({ length: to - from }, (_, index) => {
    const offset = from + index;
    const timestampMs = baseMs + offset;
    const envelope = {
      ...{ specversion: '1.0', id: `o${offset}`, source: 'test', type: 'order.placed', subject: `c${offset}` },
      ...{ time: new Date(timestampMs).toISOString(), data: { order_id: `o${offset}`, gross_minor: 100, currency: 'EUR' } },
    };
    return { offset, timestampMs, key: Buffer.from(`default:c${offset}`), value: Buffer.from(JSON.stringify(envelope)) };
  });
  return { partition: 0, records, firstOffset: from, nextOffset: to, fetchedOffset: from };
}

/** A worker with what it asked of Kafka and what it said. */
export interface TestWorker {
  readonly worker: PartitionWorker;
  readonly seeks: number[];
  readonly stuck: Error[];
  readonly work: (batch: RecordBatch) => Promise<void>;
}

export async function openPartition(suite: SuiteServers) {
  const redis = connectRedis(readConfig(redisConfig, suite.environment), { name: 'test', logger: silent });
  const clickhouse = connectClickhouse(readConfig(clickhouseConfig, suite.environment), { name: 'test' });
  await migrate(clickhouse, () => {});
  const place = { prefix: suite.redisPrefix, topic: suite.topic };
  const refOf = (generation = 1): PartitionRef => ({ ...place, partition: 0, generation });
  const pipeline = { redis, settings, definitionsHash: 'hash', partitionCount: 1, fault: () => {}, onApplied: () => {} };
  const flusher = (fault: FaultPoint = () => {}): Flusher =>
    new Flusher({
      ...{ redis, clickhouse, fault, logger: silent, clock: Date.now, partitions: () => [refOf()] },
      ...{ onFlushed: () => {}, onFailed: () => {} },
    });
  return {
    ...{ redis, clickhouse, place, refOf },
    /** A consumer's worker for the partition, whose log is what `log` says now. */
    worker(log: () => LogRange, generation = 1): TestWorker {
      const seeks: number[] = [];
      const stuck: Error[] = [];
      const worker = new PartitionWorker({
        ...{ ref: refOf(generation), pipeline, clickhouse, limits, logger: silent },
        readLog: async () => log(),
        seek: (offset) => seeks.push(offset),
        pause: () => {},
        unpause: () => {},
        onStuck: (_, error) => stuck.push(error),
        onWait: () => {},
      });
      return { worker, seeks, stuck, work: (batch) => worker.work(batch, control) };
    },
    /** Sends the whole outbox; `fault` is told each point on the way. */
    flush: (fault?: FaultPoint) => flusher(fault).drain(new AbortController().signal),
    async forget(): Promise<void> {
      const keys = await redis.keys(`${place.prefix}:*`);
      if (keys.length > 0) await redis.del(...keys);
    },
    /** The orders that readers of Redis see; null while they are told that it is being rebuilt. */
    async liveOrders(generation = 1): Promise<number | null> {
      await writeMeta(redis, place, { generation, partitionCount: 1, definitionsHash: 'hash' });
      const window = parseWindow('24h', { nowMs: Date.now(), zone: 'UTC' });
      const def = kpiById('average_order_value')!;
      const [answer] = await readLive(redis, place, { def, tenant: 'default', settings: settings.of('default'), window, by: null });
      return answer?.reason === 'rebuilding' ? null : Number(answer?.measures['orders']);
    },
    async close(): Promise<void> {
      redis.disconnect();
      await clickhouse.close();
    },
  };
}

export type TestPartition = Awaited<ReturnType<typeof openPartition>>;
