/** The servers go away, forget, or go back in time while a monitor runs. One after the other: they are this file's own servers. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectClickhouse, migrate, query, type Clickhouse } from '@vigie/clickhouse';
import { connectRedis, createAlertStore, type RedisClient } from '@vigie/redis';
import { clickhouseConfig, createLogger, readConfig, redisConfig } from '@vigie/runtime';
import { eventually, startOwnServers, type OwnServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { expectedKinds, Stage } from './stage.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
let own: OwnServers;
let redis: RedisClient;
let clickhouse: Clickhouse;
let stage: Stage;
let prefix = '';
let stageCount = 0;

beforeAll(async () => {
  own = await startOwnServers();
  const config = readConfig(z.object({ redis: redisConfig, clickhouse: clickhouseConfig }), own.environment);
  redis = connectRedis(config.redis, { name: 'test', logger });
  clickhouse = connectClickhouse(config.clickhouse, { name: 'test' });
  await migrate(clickhouse, () => {});
}, 120_000);
afterAll(async () => {
  redis.disconnect();
  await clickhouse.close();
  await own.dispose();
});
beforeEach(async () => {
  stageCount += 1;
  prefix = `${own.redisPrefix}-outage-${stageCount}`;
  stage = await Stage.open({ environment: own.environment, prefix, store: createAlertStore(redis, prefix) });
  await stage.seed();
});
afterEach(() => stage.close());

/** Plays so many windows. */
async function play(count: number): Promise<void> {
  for (let released = 0; released < count; released++) {
    stage.release();
    await stage.untilTold();
  }
}

/** Waits until ClickHouse has all that was written of alerts. */
async function untilJournalled(): Promise<void> {
  await eventually(async () => expect(await stage.store.readJournal(1)).toEqual([]), { deadlineMs: 20_000 });
}

describe('Redis', () => {
  test.each([3, 5, 7])(
    'emptied after %i windows: state and history come back from ClickHouse, and nothing is told twice',
    async (count) => {
      const monitor = stage.start();
      await play(count);
      await untilJournalled();
      const before = { history: await stage.store.history(100), state: await stage.store.load({ tenant: 'default', uid: 'churn' }) };
      const toldCount = stage.receiver.receipts.length;
      await redis.flushall();
      await eventually(async () => expect(await stage.store.epoch()).not.toBeNull(), { deadlineMs: 20_000 });
      const after = await stage.store.load({ tenant: 'default', uid: 'churn' });
      expect(after.instances).toEqual(before.state.instances);
      expect(await stage.store.history(100)).toEqual(before.history);
      expect(stage.receiver.receipts).toHaveLength(toldCount);
      await stage.playOut();
      await stage.stopCleanly(monitor);
      await stage.expectHonest();
      expect(stage.receiver.receipts).toHaveLength(expectedKinds.length);
    },
  );

  test('emptied while no monitor runs: the next one restores before it judges', async () => {
    const first = stage.start();
    await play(4);
    await untilJournalled();
    await stage.stopCleanly(first);
    await redis.flushall();
    const next = stage.start();
    await stage.playOut();
    await stage.stopCleanly(next);
    await stage.expectHonest();
    expect(stage.receiver.receipts).toHaveLength(expectedKinds.length);
  });

  test('set back to an older file: what it forgot is put back, and nothing is told twice', async () => {
    const monitor = stage.start();
    await play(2);
    const files = own.servers.redis.dataDir!;
    const older = join(files, '..', 'redis-older');
    await own.servers.redis.stop();
    await cp(files, older, { recursive: true });
    await own.servers.redis.restart();
    await play(3);
    await untilJournalled();
    await own.servers.redis.stop();
    await rm(files, { recursive: true });
    await cp(older, files, { recursive: true });
    await rm(older, { recursive: true });
    await own.servers.redis.restart();
    await stage.playOut();
    await stage.stopCleanly(monitor);
    await stage.expectHonest();
    const receipts = [...Map.groupBy(stage.receiver.receipts, ({ id }) => id).values()];
    expect(receipts).toHaveLength(expectedKinds.length);
  });

  test('killed in mid-tick and back: nothing is lost, nothing told twice but with the same id', async () => {
    const monitor = stage.start();
    await play(1);
    for (const _ of [1, 2, 3]) {
      stage.release();
      await own.servers.redis.kill();
      await own.servers.redis.restart();
      await stage.untilTold();
    }
    await stage.playOut();
    await stage.stopCleanly(monitor);
    await stage.expectHonest();
  });
});

describe('ClickHouse', () => {
  test('away: alerts go on, also through a restart of the monitor, and the record is made up for when it is back', async () => {
    const first = stage.start();
    await play(2);
    await untilJournalled();
    await own.servers.clickhouse.kill();
    await play(2);
    await stage.stopCleanly(first);
    const next = stage.start();
    await stage.playOut();
    expect(await stage.store.readJournal(1), 'void: ClickHouse was not missed').not.toEqual([]);
    await own.servers.clickhouse.restart();
    await untilJournalled();
    await stage.stopCleanly(next);
    await stage.expectHonest();
    const rows = await query<{ id: string }>(clickhouse, { sql: `SELECT id FROM ${clickhouse.views}.alert_transitions` });
    const stored = new Set(rows.map(({ id }) => id));
    for (const { transition } of await stage.store.history(100)) expect(stored).toContain(transition.id);
  });
});
