import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchArtifact, redisBinaries } from '../artifacts.ts';
import { fillTemplate } from '../infra.ts';
import type { ServerSpec } from '../process/managed-server.ts';
import { ServersError } from '../types.ts';
import { askOverTcp } from './ask-over-tcp.ts';
import { childEnvironment } from './child-environment.ts';

export interface RedisPlace {
  dataDir: string;
  binary: string;
  port: number;
  password: string;
  env: NodeJS.ProcessEnv;
}

const answerDeadlineMs = 2_000;
const oldestVersion = [6, 2] as const;

export function redisDataDir(dataDir: string): string {
  return join(dataDir, 'redis');
}

/** Redis as production runs it: append-only file, nothing evicted, a password. */
export function redisSpec({ dataDir, binary, port, password, env }: RedisPlace): ServerSpec {
  const home = redisDataDir(dataDir);
  mkdirSync(home, { recursive: true });
  // In a file, not in the arguments: every user of the machine may read those.
  const config = join(home, 'redis.conf');
  const local = ['bind 127.0.0.1', `port ${port}`, `dir "${home}"`, 'daemonize no', `requirepass ${password}`];
  writeFileSync(config, [fillTemplate(['redis', 'redis.conf'], {}), ...local, ''].join('\n'), { mode: 0o600 });
  return {
    name: 'redis',
    command: binary,
    args: [config],
    env: childEnvironment(env),
    ports: [port],
    logFile: join(dataDir, 'logs', 'redis.log'),
    probe: () => probeRedis(port, password),
  };
}

/** Asks for a write that changes nothing: PING answers while the append-only file is still loading on some versions, DEL does not. */
async function probeRedis(port: number, password: string): Promise<void> {
  const request = Buffer.from(`AUTH ${password}\r\nDEL vigie:probe\r\nQUIT\r\n`);
  const answer = await askOverTcp({
    port,
    request,
    isWhole: (bytes) => bytes.toString().split('\r\n').length > 3,
    deadlineMs: answerDeadlineMs,
  });
  const text = answer.toString();
  if (!text.startsWith('+OK\r\n:')) throw new Error(text.split('\r\n').find((line) => line.startsWith('-')) ?? text);
}

/** redis-server of the PATH when it is new enough, else the binary that Maven brings. */
export async function findRedisBinary(env: NodeJS.ProcessEnv, report: (line: string) => void): Promise<string> {
  const installed = installedRedisVersion(env);
  if (installed !== undefined && isNewEnough(installed)) return 'redis-server';
  if (installed !== undefined)
    report(`redis-server ${installed} on the PATH is older than ${oldestVersion.join('.')}; taking the one from Maven`);
  const folder = await fetchArtifact(redisBinaries, env, report);
  const wanted = new RegExp(`-${process.platform === 'darwin' ? 'darwin' : 'linux'}-${process.arch === 'arm64' ? 'arm64' : 'amd64'}$`);
  const name = readdirSync(folder).find((file) => wanted.test(file));
  if (name === undefined) {
    throw new ServersError(
      `expected a Redis for ${process.platform}-${process.arch} in ${folder}, found none; install redis-server ${oldestVersion.join('.')} or newer`,
    );
  }
  const binary = join(folder, name);
  chmodSync(binary, 0o755);
  return binary;
}

export function installedRedisVersion(env: NodeJS.ProcessEnv): string | undefined {
  const answer = spawnSync('redis-server', ['--version'], { env, encoding: 'utf8' });
  return /v=(\d+\.\d+\.\d+)/.exec(answer.stdout ?? '')?.[1];
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1]);
}
