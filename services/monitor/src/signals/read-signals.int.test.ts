import { randomUUID } from 'node:crypto';
import { evaluateWindow, parseRules, planLane, renderMessage, type Reading } from '@vigie/alerting';
import { clickhouseTime, connectClickhouse, migrate, type Clickhouse } from '@vigie/clickhouse';
import { kpiDefs } from '@vigie/kpis';
import { connectRedis, createAlertStore, writeMeta, type RedisClient } from '@vigie/redis';
import { clickhouseConfig, createLogger, readConfig, redisConfig } from '@vigie/runtime';
import { useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createSignalReader } from './read-signals.ts';
import { createSourceHealth } from './source-health.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const nowMs = Date.UTC(2026, 10, 24, 12);
const hourMs = 3_600_000;
const clock = () => nowMs;
const place = { prefix: suite.redisPrefix, topic: suite.topic };
let redis: RedisClient;
let clickhouse: Clickhouse;

beforeAll(async () => {
  const config = readConfig(z.object({ redis: redisConfig, clickhouse: clickhouseConfig }), suite.environment);
  redis = connectRedis(config.redis, { name: 'test', logger });
  clickhouse = connectClickhouse(config.clickhouse, { name: 'test' });
  await migrate(clickhouse, () => {});
});
afterAll(async () => {
  redis.disconnect();
  await clickhouse.close();
});

const health = createSourceHealth(clock);
async function read(signal: Parameters<ReturnType<typeof createSignalReader>>[0]['signal']): Promise<readonly Reading[]> {
  const alerts = createAlertStore(redis, suite.redisPrefix);
  const readSignal = createSignalReader({ redis, place, store: alerts, clickhouse, health, clock });
  return readSignal({ tenant: 'default', signal, windowEndMs: nowMs, everyMs: 60_000 });
}
const shown = (readings: readonly Reading[]) => readings.map(({ value, slice }) => (slice === null ? value : `${slice.value}: ${value}`));

/** Cursors as a consumer leaves them: seconds behind the clock, by partition. */
async function stand(...secondsBehind: number[]): Promise<void> {
  await writeMeta(redis, place, { generation: 1, partitionCount: secondsBehind.length, definitionsHash: 'any' });
  for (const [partition, seconds] of secondsBehind.entries()) {
    await redis.hset(`${place.prefix}:{${place.topic}:${partition}:1}:cursor`, {
      ...{ next_offset: '7', generation: '1', definitions: 'any', append_time_ms: '0', max_day: '0' },
      ...{ ids_dropped_offset: '-1', ids_dropped_append_ms: '0', outbox_bytes: '0' },
      complete_through_ms: String(nowMs - seconds * 1000),
    });
  }
}

async function store(table: 'events' | 'dead_letters', rows: readonly { atMs: number; type?: string }[]): Promise<void> {
  const values = rows.map(({ atMs, type }, offset) => ({
    ...(table === 'events'
      ? { tenant: 'default', source: 's', id: randomUUID(), type, subject: 'x', time: clickhouseTime(atMs) }
      : { reason: 'bad_json' }),
    ...{
      append_time: clickhouseTime(atMs),
      topic: suite.topic,
      partition: table === 'events' ? 1 : 2,
      offset: `${Date.now()}${String(offset).padStart(5, '0')}`,
      body: '',
    },
  }));
  await clickhouse.client.insert({ table: `${clickhouse.database}.${table}`, format: 'JSONEachRow', values });
}

test('without a consumer there is no lag to speak of; with one, the worst partition says how late everything is', async () => {
  expect(await read('completeness_lag')).toEqual([]);
  await stand(1, 95, 2);
  expect(shown(await read('completeness_lag'))).toEqual(['95']);
});

test('a partition is stuck by how far it is behind the best one: when all are late, none of them is', async () => {
  await stand(1, 95, 2);
  expect(shown(await read('stuck_partition'))).toEqual(['0: 0', '1: 94', '2: 1']);
  await stand(300, 300, 300);
  expect(shown(await read('stuck_partition'))).toEqual(['0: 0', '1: 0', '2: 0']);
});

test('the share of dead letters is that of the last quarter of an hour: 3 of 12 are 25 %', async () => {
  const recent = nowMs - 60_000;
  await store(
    'events',
    Array.from({ length: 9 }, () => ({ atMs: recent, type: 'visit.recorded' })),
  );
  await store('dead_letters', [...Array.from({ length: 3 }, () => ({ atMs: recent })), { atMs: nowMs - hourMs }]);
  const [reading] = await read('dead_letter_share');
  expect(reading).toMatchObject({ value: '25.00', unit: 'percent', measures: { dead_letters: 3n, records: 12n } });
});

test('an event type is silent by what its own rhythm would have brought: 12 an hour for a day, nothing for the last two hours, are 24', async () => {
  await stand(0, 0, 0);
  const lastMs = nowMs - 2 * hourMs;
  const day = Array.from({ length: 24 * 12 + 1 }, (_, index) => ({ atMs: lastMs - index * 300_000, type: 'order.placed' }));
  await store('events', day);
  const orders = (await read('silent_event_type')).find(({ slice }) => slice?.value === 'order.placed');
  expect(Number(orders?.value)).toBeCloseTo(24, 1);
  expect(orders?.measures).toEqual({ seconds_silent: 7200n });
  // A pipeline that is as late as the silence is long knows nothing of a silence.
  await stand(7200, 0, 0);
  expect((await read('silent_event_type')).find(({ slice }) => slice?.value === 'order.placed')?.value).toBe('0.0');
});

test.each(['completeness_lag', 'stuck_partition', 'silent_event_type', 'source_error', 'dead_letter_share'] as const)(
  '%s is judged and told like a KPI: with its value, its limit and its slice',
  async (signal) => {
    await stand(1, 95, 2);
    await store('events', [{ atMs: nowMs - hourMs, type: 'order.placed' }]);
    const readings = await read(signal);
    const parsed = parseRules(
      `version: 1\nrules: [{ uid: own, name: Our own alarm, signal: ${signal}, severity: { critical: { at_or_above: 0 } } }]\n`,
      kpiDefs,
    );
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const { route, channels, rules } = parsed.ruleSet;
    const before = { instances: [], evaluatedToMs: null, baselines: null, health: { state: 'HEALTHY' }, backfilled: false } as const;
    const { records } = evaluateWindow({ rule: rules[0]!, windowEndMs: nowMs, readings, ...before });
    expect(records).toHaveLength(readings.length);
    const lane = { id: 'lane', channel: 'log', route: route.id, group: {} };
    const arrivals = records.map((record) => ({ lane, record, storedMs: nowMs }));
    const nothing = { silences: [], acknowledgements: new Map(), muteTimings: [], inhibitions: [], firing: [], resendMs: null } as const;
    const { messages } = planLane({ lane, state: null, arrivals }, { ...nothing, nowMs: nowMs + 60_000, route, routeTo: () => route });
    const [told] = messages.flatMap((message) => renderMessage(message, channels[0]!));
    expect(told?.text).toContain('Our own alarm');
    expect(told?.text).toContain('2026-11-24T12:00:00Z');
  },
);

test('a source fails for as long as no read of it went well, and is told once for all rules', async () => {
  expect(shown(await read('source_error'))).toEqual(['redis: 0', 'clickhouse: 0']);
  let atMs = nowMs - 42_000;
  const own = createSourceHealth(() => atMs);
  await expect(own.watch('clickhouse', () => Promise.reject(new Error('no connection')))).rejects.toThrow('no connection');
  atMs = nowMs;
  await expect(own.watch('clickhouse', () => Promise.reject(new Error('still none')))).rejects.toThrow('still none');
  expect(own.failingSince('clickhouse')).toMatchObject({ sinceMs: nowMs - 42_000, reason: 'still none' });
  // Left alone for a while after a failure, and asked again then.
  atMs += 60_000;
  await own.watch('clickhouse', () => Promise.resolve(1));
  expect(own.failingSince('clickhouse')).toBeNull();
});
