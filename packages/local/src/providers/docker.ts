import { join } from 'node:path';
import type { ContainerRuntimeClient, GenericContainer, StartedTestContainer } from 'testcontainers';
import { environmentOf } from '../environment-of.ts';
import { fillTemplate, infraDir } from '../infra.ts';
import { findFreePort } from '../process/ports.ts';
import { clickhouseUsers, grantOn } from '../servers/clickhouse.ts';
import type { Secrets } from '../state.ts';
import { makeSecrets } from '../state.ts';
import { suiteDatabases } from '../suite-databases.ts';
import type { ServerHandle, Servers, StartServersOptions } from '../types.ts';
import { images } from './images.ts';

type Testcontainers = typeof import('testcontainers');

interface Parts {
  library: Testcontainers;
  client: ContainerRuntimeClient;
  host: string;
  passwords: Secrets;
  ports: { kafka: number; redis: number; clickhouse: number };
  database: string;
}

const stopDeadlineS = 20;

/**
 * Starts the servers as containers of the Docker engine at hand.
 *
 * Holds    host ports are fixed ones, so that a restart keeps the addresses (Docker would give new ones); containers, their data and their network end with
 *          this process, also when it is killed (testcontainers' own reaper sees to it)
 */
export async function startDockerServers(options: StartServersOptions): Promise<Servers> {
  // Loaded only here: it is large, and most runs never need it.
  const library = await import('testcontainers');
  const parts = await prepare(library, options);
  options.report(`starting ${Object.values(images).join(', ')} in Docker; images that are not there yet are pulled first ...`);
  const results = await Promise.allSettled([
    kafkaContainer(parts).start(),
    redisContainer(parts).start(),
    clickhouseContainer(parts).start(),
  ]);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const removeAll = async (): Promise<void> => {
    await Promise.all(started.map((container) => parts.client.container.getById(container.getId()).remove({ force: true, v: true })));
  };
  const [kafka, redis, clickhouse] = started;
  if (kafka === undefined || redis === undefined || clickhouse === undefined) {
    await removeAll();
    throw results.find((result) => result.status === 'rejected')?.reason;
  }
  options.report(
    `servers run in Docker on ${parts.host}: Kafka on port ${parts.ports.kafka}, Redis on ${parts.ports.redis}, ClickHouse on ${parts.ports.clickhouse}`,
  );
  return describeServers(parts, { kafka, redis, clickhouse }, removeAll);
}

async function prepare(library: Testcontainers, { env, ports }: StartServersOptions): Promise<Parts> {
  const client = await library.getContainerRuntimeClient();
  const taken = new Set<number>(Object.values(ports ?? {}));
  const choose = async (given: number | undefined): Promise<number> => {
    const port = given ?? (await findFreePort(taken));
    taken.add(port);
    return port;
  };
  return {
    library,
    client,
    host: client.info.containerRuntime.host,
    passwords: makeSecrets(),
    ports: { kafka: await choose(ports?.kafka), redis: await choose(ports?.redis), clickhouse: await choose(ports?.clickhouseHttp) },
    database: env['VIGIE_CLICKHOUSE_DATABASE'] || 'vigie',
  };
}

function kafkaContainer({ library, host, ports }: Parts): GenericContainer {
  return new library.GenericContainer(images.kafka)
    .withExposedPorts({ container: 9092, host: ports.kafka })
    .withEnvironment({
      ...propertiesAsEnvironment(
        fillTemplate(['kafka', 'local.properties'], { PORT: 9092, CONTROLLER_PORT: 9093, LOG_DIR: '/var/lib/kafka/data' }),
      ),
      KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${ports.kafka}`,
    })
    .withWaitStrategy(library.Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(120_000);
}

/** The image takes `a.b=c` as KAFKA_A_B=c. */
function propertiesAsEnvironment(properties: string): Record<string, string> {
  const lines = properties.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      `KAFKA_${line.slice(0, line.indexOf('=')).toUpperCase().replaceAll('.', '_')}`,
      line.slice(line.indexOf('=') + 1),
    ]),
  );
}

function redisContainer({ library, passwords, ports }: Parts): GenericContainer {
  return new library.GenericContainer(images.redis)
    .withExposedPorts({ container: 6379, host: ports.redis })
    .withCopyFilesToContainer([{ source: join(infraDir, 'redis', 'redis.conf'), target: '/usr/local/etc/redis/redis.conf' }])
    .withEnvironment({ REDISCLI_AUTH: passwords.redis })
    .withCommand(['redis-server', '/usr/local/etc/redis/redis.conf', '--requirepass', passwords.redis])
    .withWaitStrategy(library.Wait.forSuccessfulCommand('redis-cli ping | grep -q PONG'))
    .withStartupTimeout(60_000);
}

function clickhouseContainer({ library, passwords, ports, database }: Parts): GenericContainer {
  return new library.GenericContainer(images.clickhouse)
    .withExposedPorts({ container: 8123, host: ports.clickhouse })
    .withCopyContentToContainer([{ content: clickhouseUsers([database, ...suiteDatabases]), target: '/etc/clickhouse-server/users.xml' }])
    .withEnvironment({
      VIGIE_CLICKHOUSE_PASSWORD: passwords.clickhouse,
      VIGIE_CLICKHOUSE_ANALYST_PASSWORD: passwords.analyst,
      VIGIE_CLICKHOUSE_ANALYST_GRANT: grantOn(database),
      CLICKHOUSE_SKIP_USER_SETUP: '1',
      TZ: 'UTC',
    })
    .withUlimits({ nofile: { soft: 262_144, hard: 262_144 } })
    .withWaitStrategy(library.Wait.forHttp('/ping', 8123))
    .withStartupTimeout(120_000);
}

/** Through the engine and not the library's own stop(), which removes the container or, kept, refuses to stop it a second time. */
function handleOf({ client }: Parts, container: StartedTestContainer): ServerHandle {
  const engine = client.container.getById(container.getId());
  const isRunning = async (): Promise<boolean> => (await engine.inspect()).State.Running;
  return {
    kill: async () => {
      if (!(await isRunning())) return;
      await engine.kill({ signal: 'SIGKILL' });
      await engine.wait();
    },
    stop: async () => {
      if (await isRunning()) await engine.stop({ t: stopDeadlineS });
    },
    // Docker's restart starts a stopped container too; the library then waits until the server serves.
    restart: () => container.restart({ timeout: stopDeadlineS }),
  };
}

type Containers = Record<'kafka' | 'redis' | 'clickhouse', StartedTestContainer>;

function describeServers(parts: Parts, containers: Containers, stop: () => Promise<void>): Servers {
  const { host, ports, passwords, database } = parts;
  const brokers = [`${host}:${ports.kafka}`];
  const redisUrl = `redis://:${passwords.redis}@${host}:${ports.redis}`;
  const users = { user: 'vigie', password: passwords.clickhouse, analystUser: 'analyst', analystPassword: passwords.analyst };
  const clickhouse = { url: `http://${host}:${ports.clickhouse}`, ...users };
  return {
    provider: 'docker',
    kafka: { ...handleOf(parts, containers.kafka), brokers },
    redis: { ...handleOf(parts, containers.redis), url: redisUrl },
    clickhouse: { ...handleOf(parts, containers.clickhouse), ...clickhouse },
    environment: environmentOf({ brokers, redisUrl, clickhouse, database }),
    stop,
  };
}
