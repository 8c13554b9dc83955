import { migrate as migrateClickhouse } from '@vigie/clickhouse';
import { ensureTopic } from '@vigie/kafka';
import type { Context } from '../context.ts';

/** More than consumers, so that they can grow; changing it later is a rebuild. */
const partitionCount = 12;
const retentionMs = 7 * 24 * 3_600_000;

export interface MigrateOptions {
  readonly replicationFactor: number;
  readonly report: (line: string) => void;
}

/** Makes what Vigie stores things in: the topic, and ClickHouse's tables and views. Safe to run at every start. */
export async function migrate(context: Context, { replicationFactor, report }: MigrateOptions): Promise<void> {
  const { topic } = context.config.kafka;
  const found = await ensureTopic(context.kafka(), { topic, partitionCount, replicationFactor, retentionMs });
  report(`kafka: topic ${topic} ${found === 'created' ? `created with ${partitionCount} partitions` : 'is as it should be'}`);
  await migrateClickhouse(context.clickhouse(), report);
}
