import { clickhouseTime, query } from '@vigie/clickhouse';
import { encode, partitionOf } from '@vigie/events';
import { kpiById, parseWindow } from '@vigie/kpis';
import { readLive } from '@vigie/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toSettings } from './core/run-core.ts';
import type { HistorySettings } from './histories/history.ts';
import { partitionCount, type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import type { PlannedRecord } from './pipeline/publisher.ts';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
const settings: HistorySettings = { basis: 'purchases', lapse_after_days: 90, zone: 'UTC', currency: 'EUR' };
const largestAmount = 9_999_999_999_999;
const revenue = kpiById('revenue')!;
const orderValue = kpiById('average_order_value')!;
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline(suite, { settings: {}, timestamps: 'append_time' });
});
afterAll(() => pipeline?.close());

function orderOf(given: { tenant: string; subject: string; id: string; grossMinor: number; timeMs: number }): PlannedRecord {
  const { tenant, subject, id, grossMinor, timeMs } = given;
  const time = new Date(timeMs).toISOString();
  const data = { order_id: id, gross_minor: grossMinor, currency: 'EUR' };
  return { ...encode({ type: 'order.placed', subject, id, source: 'test', tenant, time, data }), appendTimeMs: timeMs };
}

/** The exact fraction of the last day, from Redis and from the analyst's view. */
async function readBoth(tenant: string, def: typeof revenue): Promise<{ live: string; sql: string }> {
  const window = parseWindow('24h', { nowMs: Date.now(), zone: 'UTC' });
  const [live] = await readLive(pipeline.redis, pipeline.place, { def, tenant, settings: toSettings(settings), window, by: null });
  const [row] = await query<{ numerator: string; denominator: string }>(pipeline.analyst, {
    sql: `SELECT numerator, denominator FROM ${pipeline.analyst.views}.${def.id}(tenant={tenant:String}, currency='EUR', by='total',
            from={from:DateTime64(3,'UTC')}, to={to:DateTime64(3,'UTC')})`,
    params: { tenant, from: clickhouseTime(window.from), to: clickhouseTime(window.to) },
  });
  return { live: `${live!.numerator}/${live!.denominator}`, sql: `${row!.numerator}/${row!.denominator}` };
}

test('sums past 2^53 stay exact, also where one batch alone is past it', async () => {
  const timeMs = Date.now() - 3_600_000;
  const orderCount = 3_001;
  // One customer: one partition, so that one batch holds more than a double can.
  const records = Array.from({ length: orderCount }, (_, index) =>
    orderOf({ tenant: 'large', subject: 'c1', id: `o${index}`, grossMinor: largestAmount - (index % 2), timeMs: timeMs + index }),
  );
  await pipeline.publish(records);
  await pipeline.untilApplied();
  const expected = BigInt(orderCount) * BigInt(largestAmount) - BigInt((orderCount - 1) / 2);
  expect(expected).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
  expect(await readBoth('large', revenue)).toEqual({ live: `${expected}/1`, sql: `${expected}/1` });
});

test('an event that would overflow a counter becomes a dead letter and leaves nothing half done; its neighbours count', async () => {
  const tenant = 'full';
  const timeMs = Date.now() - 3_600_000;
  const first = orderOf({ tenant, subject: 'c1', id: 'o0', grossMinor: 100, timeMs });
  await pipeline.publish([first]);
  await pipeline.untilApplied();
  await fillUp(tenant, partitionOf(first.key, partitionCount));
  await pipeline.publish([
    orderOf({ tenant, subject: 'c1', id: 'o1', grossMinor: 200, timeMs: timeMs + 1 }),
    orderOf({ tenant, subject: 'c1', id: 'o2', grossMinor: largestAmount, timeMs: timeMs + 2 }),
    orderOf({ tenant, subject: 'c1', id: 'o3', grossMinor: 400, timeMs: timeMs + 3 }),
  ]);
  await pipeline.untilApplied();
  const letters = await query<{ reason: string; id: string }>(pipeline.clickhouse, {
    sql: `SELECT reason, JSONExtractString(body, 'id') AS id FROM ${pipeline.clickhouse.database}.dead_letters FINAL WHERE startsWith(key, 'full:')`,
  });
  expect(letters).toEqual([{ reason: 'counter_overflow', id: 'o2' }]);
  // Neither the revenue nor the number of orders stands in the counters that were full.
  expect(await readBoth(tenant, orderValue)).toEqual({ live: '700/3', sql: '700/3' });
  expect((await readBoth(tenant, revenue)).sql).toBe('700/1');
});

/** Sets the counters of gross sales so high that small amounts still fit and the largest does not: 900,000 such orders would do the same. */
async function fillUp(tenant: string, partition: number): Promise<void> {
  const { redis, place } = pipeline;
  const cells = await redis.keys(`${place.prefix}:{${place.topic}:${partition}:1}:cells:${tenant}:gross_sales@EUR:-:*`);
  expect(cells.length).toBeGreaterThan(1);
  for (const cell of cells) {
    for (const field of await redis.hkeys(cell)) await redis.hincrby(cell, field, '9223372036854770000');
  }
}
