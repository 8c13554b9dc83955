import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createEventProducer, createKafka, ensureTopic, watchLog } from '@vigie/kafka';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ProcessIdentity } from '../process/identity.ts';
import { isAlive } from '../process/identity.ts';
import { until } from '../process/until.ts';
import { askOverTcp } from '../servers/ask-over-tcp.ts';
import { readState } from '../state.ts';
import type { Servers } from '../types.ts';
import { startLocalServers, stopLocalServers } from './local.ts';

const slowMs = 120_000;
const folders: string[] = [];
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-local-test-'));
  folders.push(folder);
  return folder;
}

function start(dataDir: string, more: { keepRunning?: boolean; ports?: { redis: number } } = {}): Promise<Servers & { lines: string[] }> {
  const lines: string[] = [];
  return startLocalServers({ dataDir, env: process.env, report: (line) => lines.push(line), ...more }).then((servers) => ({
    ...servers,
    lines,
  }));
}

async function redis(url: string, command: string): Promise<string> {
  const { password, port } = new URL(url);
  const request = Buffer.from(`AUTH ${password}\r\n${command}\r\n`);
  const lineCount = command.startsWith('GET') ? 3 : 2;
  const answer = await askOverTcp({
    port: Number(port),
    request,
    isWhole: (bytes) => bytes.toString().split('\r\n').length > lineCount || bytes.includes('$-1'),
    deadlineMs: 5_000,
  });
  return answer.toString().split('\r\n')[lineCount - 1] ?? '';
}

async function redisSetting(url: string, name: string): Promise<string> {
  const { password, port } = new URL(url);
  const request = Buffer.from(`AUTH ${password}\r\nCONFIG GET ${name}\r\nQUIT\r\n`);
  const answer = await askOverTcp({
    port: Number(port),
    request,
    isWhole: (bytes) => /\*2[^]*\+OK\r\n$/.test(bytes.toString()),
    deadlineMs: 5_000,
  });
  return answer.toString().split('\r\n')[5] ?? '';
}

function clusterIdOf(dataDir: string): string | undefined {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(join(dataDir, 'kafka', 'data', 'meta.properties'), 'utf8'))?.[1];
}

async function sql({ clickhouse }: Pick<Servers, 'clickhouse'>, query: string): Promise<string> {
  const headers = { 'X-ClickHouse-User': clickhouse.user, 'X-ClickHouse-Key': clickhouse.password };
  const response = await fetch(clickhouse.url, { method: 'POST', headers, body: query });
  const text = (await response.text()).trim();
  if (!response.ok) throw new Error(text);
  return text;
}

function childrenOf(dataDir: string): ProcessIdentity[] {
  return Object.values(readState(dataDir).children);
}

/** Runs the fixture until its servers serve. */
async function startInAnotherProcess(
  dataDir: string,
  mode = '',
): Promise<{ pid: number; gone: Promise<unknown>; kill: () => void; redisUrl: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start-and-wait.fixture.ts'), dataDir, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const first = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), gone.then(() => undefined)]);
  if (first === undefined) throw new Error('the fixture ended before its servers served');
  const redisUrl = /"VIGIE_REDIS_URL":"([^"]+)"/.exec(String(first[0]))?.[1] ?? '';
  return { redisUrl, pid: child.pid!, gone, kill: () => void child.kill('SIGKILL') };
}

/** The reaper of a process, found from outside: the test must be able to take away what would tidy up. */
function reaperOf(pid: number): number {
  const list = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).stdout;
  const line = list.split('\n').find((text) => text.includes('reaper-main.ts') && text.trim().split(/\s+/)[1] === String(pid));
  return Number(line?.trim().split(/\s+/)[0]);
}

afterEach(async () => {
  while (folders.length > 0) {
    const folder = folders.pop()!;
    await stopLocalServers(folder, () => {});
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('one set of servers', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-local-test-'));
  let servers: Servers;

  beforeAll(async () => {
    servers = await start(dataDir);
  }, slowMs);
  afterAll(async () => {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('what Redis and ClickHouse acknowledged survives SIGKILL and a restart on the same port', { timeout: slowMs }, async () => {
    await redis(servers.redis.url, 'SET kept 42');
    await sql(servers, 'CREATE TABLE default.kept (n Int64) ENGINE = MergeTree ORDER BY n');
    await sql(servers, 'INSERT INTO default.kept SELECT number FROM numbers(1000)');
    await Promise.all([servers.redis.kill(), servers.clickhouse.kill()]);
    await expect(redis(servers.redis.url, 'PING')).rejects.toThrow(/ECONNREFUSED/);
    await expect(sql(servers, 'SELECT 1')).rejects.toThrow(/fetch failed/);
    await Promise.all([servers.redis.restart(), servers.clickhouse.restart()]);
    expect(await redis(servers.redis.url, 'GET kept')).toBe('42');
    expect(await sql(servers, 'SELECT sum(n) FROM default.kept')).toBe('499500');
  });

  test('what Kafka acknowledged survives SIGKILL and a restart on the same port, in the same cluster', { timeout: slowMs }, async () => {
    const before = clusterIdOf(dataDir);
    const topic = 'kept';
    const kafka = createKafka({ connection: { brokers: servers.kafka.brokers }, clientId: 'local-test', logger: silent });
    await ensureTopic(kafka, { topic, partitionCount: 3, replicationFactor: 1, retentionMs: 3_600_000 });
    const producer = createEventProducer(kafka, { topic });
    await producer.connect();
    await producer.send(Array.from({ length: 500 }, (_, n) => ({ key: `key ${n}`, value: `value ${n}` })));
    await producer.close();
    await servers.kafka.kill();
    await servers.kafka.restart();
    const log = await watchLog(kafka, topic);
    const ranges = [...(await log.read()).values()];
    await log.close();
    expect(ranges.reduce((sum, { low, high }) => sum + high - low, 0)).toBe(500);
    expect(clusterIdOf(dataDir)).toBe(before);
  });

  test('Redis keeps an append-only file and evicts nothing', async () => {
    expect(await redisSetting(servers.redis.url, 'maxmemory-policy')).toBe('noeviction');
    expect(await redisSetting(servers.redis.url, 'appendonly')).toBe('yes');
    expect(await redisSetting(servers.redis.url, 'appendfsync')).toBe('everysec');
  });

  test('a second run on the same folder is told who has it', async () => {
    await expect(start(dataDir)).rejects.toThrow(new RegExp(`expected no one else to run servers in .*found process ${process.pid} `));
    expect(childrenOf(dataDir).every(isAlive)).toBe(true);
  });

  test('ClickHouse refuses who has no password, and its unnamed user can do nothing', async () => {
    const response = await fetch(servers.clickhouse.url, { method: 'POST', body: 'CREATE DATABASE mine' });
    expect(response.ok).toBe(false);
    expect(await response.text()).toMatch(/Not enough privileges/);
  });
});

test('two runs side by side share neither ports nor data', { timeout: slowMs }, async () => {
  const [one, two] = await Promise.all([start(makeFolder()), start(makeFolder())]);
  await redis(one.redis.url, 'SET mine 1');
  expect(await redis(two.redis.url, 'GET mine')).not.toBe('1');
  expect(one.kafka.brokers).not.toEqual(two.kafka.brokers);
  expect(one.clickhouse.url).not.toBe(two.clickhouse.url);
  await Promise.all([one.stop(), two.stop()]);
});

test('servers end with the process that started them, even when it is killed', { timeout: slowMs }, async () => {
  const dataDir = makeFolder();
  const starter = await startInAnotherProcess(dataDir);
  const children = childrenOf(dataDir);
  expect(children).toHaveLength(3);
  expect(children.every(isAlive)).toBe(true);
  starter.kill();
  await starter.gone;
  expect(await until(() => !children.some(isAlive), { deadlineMs: 20_000, everyMs: 50 })).toBe(true);
});

test('servers that a crashed run left are recognised and replaced, and their data is kept', { timeout: slowMs }, async () => {
  const dataDir = makeFolder();
  const starter = await startInAnotherProcess(dataDir);
  await redis(starter.redisUrl, 'SET kept 42');
  process.kill(reaperOf(starter.pid), 'SIGKILL');
  starter.kill();
  await starter.gone;
  const left = childrenOf(dataDir);
  expect(left.every(isAlive)).toBe(true);
  const ports = readState(dataDir).ports;
  const servers = await start(dataDir);
  expect(servers.lines.filter((line) => line.startsWith('left by a run that is gone: ending'))).toHaveLength(3);
  expect(left.some(isAlive)).toBe(false);
  expect(readState(dataDir).ports).toEqual(ports);
  expect(await redis(servers.redis.url, 'GET kept')).toBe('42');
  await servers.stop();
});

test('servers that are to go on running are joined by the next run and ended by stopLocalServers', { timeout: slowMs }, async () => {
  const dataDir = makeFolder();
  const starter = await startInAnotherProcess(dataDir, 'keep-running');
  await starter.gone;
  const children = childrenOf(dataDir);
  expect(children.every(isAlive)).toBe(true);
  const joined = await start(dataDir);
  expect(await redis(joined.redis.url, 'PING')).toBe('+PONG');
  await joined.redis.kill();
  await joined.redis.restart();
  await joined.stop();
  expect(childrenOf(dataDir).every(isAlive)).toBe(true);
  expect(await stopLocalServers(dataDir, () => {})).toBe(3);
  expect(children.some(isAlive)).toBe(false);
});

test('a foreign process on a given port is named and left alone', { timeout: slowMs }, async () => {
  const foreign = createServer().listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  const address = foreign.address();
  if (address === null || typeof address === 'string') throw new Error(`expected a TCP address, found ${address}`);
  const { port } = address;
  const dataDir = makeFolder();
  await expect(start(dataDir, { ports: { redis: port } })).rejects.toThrow(
    new RegExp(`expected port ${port} .*free for redis, found process ${process.pid} `),
  );
  expect(foreign.listening).toBe(true);
  expect(childrenOf(dataDir).some(isAlive)).toBe(false);
  foreign.close();
});
