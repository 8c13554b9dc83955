import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fetchArtifact, kafkaJars } from '../artifacts.ts';
import { environmentOf } from '../environment-of.ts';
import { expectJava, expectNode, expectPosix } from '../prerequisites.ts';
import { describeProcess, identify, isAlive, terminate } from '../process/identity.ts';
import type { ManagedServer, Supervision } from '../process/managed-server.ts';
import { createManagedServer } from '../process/managed-server.ts';
import { expectFree, findFreePort, isFree } from '../process/ports.ts';
import { noReaper, startReaper } from '../process/reaper.ts';
import { clickhouseSpec } from '../servers/clickhouse.ts';
import { kafkaSpec } from '../servers/kafka.ts';
import { findRedisBinary, redisDataDir, redisSpec } from '../servers/redis.ts';
import type { LocalState, Secrets } from '../state.ts';
import { readOrMakeSecrets, readState, withLock, writeState } from '../state.ts';
import { suiteDatabases } from '../suite-databases.ts';
import type { AllPorts, Servers, StartServersOptions } from '../types.ts';
import { ServersError } from '../types.ts';

const stopDeadlineMs = 20_000;
const startAttemptsMax = 3;
const serverNames = ['kafka', 'redis', 'clickhouse'] as const;

interface Programs {
  jarsDir: string;
  redisBinary: string;
}

interface Run extends StartServersOptions {
  programs: Programs;
  secrets: Secrets;
  ownedPorts: AllPorts;
}

type Managed = Record<(typeof serverNames)[number], ManagedServer>;

/**
 * Starts Kafka, Redis and ClickHouse as child processes on 127.0.0.1 with all their data in one folder.
 *
 * Holds    the same folder gets the same data and, where they are free, the same ports; two folders never meet; the servers end with this process
 *          however it ends, unless keepRunning; a process that the folder does not remember as its own is never signalled
 * Errors   ServersError when Java, Maven, a given port or the folder is not to be had
 */
export async function startLocalServers(options: StartServersOptions): Promise<Servers> {
  expectPosix();
  expectNode();
  expectJava(options.env);
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const programs = {
    jarsDir: await fetchArtifact(kafkaJars, options.env, options.report),
    redisBinary: await findRedisBinary(options.env, options.report),
  };
  return withLock(dataDir, () => startOrJoin({ ...options, dataDir }, programs));
}

/** Ends the servers that a data folder remembers as its own, whoever started them; says how many there were. */
export async function stopLocalServers(dataDir: string, report: (line: string) => void): Promise<number> {
  return withLock(resolve(dataDir), async () => endChildren(resolve(dataDir), (line) => report(line)));
}

async function startOrJoin(options: StartServersOptions, programs: Programs): Promise<Servers> {
  const state = readState(options.dataDir);
  const alive = serverNames.filter((name) => state.children[name] !== undefined && isAlive(state.children[name]));
  if (state.keepRunning && alive.length === serverNames.length && state.ports !== undefined) return join(options, programs, state);
  if (alive.length > 0 && !state.keepRunning && state.owner !== undefined && isAlive(state.owner)) {
    throw new ServersError(
      `expected no one else to run servers in ${options.dataDir}, found ${describeProcess(state.owner.pid)}; ` +
        'end it, or use another data folder (VIGIE_DATA_DIR)',
    );
  }
  await endChildren(options.dataDir, (line) => options.report(`left by a run that is gone: ${line}`));
  return startFresh(options, programs);
}

/** Servers started with keepRunning serve whoever comes; only the one who started them, or stopLocalServers, ends them. */
function join(options: StartServersOptions, programs: Programs, state: LocalState): Servers {
  const run = { ...options, programs, secrets: readOrMakeSecrets(options.dataDir), ownedPorts: state.ports! };
  options.report(`joined the servers that already run in ${options.dataDir}`);
  const supervision = supervise(run, noReaper);
  return describeServers(run, manage(run, supervision, state), async () => {});
}

async function startFresh(options: StartServersOptions, programs: Programs): Promise<Servers> {
  for (let attempt = 1; ; attempt++) {
    const ownedPorts = await choosePorts(options);
    const run = { ...options, programs, secrets: readOrMakeSecrets(options.dataDir), ownedPorts };
    try {
      return await startAll(run);
    } catch (error) {
      // Two runs side by side may have picked the same port in the same instant; whoever lost the race picks again.
      const lostRace = options.ports === undefined && (await anyTaken(ownedPorts));
      if (!lostRace || attempt === startAttemptsMax) throw error;
      options.report('another process took one of the chosen ports; choosing others');
    }
  }
}

async function startAll(run: Run): Promise<Servers> {
  writeState(run.dataDir, { owner: identify(process.pid)!, keepRunning: run.keepRunning === true, children: {}, ports: run.ownedPorts });
  const reaper = run.keepRunning === true ? noReaper : startReaper();
  const managed = manage(run, supervise(run, reaper));
  const stopAll = async (): Promise<void> => {
    await Promise.all(Object.values(managed).map((server) => server.stop()));
    reaper.close();
    writeState(run.dataDir, { keepRunning: false, children: {}, ports: run.ownedPorts });
  };
  const results = await Promise.allSettled(Object.values(managed).map((server) => server.start()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await stopAll();
    throw failed.reason;
  }
  run.report(
    `local servers run in ${run.dataDir}: Kafka on port ${run.ownedPorts.kafka}, Redis on ${run.ownedPorts.redis}, ClickHouse on ${run.ownedPorts.clickhouseHttp}`,
  );
  return describeServers(run, managed, () => withLock(run.dataDir, stopAll));
}

function supervise(run: Run, reaper: Supervision['reaper']): Supervision {
  return {
    reaper,
    report: run.report,
    recordChild: (name, child) => {
      const state = readState(run.dataDir);
      writeState(run.dataDir, { ...state, children: { ...state.children, [name]: child } });
    },
  };
}

function manage(run: Run, supervision: Supervision, running?: LocalState): Managed {
  const { dataDir, env, secrets, programs, ownedPorts: ports } = run;
  const databases = [databaseName(env), ...suiteDatabases];
  const specs = {
    kafka: kafkaSpec({ dataDir, env, jarsDir: programs.jarsDir, port: ports.kafka, controllerPort: ports.kafkaController }),
    redis: redisSpec({ dataDir, env, binary: programs.redisBinary, port: ports.redis, password: secrets.redis }),
    clickhouse: clickhouseSpec({
      dataDir,
      env,
      databases,
      httpPort: ports.clickhouseHttp,
      tcpPort: ports.clickhouseTcp,
      password: secrets.clickhouse,
      analystPassword: secrets.analyst,
    }),
  };
  return {
    kafka: createManagedServer(specs.kafka, supervision, running?.children['kafka']),
    redis: createManagedServer(specs.redis, supervision, running?.children['redis']),
    clickhouse: createManagedServer(specs.clickhouse, supervision, running?.children['clickhouse']),
  };
}

function describeServers(run: Run, managed: Managed, stop: () => Promise<void>): Servers {
  const { ownedPorts: ports, secrets } = run;
  const brokers = [`127.0.0.1:${ports.kafka}`];
  const redisUrl = `redis://:${secrets.redis}@127.0.0.1:${ports.redis}`;
  const clickhouse = {
    url: `http://127.0.0.1:${ports.clickhouseHttp}`,
    user: 'vigie',
    password: secrets.clickhouse,
    analystUser: 'analyst',
    analystPassword: secrets.analyst,
  };
  return {
    provider: 'local',
    kafka: { ...managed.kafka, brokers },
    redis: { ...managed.redis, url: redisUrl, dataDir: redisDataDir(run.dataDir) },
    clickhouse: { ...managed.clickhouse, ...clickhouse },
    environment: { ...environmentOf({ brokers, redisUrl, clickhouse, database: databaseName(run.env) }), VIGIE_DATA_DIR: run.dataDir },
    stop,
  };
}

function databaseName(env: NodeJS.ProcessEnv): string {
  return env['VIGIE_CLICKHOUSE_DATABASE'] || 'vigie';
}

async function endChildren(dataDir: string, report: (line: string) => void): Promise<number> {
  const state = readState(dataDir);
  const alive = Object.entries(state.children).filter(([, child]) => isAlive(child));
  for (const [name, child] of alive) report(`ending ${name}, ${describeProcess(child.pid)}`);
  await Promise.all(alive.map(([, child]) => terminate(child, stopDeadlineMs)));
  writeState(dataDir, { keepRunning: false, children: {}, ...(state.ports && { ports: state.ports }) });
  return alive.length;
}

/** Given ports as they are; then those of the folder's last run that are free; then any free ones. */
async function choosePorts({ dataDir, ports: given = {} }: StartServersOptions): Promise<AllPorts> {
  const remembered: Partial<AllPorts> = readState(dataDir).ports ?? {};
  const taken = new Set<number>(Object.values(given));
  const choose = async (name: keyof AllPorts): Promise<number> => {
    const last = remembered[name];
    // Before anything starts: a server that comes up only to be stopped again costs ten seconds and hides the message.
    if (given[name] !== undefined) await expectFree(name, given[name]);
    const port = given[name] ?? (last !== undefined && !taken.has(last) && (await isFree(last)) ? last : await findFreePort(taken));
    taken.add(port);
    return port;
  };
  return {
    kafka: await choose('kafka'),
    kafkaController: await choose('kafkaController'),
    redis: await choose('redis'),
    clickhouseHttp: await choose('clickhouseHttp'),
    clickhouseTcp: await choose('clickhouseTcp'),
  };
}

async function anyTaken(ports: AllPorts): Promise<boolean> {
  const free = await Promise.all(Object.values(ports).map((port) => isFree(port)));
  return free.includes(false);
}
