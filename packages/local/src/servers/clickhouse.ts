import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillTemplate } from '../infra.ts';
import type { ServerSpec } from '../process/managed-server.ts';
import { childEnvironment } from './child-environment.ts';

export interface ClickHousePlace {
  dataDir: string;
  httpPort: number;
  tcpPort: number;
  password: string;
  analystPassword: string;
  /** Databases whose `<name>_kpi` the analyst may read; they need not exist yet. */
  databases: string[];
  env: NodeJS.ProcessEnv;
}

const answerDeadlineMs = 2_000;

/**
 * ClickHouse's engine (chdb) in a child process, opened as a server with the users of infra/clickhouse/users.
 *
 * It runs as `clickhouse local` does, and that mode leaks to a read-only user what a real server does not: the scalar function file('/path') reads any file
 * that the process may read. So: 127.0.0.1 only, passwords of this data folder, for development and tests. Compose runs the real server.
 */
export function clickhouseSpec(place: ClickHousePlace): ServerSpec {
  const home = join(place.dataDir, 'clickhouse');
  mkdirSync(home, { recursive: true });
  const config = join(home, 'config.xml');
  const users = join(home, 'users.xml');
  writeFileSync(config, fillTemplate(['clickhouse', 'local.xml'], { USERS_FILE: users }));
  writeFileSync(users, clickhouseUsers(place.databases), { mode: 0o600 });
  return {
    name: 'clickhouse',
    command: process.execPath,
    args: [join(import.meta.dirname, 'clickhouse-main.ts'), join(home, 'data'), config, String(place.httpPort), String(place.tcpPort)],
    env: childEnvironment(place.env, {
      VIGIE_CLICKHOUSE_PASSWORD: place.password,
      VIGIE_CLICKHOUSE_ANALYST_PASSWORD: place.analystPassword,
      VIGIE_CLICKHOUSE_ANALYST_GRANT: grantOn(place.databases[0]!),
    }),
    ports: [place.httpPort, place.tcpPort],
    logFile: join(place.dataDir, 'logs', 'clickhouse.log'),
    probe: () => probeClickHouse(place.httpPort, place.password),
  };
}

/** The users file with a grant per database: a grant matches names by their beginning only, so `<anything>_kpi` cannot be said. */
export function clickhouseUsers(databases: string[]): string {
  const users = fillTemplate(['clickhouse', 'users', 'users.xml'], {});
  const first = '<query from_env="VIGIE_CLICKHOUSE_ANALYST_GRANT"/>';
  const more = databases.slice(1).map((name) => `\n        <query>${grantOn(name)}</query>`);
  if (!users.includes(first))
    throw new Error(`expected ${first} in infra/clickhouse/users/users.xml, found none; packages/local adds the test databases after it`);
  return users.replace(first, first + more.join(''));
}

/** The analyst's right on the views of one database. */
export function grantOn(database: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(database)) {
    throw new Error(`expected a database name of letters, digits and _, found "${database}"; change VIGIE_CLICKHOUSE_DATABASE`);
  }
  return `GRANT SELECT ON ${database}_kpi.*`;
}

async function probeClickHouse(port: number, password: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'X-ClickHouse-User': 'vigie', 'X-ClickHouse-Key': password },
    body: 'SELECT 1',
    signal: AbortSignal.timeout(answerDeadlineMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`);
}
