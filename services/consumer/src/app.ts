import type { Clickhouse } from '@vigie/clickhouse';
import type { createKafka } from '@vigie/kafka';
import type { SettingsBook } from '@vigie/kpis';
import type { RedisClient } from '@vigie/redis';
import type { FaultPoint, Logger } from '@vigie/runtime';
import type { Definitions } from './choose-generation.ts';
import type { WorkerOptions } from './partition-worker.ts';

/** What main.ts has opened and read, for serving and for rebuilding alike. */
export interface App {
  readonly kafka: ReturnType<typeof createKafka>;
  readonly redis: RedisClient;
  /** The flusher's own connection: big replies of the outbox must not delay an apply. */
  readonly redisFlush: RedisClient;
  readonly clickhouse: Clickhouse;
  readonly logger: Logger;
  readonly fault: FaultPoint;
  readonly settings: SettingsBook;
  readonly definitions: Definitions;
  readonly place: { readonly prefix: string; readonly topic: string };
  readonly group: string;
  readonly partitionCount: number;
  readonly limits: WorkerOptions['limits'];
  readonly http: { readonly port: number; readonly host: string };
}

/** What one process keeps in memory, shared out over the partitions that it may come to own. */
export function limitsOf(partitionCount: number, outboxBytesMax: number): WorkerOptions['limits'] {
  return {
    idCountMax: Math.ceil(6_000_000 / partitionCount),
    timelineCountMax: Math.ceil(100_000 / partitionCount),
    sliceValueCountMax: 200,
    outboxBytesMax: Math.ceil(outboxBytesMax / partitionCount),
  };
}
