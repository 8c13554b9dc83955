import { clickhouseTime, query, readApplied } from '@vigie/clickhouse';
import { endOfMinute, kpiById, parseSettings, rollingWindowEnding } from '@vigie/kpis';
import { readCursor, readLive, readMeta } from '@vigie/redis';
import { eventually } from '@vigie/testkit';
import { expect } from 'vitest';
import { baseMs, type World } from './world.ts';

const tenant = 'default';
const settings = parseSettings('').of(tenant);
const window = rollingWindowEnding('30d', endOfMinute(baseMs), 'UTC');
const recoveryDeadlineMs = 60_000;

/** Slices by name ('' for the total), each with its measures. */
type Numbers = Record<string, Record<string, number>>;

/** Where every partition stands in Redis: the next offset to apply, null where it has no cursor. */
export async function positionsOf(world: World): Promise<(number | null)[]> {
  const { prefix, topic } = world;
  const generation = (await readMeta(world.redis, world))?.generation ?? 1;
  const cursors = Array.from({ length: world.partitionCount }, async (_, partition) =>
    readCursor(world.redis, { prefix, topic, partition, generation }),
  );
  return (await Promise.all(cursors)).map((cursor) => cursor?.nextOffset ?? null);
}

/** Waits until every record is in the live numbers; hands back the moment. */
export async function untilApplied(world: World, deadlineMs = recoveryDeadlineMs): Promise<number> {
  const ends = (await world.log()).map(({ high }) => high);
  await eventually(async () => expect(await positionsOf(world), `positions; ${world.describeConsumers()}`).toEqual(ends), {
    deadlineMs,
    everyMs: 100,
  });
  return Date.now();
}

/** Waits until every row is in ClickHouse and none is left in the outbox. */
export async function untilFlushed(world: World, deadlineMs = recoveryDeadlineMs): Promise<void> {
  const ends = (await world.log()).map(({ high }) => high);
  const whole = { outbox: ends.map(() => 0), applied: ends };
  await eventually(async () => expect(await flushedOf(world), world.describeConsumers()).toEqual(whole), { deadlineMs, everyMs: 200 });
}

/** Whether every record's rows are in ClickHouse now. */
export async function isFlushed(world: World): Promise<boolean> {
  const [log, { outbox, applied }] = [await world.log(), await flushedOf(world)];
  return log.every(({ high }, partition) => applied[partition] === high && outbox[partition] === 0);
}

async function flushedOf(world: World): Promise<{ outbox: number[]; applied: (number | undefined)[] }> {
  const outbox = await outboxLengthsOf(world);
  const applied = await readApplied(world.clickhouse, {
    topic: world.topic,
    generation: (await readMeta(world.redis, world))?.generation ?? 1,
  });
  return { outbox, applied: outbox.map((_, partition) => applied.get(partition)) };
}

/** How many batches of each partition ClickHouse has not acknowledged. */
export async function outboxLengthsOf(world: World): Promise<number[]> {
  const generation = (await readMeta(world.redis, world))?.generation ?? 1;
  const keys = Array.from(
    { length: world.partitionCount },
    (_, partition) => `${world.prefix}:{${world.topic}:${partition}:${generation}}:outbox`,
  );
  return Promise.all(keys.map((key) => world.redis.xlen(key)));
}

/** Every live number of every KPI of the company, total and by channel, is the one that was made. */
export async function expectLiveExact(world: World): Promise<void> {
  for (const kpi of Object.keys(world.truth())) {
    for (const by of [null, 'channel'] as const) {
      const answers = await readLive(world.redis, world, { def: kpiById(kpi)!, tenant, settings, window, by });
      const found = Object.fromEntries(
        answers.map(({ slice, measures, reason }) => [slice?.value ?? '', { ...numbersOf(measures), ...unavailable(reason) }]),
      );
      expect(found, `live ${kpi} by ${by ?? 'nothing'}`).toEqual(truthOf(world, kpi, by));
    }
  }
}

const unavailable = (reason: string | null) => (reason === 'rebuilding' ? { reason } : {});

/** The same from the analyst's SQL views. */
async function expectSqlExact(world: World): Promise<void> {
  for (const [kpi, measures] of Object.entries(world.truth())) {
    for (const by of [null, 'channel'] as const) {
      const rows = await query<Record<string, string>>(world.analyst, {
        sql: `SELECT * FROM ${world.analyst.views}.${kpi}(tenant={tenant:String}, currency='EUR', by={by:String},
                from={from:DateTime64(3,'UTC')}, to={to:DateTime64(3,'UTC')})`,
        params: { tenant, by: by ?? 'total', from: clickhouseTime(window.from), to: clickhouseTime(window.to) },
      });
      const found = rows.map((row) => [
        by === null ? '' : row['slice'],
        Object.fromEntries(Object.keys(measures).map((id) => [id, Number(row[id])])),
      ]);
      expect(Object.fromEntries(found), `SQL ${kpi} by ${by ?? 'nothing'}`).toEqual(truthOf(world, kpi, by));
    }
  }
}

function truthOf(world: World, kpi: string, by: 'channel' | null): Numbers {
  if (by === null) return { '': world.truth()[kpi]! };
  const slices = world.company.channels.map((channel) => [channel, world.truth(channel)[kpi]!] as const);
  // A slice of nothing but zeros is not listed.
  return Object.fromEntries(slices.filter(([, measures]) => Object.values(measures).some((value) => value !== 0)));
}

const numbersOf = (measures: Readonly<Record<string, bigint>>) =>
  Object.fromEntries(Object.entries(measures).map(([id, value]) => [id, Number(value)]));

/** Each accepted event and each dead letter lies in ClickHouse once, and nothing else does. */
async function expectRowsExact(world: World): Promise<void> {
  const [row] = await query<Record<string, number | string>>(world.clickhouse, {
    sql: `SELECT (SELECT count() FROM {db:Identifier}.events FINAL) AS events, (SELECT uniqExact(source, id) FROM {db:Identifier}.events FINAL) AS ids,
            (SELECT count() FROM {db:Identifier}.dead_letters FINAL) AS dead_letters,
            (SELECT uniqExact(partition, offset) FROM (SELECT partition, offset FROM {db:Identifier}.events UNION ALL
              SELECT partition, offset FROM {db:Identifier}.dead_letters)) AS offsets`,
    params: { db: world.clickhouse.database },
  });
  const sum = (count: 'acceptedCount' | 'rejectedCount') => world.rounds.reduce((total, round) => total + round[count], 0);
  const [events, deadLetters] = [sum('acceptedCount'), sum('rejectedCount')];
  const found = Object.fromEntries(Object.entries(row!).map(([name, count]) => [name, Number(count)]));
  expect(found, 'rows').toEqual({ events, ids: events, dead_letters: deadLetters, offsets: events + deadLetters });
}

/** The facts of a world in one number: two worlds with the same rounds hold the same ones, wherever their batches were cut. */
export async function factsDigest(world: World): Promise<string> {
  const [row] = await query<{ digest: string }>(world.clickhouse, {
    sql: `SELECT concat(toString(count()), ':', toString(groupBitXor(cityHash64(generation, tenant, fact, currency, at, since, value, channel, campaign,
            segment, country, plan, product, entity, partition, offset, ordinal)))) AS digest FROM {db:Identifier}.facts FINAL`,
    params: { db: world.clickhouse.database },
  });
  return row!.digest;
}

/** All of it: nothing lost, nothing twice, nothing in doubt; live = SQL = truth. */
export async function expectExact(world: World): Promise<void> {
  await untilApplied(world);
  await untilFlushed(world);
  await expectRowsExact(world);
  await expectLiveExact(world);
  await expectSqlExact(world);
}
