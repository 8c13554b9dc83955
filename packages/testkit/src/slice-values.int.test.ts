import { clickhouseTime, query } from '@vigie/clickhouse';
import { encode } from '@vigie/events';
import { kpiById, type KpiDef, parseWindow } from '@vigie/kpis';
import { readLive } from '@vigie/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toSettings } from './core/run-core.ts';
import type { HistorySettings } from './histories/history.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import type { PlannedRecord } from './pipeline/publisher.ts';
import { useServers } from './servers/use-servers.ts';

const suite = useServers();
const settings: HistorySettings = { basis: 'purchases', lapse_after_days: 90, zone: 'Europe/Paris', currency: 'EUR' };
const growth = kpiById('customer_base_growth_rate')!;
const orderValue = kpiById('average_order_value')!;
/** Texts that mean something to somebody: Redis keys and patterns, SQL, JavaScript objects, our own escapes. */
const channels = [
  ...[
    'a',
    'A',
    '-',
    '=',
    'a:b',
    'a%3ab',
    'a%3Ab',
    '%',
    '%%',
    '{a}',
    '}{',
    '*',
    '?',
    '[a]',
    '|',
    'a|b',
    '0',
    '-1',
    'null',
    'total',
    'values',
  ],
  ...["'; DROP TABLE facts --", '"', '\\', '\\n', "\\'", '{by:String}', '__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...['é', 'e\u0301', 'ﬁ', '日本', '🦉', '👩‍👩‍👧', '\u202eab', ' ', ' a', 'a ', 'x'.repeat(200), '🦉'.repeat(200)],
];
let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await startPipeline(suite, { settings: { names: settings, many: settings }, timestamps: 'append_time' });
});
afterAll(() => pipeline?.close());

function orderOf(given: { tenant: string; channel: string; subject: string; id: string; grossMinor: number }): PlannedRecord {
  const { tenant, channel, subject, id, grossMinor } = given;
  const timeMs = Date.now() - 3_600_000;
  const data = { order_id: id, gross_minor: grossMinor, currency: 'EUR', channel };
  return {
    ...encode({ type: 'order.placed', subject, id, source: 'test', tenant, time: new Date(timeMs).toISOString(), data }),
    appendTimeMs: timeMs,
  };
}

async function readBoth(
  tenant: string,
  def: KpiDef,
): Promise<{ live: Map<string, string>; reason: string | null; sql: Map<string, string> }> {
  const window = parseWindow('24h', { nowMs: Date.now(), zone: settings.zone });
  const live = await readLive(pipeline.redis, pipeline.place, { def, tenant, settings: toSettings(settings), window, by: 'channel' });
  const rows = await query<{ slice: string; numerator: string }>(pipeline.analyst, {
    sql: `SELECT slice, numerator FROM ${pipeline.analyst.views}.${def.id}(tenant={tenant:String}, currency='EUR', by='channel',
            from={from:DateTime64(3,'UTC')}, to={to:DateTime64(3,'UTC')})`,
    params: { tenant, from: clickhouseTime(window.from), to: clickhouseTime(window.to) },
  });
  return {
    live: new Map(live.map(({ slice, numerator }) => [slice?.value ?? '', String(numerator)])),
    reason: live[0]?.reason ?? null,
    sql: new Map(rows.map(({ slice, numerator }) => [slice, numerator])),
  };
}

test('whatever a slice is called, it has its own numbers and nobody else has them', async () => {
  const expected = new Map(channels.map((channel, index) => [channel, String(1000 + index)]));
  const records = channels.flatMap((channel, index) => {
    // Subjects are as wild as the channels: the same text, in another customer's key.
    const subject = channels[(index + 7) % channels.length]!;
    return orderOf({ tenant: 'names', channel, subject, id: `o${index}`, grossMinor: 1000 + index });
  });
  await pipeline.publish(records);
  await pipeline.untilApplied();
  const sales = await readBoth('names', orderValue);
  expect(sales.live).toEqual(expected);
  expect(sales.sql).toEqual(expected);
  const customers = await readBoth('names', growth);
  const one = new Map(channels.map((channel) => [channel, '1']));
  expect(customers.live).toEqual(one);
  expect(customers.sql).toEqual(one);
});

test('a dimension with too many values says so live, while its total and SQL stay exact', async () => {
  const valueCount = 5_000;
  const records = Array.from({ length: valueCount }, (_, index) =>
    orderOf({ tenant: 'many', channel: `c${index}`, subject: `s${index % 500}`, id: `o${index}`, grossMinor: 100 }),
  );
  await pipeline.publish(records);
  await pipeline.untilApplied();
  const found = await readBoth('many', orderValue);
  expect(found.reason).toBe('too_many_values');
  expect(found.sql.size).toBe(valueCount);
  const window = parseWindow('24h', { nowMs: Date.now(), zone: settings.zone });
  const [total] = await readLive(pipeline.redis, pipeline.place, {
    def: orderValue,
    tenant: 'many',
    settings: toSettings(settings),
    window,
    by: null,
  });
  expect(total).toMatchObject({ value: '1.00', numerator: BigInt(valueCount * 100), denominator: BigInt(valueCount) });
});
