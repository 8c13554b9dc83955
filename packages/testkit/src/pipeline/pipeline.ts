import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clickhouse, connectClickhouse, migrate, readApplied } from '@vigie/clickhouse';
import { createKafka, ensureTopic, type LogWatcher, watchLog } from '@vigie/kafka';
import { kpiById, type TenantSettings } from '@vigie/kpis';
import { connectRedis, readLiveTogether, type RedisClient } from '@vigie/redis';
import { clickhouseConfig, createLogger, readConfig, redisConfig } from '@vigie/runtime';
import { eventually } from '../eventually.ts';
import type { HistorySettings } from '../histories/history.ts';
import type { SuiteServers } from '../servers/suite-servers.ts';
import { type ConsumerProcess, startConsumer } from './consumer-process.ts';
import { makeCreateTimeTopic, openPublisher, type Place, type PlannedRecord } from './publisher.ts';

export const partitionCount = 12;
const appliedDeadlineMs = 90_000;

export interface PipelineOptions {
  /** Settings by tenant; a tenant that is not named has the default ones. */
  readonly settings: Readonly<Record<string, HistorySettings>>;
  /** `append_time`: as in production. `create_time`: records keep the append time that they are published with. */
  readonly timestamps: 'append_time' | 'create_time';
  /** Further variables of the consumer. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The whole way of an event on real servers: a topic, a consumer process, Redis, ClickHouse, and clients to read them with. */
export interface Pipeline {
  readonly suite: SuiteServers;
  readonly redis: RedisClient;
  readonly clickhouse: Clickhouse;
  /** As the read-only analyst. */
  readonly analyst: Clickhouse;
  readonly place: { readonly prefix: string; readonly topic: string };
  /** The consumer that runs now. */
  consumer(): ConsumerProcess;
  /** Starts another one under the same names; the old one goes on unless it was ended. */
  startConsumer(extra?: Readonly<Record<string, string>>): ConsumerProcess;
  publish(records: readonly PlannedRecord[]): Promise<Place[]>;
  /** Waits until everything published is in Redis and in ClickHouse. */
  untilApplied(): Promise<void>;
  /** Waits until ClickHouse holds everything below the given offsets. */
  untilStored(positions: ReadonlyMap<number, number>): Promise<void>;
  close(): Promise<void>;
}

const silent = createLogger({ name: 'testkit', level: 'silent' });

/** Migrates, starts one consumer and hands out everything a test asks; the suite's names are used, so one pipeline per suite. */
export async function startPipeline(suite: SuiteServers, options: PipelineOptions): Promise<Pipeline> {
  const { redis: redisOptions, clickhouse: clickhouseOptions } = {
    redis: readConfig(redisConfig, suite.environment),
    clickhouse: readConfig(clickhouseConfig, suite.environment),
  };
  const folder = mkdtempSync(join(tmpdir(), 'vigie-pipeline-'));
  const settingsFile = join(folder, 'settings.yaml');
  // JSON is YAML.
  writeFileSync(settingsFile, JSON.stringify({ version: 1, tenants: options.settings }));
  const kafka = createKafka({ connection: { brokers: suite.brokers }, clientId: 'testkit', logger: silent });
  const { topic } = suite;
  if (options.timestamps === 'create_time') await makeCreateTimeTopic(kafka, topic, partitionCount);
  else await ensureTopic(kafka, { topic, partitionCount, replicationFactor: 1, retentionMs: 7 * 86_400_000 });
  const clickhouse = connectClickhouse(clickhouseOptions, { name: 'testkit' });
  const analyst = connectClickhouse(clickhouseOptions, { name: 'testkit-analyst', as: 'analyst' });
  await migrate(clickhouse, () => {});
  const redis = connectRedis(redisOptions, { name: 'testkit', logger: silent });
  const publisher = await openPublisher(kafka, topic, partitionCount);
  const log = await watchLog(kafka, topic);
  const place = { prefix: redisOptions.prefix, topic };
  const environment = { ...suite.environment, ...options.environment, VIGIE_SETTINGS_FILE: settingsFile };
  const consumers: ConsumerProcess[] = [];
  const start = (extra: Readonly<Record<string, string>> = {}): ConsumerProcess => {
    const consumer = startConsumer({ ...environment, ...extra });
    consumers.push(consumer);
    return consumer;
  };
  start();
  const current = (): ConsumerProcess => consumers.at(-1)!;
  const waiting = { redis, clickhouse, place, log, current };
  return {
    ...{ suite, redis, clickhouse, analyst, place },
    consumer: current,
    startConsumer: start,
    publish: (records) => publisher.publish(records),
    untilApplied: () => untilApplied(waiting),
    untilStored: (positions) => untilStored(waiting, positions),
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await Promise.all([publisher.close(), log.close(), clickhouse.close(), analyst.close()]);
      redis.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Waiting {
  readonly redis: RedisClient;
  readonly clickhouse: Clickhouse;
  readonly place: { readonly prefix: string; readonly topic: string };
  readonly log: LogWatcher;
  readonly current: () => ConsumerProcess;
}

const anySettings: TenantSettings = { basis: 'subscriptions', lapseAfterDays: 90, zone: 'UTC', currency: 'EUR', freeOrders: 'count' };

/** Where each partition of Redis stands now. */
async function readPositions(redis: RedisClient, place: Waiting['place']): Promise<ReadonlyMap<number, number>> {
  const window = { from: 0, to: 0, label: '', zone: 'UTC', provisional: false };
  const asks = [{ def: kpiById('mrr')!, window, by: null }];
  return (await readLiveTogether(redis, place, { tenant: 'nobody', settings: anySettings, asks })).positions;
}

async function untilApplied(waiting: Waiting): Promise<void> {
  const ends = new Map([...(await waiting.log.read())].map(([partition, { high }]) => [partition, high]));
  await explained(waiting, async () => {
    await eventually(async () => isPast(await readPositions(waiting.redis, waiting.place), ends, 'Redis'), {
      deadlineMs: appliedDeadlineMs,
    });
  });
  await untilStored(waiting, ends);
}

async function untilStored(waiting: Waiting, ends: ReadonlyMap<number, number>): Promise<void> {
  const { clickhouse, place } = waiting;
  await explained(waiting, async () => {
    await eventually(async () => isPast(await readApplied(clickhouse, { topic: place.topic, generation: 'any' }), ends, 'ClickHouse'), {
      deadlineMs: appliedDeadlineMs,
      everyMs: 200,
    });
  });
}

function isPast(positions: ReadonlyMap<number, number>, ends: ReadonlyMap<number, number>, where: string): true {
  const behind = [...ends].filter(([partition, end]) => end > 0 && (positions.get(partition) ?? 0) < end);
  if (behind.length === 0 && (where !== 'Redis' || positions.size === ends.size)) return true;
  const found = behind.map(([partition, end]) => `${partition}: ${positions.get(partition) ?? 'none'} of ${end}`).join(', ');
  throw new Error(`expected ${where} to hold every record, found ${positions.size} partitions, behind: ${found || 'none'}`);
}

/** A pipeline that stands still is explained by what its consumer said last. */
async function explained(waiting: Waiting, wait: () => Promise<void>): Promise<void> {
  try {
    await wait();
  } catch (error) {
    const consumer = waiting.current();
    const state = consumer.exitCode() === null ? 'runs' : `ended with ${consumer.exitCode()}`;
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said}\nthe consumer ${state}; it said last:\n${consumer.log().slice(-3_000)}`, { cause: error });
  }
}
