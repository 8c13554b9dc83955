import { kpiDefs } from '@vigie/kpis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HistoryEvent, type HistorySettings, toRecord } from './histories/history.ts';
import { askOracle, findPython } from './histories/oracle.ts';
import { randomHistory } from './histories/random-history.ts';
import { askLive, askSql } from './pipeline/ask-stores.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { useServers } from './servers/use-servers.ts';

const python = findPython();
const skipped = python.ok ? '' : ` (skipped: ${python.message})`;
const seed = Number(process.env['VIGIE_LIVE_SEED'] ?? 1) * 1_000_000;
const tenantCount = Number(process.env['VIGIE_LIVE_TENANTS'] ?? 24);
const chunkCount = 8;
const kpiDimensions = Object.fromEntries(kpiDefs.map(({ id, dimensions }) => [id, dimensions]));
const companies = Array.from({ length: tenantCount }, (_, index) => {
  const tenant = `t${index}`;
  const windowEdges = index % 2 === 0 ? 'minute' : 'day';
  return { tenant, history: randomHistory(seed + index, { eventCountMax: 60, askCount: 10, windowEdges, tenant, kpiDimensions }) };
});

/** Settings of the tenant whose only order is ahead of its append. */
const ahead: HistorySettings = { basis: 'purchases', lapse_after_days: 90, zone: 'UTC', currency: 'EUR' };

const suite = useServers();
let pipeline: Pipeline;

/** Years pass between the records: each keeps the append time of its history, a consumer is killed in between, and Redis is once set back in time. */
beforeAll(async () => {
  const settings = Object.fromEntries(companies.map(({ tenant, history }) => [tenant, history.settings]));
  pipeline = await startPipeline(suite, { settings: { ...settings, ahead }, timestamps: 'create_time' });
  const records = companies.flatMap(({ history }) => history.events.map(toRecord)).toSorted((a, b) => a.appendTimeMs - b.appendTimeMs);
  const chunkSize = Math.ceil(records.length / chunkCount);
  let file: RedisFile = new Map();
  for (let start = 0; start < records.length; start += chunkSize) {
    await pipeline.publish(records.slice(start, start + chunkSize));
    // What was sent to ClickHouse is dropped from memory once it is old enough: later copies have to be looked up there.
    await pipeline.untilApplied();
    if (start === chunkSize * 3) {
      await pipeline.consumer().kill();
      file = await dumpRedis();
      pipeline.startConsumer();
    }
    // Read again from there, old events are looked up and find themselves, which is no copy.
    if (start === chunkSize * 5) await setRedisBack(file);
  }
}, 240_000);
afterAll(() => pipeline?.close());

/** Every key with its content, as an older file of Redis would hold it. */
type RedisFile = ReadonlyMap<string, { content: Buffer; ttlMs: number }>;

async function dumpRedis(): Promise<RedisFile> {
  const { redis, place } = pipeline;
  const file = new Map<string, { content: Buffer; ttlMs: number }>();
  for (const key of await redis.keys(`${place.prefix}:*`)) {
    file.set(key, { content: await redis.dumpBuffer(key), ttlMs: Math.max(0, await redis.pttl(key)) });
  }
  return file;
}

async function setRedisBack(file: RedisFile): Promise<void> {
  const { redis, place } = pipeline;
  expect(file.size).toBeGreaterThan(0);
  await pipeline.consumer().kill();
  await redis.del(...(await redis.keys(`${place.prefix}:*`)));
  for (const [key, { content, ttlMs }] of file) await redis.restore(key, ttlMs, content);
  pipeline.startConsumer();
  await pipeline.untilApplied();
}

describe.skipIf(!python.ok)(`late, early and repeated events over years (seed ${seed})${skipped}`, () => {
  test('SQL = oracle, and live = oracle where panes are kept', async () => {
    const answers = await askOracle(companies.map(({ history }) => history));
    let liveCount = 0;
    for (const [index, { tenant, history }] of companies.entries()) {
      const sql = await askSql(pipeline, history, { tenant });
      const live = (await askLive(pipeline, history, tenant)).answers;
      for (const [at, ask] of history.asks.entries()) {
        const named = { history: history.name, ask };
        expect({ ...named, sql: sql[at] }).toEqual({ ...named, sql: answers[index]![at] });
        if (live[at] === null) continue;
        liveCount += 1;
        expect({ ...named, live: live[at] }).toEqual({ ...named, live: answers[index]![at] });
      }
    }
    // Void if hardly anything could be answered live.
    expect(liveCount).toBeGreaterThan(companies.length);
  });

  test('copies came more than a day after their originals, so that they had to be looked up', () => {
    const late = companies.flatMap(({ history: { events } }) => {
      const first = new Map<string, number>();
      return events.filter(({ source, id, append_time }) => {
        const appendMs = Date.parse(append_time);
        const originalMs = first.get(`${source}\n${id}`) ?? appendMs;
        first.set(`${source}\n${id}`, originalMs);
        return appendMs - originalMs > 25 * 3_600_000;
      });
    });
    expect(late.length).toBeGreaterThan(companies.length / 3);
  });
});

const startMs = Date.parse('2031-03-05T10:00:00.000Z');
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const asked = {
  name: 'ahead',
  settings: ahead,
  events: [],
  asks: [{ measure: 'orders', from: '2031-03-01T00:00:00Z', to: '2031-04-01T00:00:00Z' }],
};

type Told = Pick<HistoryEvent, 'type' | 'id' | 'time' | 'data'>;

/** One subject is one partition: every event pushes the memory of the others on. */
async function publishAt(afterMs: number, event: Told): Promise<void> {
  const append_time = new Date(startMs + afterMs).toISOString();
  await pipeline.publish([toRecord({ ...event, append_time, source: 'test', subject: 'c1', tenant: 'ahead' })]);
  await pipeline.untilApplied();
}

const orderAt = (id: string, afterMs: number): Told => {
  const data = { order_id: id, gross_minor: 100, currency: 'EUR' };
  return { type: 'order.placed', id, time: new Date(startMs + afterMs).toISOString(), data };
};
const leadAt = (id: string, afterMs: number): Promise<void> =>
  publishAt(afterMs, { type: 'lead.created', id, time: new Date(startMs + afterMs).toISOString(), data: { lead_id: id } });

test('a copy of an event that was ahead of its append is found, although its time is later than all that memory has dropped', async () => {
  const order = orderAt('o1', 15 * minuteMs);
  await publishAt(0, order);
  // The first of them is a day later, and with the second the day before is forgotten.
  await leadAt('l1', dayMs + 61 * minuteMs);
  await leadAt('l2', dayMs + 62 * minuteMs);
  await publishAt(dayMs + 63 * minuteMs, order);
  expect(await askSql(pipeline, asked, { tenant: 'ahead' })).toEqual([1]);
});

test('an old event that is read again is looked up, finds itself and counts', async () => {
  const file = await dumpRedis();
  await publishAt(dayMs + 64 * minuteMs, orderAt('o2', -dayMs));
  expect((await askLive(pipeline, asked, 'ahead')).answers).toEqual([2]);
  await setRedisBack(file);
  expect((await askLive(pipeline, asked, 'ahead')).answers).toEqual([2]);
  expect(await askSql(pipeline, asked, { tenant: 'ahead' })).toEqual([2]);
});
