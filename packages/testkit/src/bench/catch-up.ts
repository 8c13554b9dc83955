import { benchEvent, seeded } from './company.ts';
import { serverPids, type Usage, usageOf } from './processes.ts';
import { stopConsumer, untilApplied, type World } from './world.ts';

export interface CatchUp {
  readonly eventCount: number;
  readonly produceMs: number;
  readonly raw: { readonly tookMs: number; readonly cpuMs: number };
  readonly vigie: { readonly tookMs: number; readonly usage: Readonly<Record<'consumer' | 'kafka' | 'redis' | 'clickhouse', Usage>> };
}

const recordsPerSend = 5_000;

/** Preloads the topic, reads it once with nothing but kafkajs, then lets a consumer catch up with all sinks on. */
export async function measureCatchUp(world: World, eventCount: number, report: (line: string) => void): Promise<CatchUp> {
  const produceMs = await preload(world, eventCount);
  report(`${eventCount} events produced in ${(produceMs / 1000).toFixed(1)} s`);
  const raw = await readRaw(world, eventCount);
  report(`raw kafkajs: ${Math.round(eventCount / (raw.tookMs / 1000))} events/s`);
  const pids = serverPids(world.dataDir);
  const before = { kafka: usageOf(pids.kafka), redis: usageOf(pids.redis), clickhouse: usageOf(pids.clickhouse) };
  const startedMs = performance.now();
  const consumer = world.startConsumer();
  await untilApplied(world, eventCount, 600_000);
  const tookMs = performance.now() - startedMs;
  const since = (after: Usage, start: Usage): Usage => ({ ...after, cpuMs: after.cpuMs - start.cpuMs });
  const usage = {
    consumer: usageOf(consumer.pid!),
    kafka: since(usageOf(pids.kafka), before.kafka),
    redis: since(usageOf(pids.redis), before.redis),
    clickhouse: since(usageOf(pids.clickhouse), before.clickhouse),
  };
  await stopConsumer(consumer);
  return { eventCount, produceMs, raw, vigie: { tookMs, usage } };
}

async function preload(world: World, eventCount: number): Promise<number> {
  const random = seeded(1);
  const startedMs = performance.now();
  const nowMs = Date.now();
  const spanMs = 30 * 86_400_000;
  for (let start = 0; start < eventCount; start += recordsPerSend) {
    const length = Math.min(recordsPerSend, eventCount - start);
    // The last 30 days, in order, as a backlog or an import would come.
    const timeMs = (index: number): number => nowMs - spanMs + Math.floor((spanMs * index) / eventCount);
    const records = Array.from({ length }, (_, index) => benchEvent(start + index, { timeMs: timeMs(start + index), run: 'load', random }));
    await world.producer.send(records);
  }
  return performance.now() - startedMs;
}

/** The floor: kafkajs fetching and decoding the same records, counting them and nothing else. */
async function readRaw(world: World, eventCount: number): Promise<CatchUp['raw']> {
  const consumer = world.kafka.consumer({ groupId: 'vigie-bench-raw', maxBytesPerPartition: 4 * 1024 * 1024, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: world.place.topic, fromBeginning: true });
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  let count = 0;
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: async ({ batch }) => {
          count += batch.messages.length;
          if (count >= eventCount) resolve();
        },
      })
      .catch(reject);
  });
  const tookMs = performance.now() - startedMs;
  const used = process.cpuUsage(cpu);
  await consumer.disconnect();
  return { tookMs, cpuMs: (used.user + used.system) / 1000 };
}
