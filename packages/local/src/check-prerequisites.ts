import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { artifactDir, kafkaJars, redisBinaries } from './artifacts.ts';
import { javaFix, javaVersion, oldestJava, oldestNode } from './prerequisites.ts';
import { errorCode, messageOf } from './process/error-code.ts';
import { findDockerEngine } from './providers/docker-engine.ts';
import { addressNames } from './providers/environment.ts';
import { findLibrary } from './servers/clickhouse-library.ts';
import { installedRedisVersion, isNewEnough } from './servers/redis.ts';

/** One thing that servers need, as `vigie doctor` shows it. */
export interface Check {
  name: string;
  ok: boolean;
  expected: string;
  found: string;
  /** What to do when it is not ok; empty otherwise. */
  fix: string;
}

interface CheckOptions {
  env: NodeJS.ProcessEnv;
  dataDir: string;
}

const answerDeadlineMs = 2_000;
const freeBytesMin = 3_000_000_000;

/**
 * Looks at everything that starting or reaching the servers needs, and changes nothing.
 *
 * Holds    what the chosen provider does not need is ok, whatever was found; nothing throws
 */
export async function checkPrerequisites(options: CheckOptions): Promise<Check[]> {
  const { env } = options;
  const given = addressNames.filter((name) => env[name]);
  const engine = await findDockerEngine(env);
  const local = given.length === 0 && engine === undefined;
  const unlessLocal = local ? undefined : 'not needed here';
  return [
    checkNode(),
    checkDocker(engine),
    excuse(checkJava(env), unlessLocal),
    excuse(checkMaven(env), unlessLocal ?? (isDownloaded(env) ? 'not needed any more: everything is downloaded' : undefined)),
    excuse(checkRedis(env), unlessLocal),
    excuse(checkClickHouse(), unlessLocal),
    await checkDisk(options.dataDir),
    ...(await checkAddresses(env, given)),
  ];
}

function verdict(check: Omit<Check, 'fix'>, fix: string): Check {
  return { ...check, fix: check.ok ? '' : fix };
}

function excuse(check: Check, reason: string | undefined): Check {
  return check.ok || reason === undefined ? check : { ...check, ok: true, found: `${check.found} (${reason})`, fix: '' };
}

function checkNode(): Check {
  const ok = Number(process.versions.node.split('.')[0]) >= oldestNode;
  return verdict(
    { name: 'Node', ok, expected: `${oldestNode} or newer`, found: process.version },
    'start through npm, which brings its own: npm run vigie -- doctor',
  );
}

/** Never wrong: without an engine the servers are child processes. */
function checkDocker(engine: string | undefined): Check {
  const found = engine === undefined ? 'no engine answers, servers are child processes' : `an engine answers at ${engine}`;
  return verdict({ name: 'Docker engine', ok: true, expected: 'one that answers, or none', found }, '');
}

function checkJava(env: NodeJS.ProcessEnv): Check {
  const version = javaVersion(env);
  const ok = version !== undefined && version >= oldestJava;
  return verdict(
    { name: 'Java', ok, expected: `${oldestJava} or newer`, found: version === undefined ? 'none' : String(version) },
    javaFix,
  );
}

function checkMaven(env: NodeJS.ProcessEnv): Check {
  const answer = spawnSync('mvn', ['-v'], { env, encoding: 'utf8' });
  const version = /Apache Maven (\d+)\.(\d+)[\w.-]*/.exec(answer.stdout ?? '');
  const ok = version !== null && (Number(version[1]) > 3 || (Number(version[1]) === 3 && Number(version[2]) >= 6));
  const found = version === null ? 'none' : version[0].replace('Apache Maven ', '');
  return verdict(
    { name: 'Maven', ok, expected: '3.6 or newer', found },
    'install Maven (Debian: apt-get install maven; macOS: brew install maven)',
  );
}

function isDownloaded(env: NodeJS.ProcessEnv): boolean {
  const version = installedRedisVersion(env);
  const hasRedis = (version !== undefined && isNewEnough(version)) || existsSync(artifactDir(redisBinaries, env));
  return hasRedis && existsSync(artifactDir(kafkaJars, env));
}

function checkRedis(env: NodeJS.ProcessEnv): Check {
  const version = installedRedisVersion(env);
  const own = version !== undefined && isNewEnough(version);
  const found = own ? `redis-server ${version} on the PATH` : `${version ?? 'none'} on the PATH, one that Maven brings is taken`;
  return verdict({ name: 'Redis', ok: true, expected: 'redis-server 6.2 or newer, or Maven', found }, '');
}

function checkClickHouse(): Check {
  const expected = 'the engine of the npm package chdb';
  try {
    return verdict({ name: 'ClickHouse', ok: true, expected, found: findLibrary() }, '');
  } catch (error) {
    return verdict({ name: 'ClickHouse', ok: false, expected, found: messageOf(error) }, 'run npm ci again, without --omit=optional');
  }
}

async function checkDisk(dataDir: string): Promise<Check> {
  let folder = resolve(dataDir);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const check = {
    name: 'Disk space',
    ok: free >= freeBytesMin,
    expected: `${gigabytes(freeBytesMin)} free in ${folder}`,
    found: gigabytes(free),
  };
  return verdict(check, 'make room, or put the data elsewhere: VIGIE_DATA_DIR=/some/folder');
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

async function checkAddresses(env: NodeJS.ProcessEnv, given: readonly string[]): Promise<Check[]> {
  if (given.length === 0) return [];
  const missing = addressNames.filter((name) => !env[name]);
  const all = {
    name: 'Addresses',
    ok: missing.length === 0,
    expected: 'all three or none',
    found: missing.length === 0 ? 'all three' : `no ${missing.join(', no ')}`,
  };
  const places = given.flatMap((name) => env[name]!.split(',').map((text) => ({ name, place: readPlace(text.trim()) })));
  const reached = places.map(async ({ name, place }) => {
    const found = place === undefined ? 'not an address' : await tryToReach(place);
    const expected = place === undefined ? 'host:port or a URL' : `a server that listens on ${place.host}:${place.port}`;
    return verdict({ name, ok: found === 'it listens', expected, found }, `start that server, open the way to it, or correct ${name}`);
  });
  return [verdict(all, `set ${missing.join(', ')}, or unset the others to have servers started`), ...(await Promise.all(reached))];
}

interface Place {
  host: string;
  port: number;
}

const defaultPorts: Record<string, number> = { 'redis:': 6379, 'rediss:': 6379, 'http:': 80, 'https:': 443, 'kafka:': 9092 };

/** Host and port alone: the URL may hold a password, and this goes on screen. */
function readPlace(text: string): Place | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `kafka://${text}`);
    const port = Number(url.port) || defaultPorts[url.protocol];
    return url.hostname === '' || port === undefined ? undefined : { host: url.hostname.replaceAll(/^\[|\]$/g, ''), port };
  } catch {
    return undefined;
  }
}

function tryToReach({ host, port }: Place): Promise<string> {
  return new Promise((answer) => {
    const socket = connect({ host, port });
    const end = (found: string) => {
      socket.destroy();
      answer(found);
    };
    socket.setTimeout(answerDeadlineMs, () => end(`no answer within ${answerDeadlineMs} ms`));
    socket.on('connect', () => end('it listens'));
    socket.on('error', (error) => end(errorCode(error) ?? error.message));
  });
}
