import type { Metrics } from '@vigie/runtime';
import type { Draft } from './derive-facts.ts';
import type { PartitionMemory } from './partition-memory.ts';

const partition = { valueCountMax: 256 };

/** What the consumer tells Prometheus. */
export function createConsumerMetrics(metrics: Metrics) {
  const outcomes = ['accepted', 'duplicate', 'rejected'] as const;
  const records = metrics.counter({
    name: 'vigie_records_total',
    help: 'Records applied, by what became of them.',
    labels: { outcome: outcomes },
  });
  const position = metrics.gauge({ name: 'vigie_position', help: 'Next offset to apply.', labels: { partition } });
  const complete = metrics.gauge({
    name: 'vigie_complete_through_seconds',
    help: 'Every event accepted up to this moment is in the numbers (Unix time).',
    labels: { partition },
  });
  const outbox = metrics.gauge({ name: 'vigie_outbox_bytes', help: 'Rows that ClickHouse has not acknowledged.', labels: { partition } });
  const lag = metrics.gauge({ name: 'vigie_lag_records', help: 'Records in Kafka that are not applied yet.', labels: { partition } });
  const stuck = metrics.counter({
    name: 'vigie_data_gaps_total',
    help: 'Partitions stopped because a stretch of them is nowhere.',
    labels: { partition },
  });
  const waits = metrics.counter({
    name: 'vigie_waits_total',
    help: 'Times that a partition waited for ClickHouse.',
    labels: { partition },
  });
  const flushed = metrics.counter({ name: 'vigie_flushed_rows_total', help: 'Rows that ClickHouse has acknowledged.', labels: {} });
  const flushFailures = metrics.counter({ name: 'vigie_flush_failures_total', help: 'Flushes that ClickHouse did not take.', labels: {} });
  return {
    onApplied: (draft: Draft, memory: PartitionMemory): void => {
      for (const outcome of outcomes) records.add({ outcome }, draft.counts[outcome]);
      const own = { partition: String(memory.ref.partition) };
      position.set(own, memory.cursor!.nextOffset);
      complete.set(own, memory.cursor!.completeThroughMs / 1000);
      outbox.set(own, memory.cursor!.outboxBytes);
    },
    onLag: (number: number, count: number) => lag.set({ partition: String(number) }, count),
    onStuck: (number: number) => stuck.add({ partition: String(number) }),
    onWait: (number: number) => waits.add({ partition: String(number) }),
    onFlushed: (rowCount: number) => flushed.add({}, rowCount),
    onFlushFailed: () => flushFailures.add({}),
  };
}
