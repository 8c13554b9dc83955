import { join, resolve } from 'node:path';
import { startServers } from '@vigie/local';
import { openContext } from '../context.ts';
import { migrate } from './migrate.ts';
import { type Service, startService } from './service.ts';
import { dropRunningStack, writeRunningStack } from './state-file.ts';

export interface StackOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly report: (line: string) => void;
  /** Added to the environment of every process: files of settings and rules. */
  readonly extra: Readonly<Record<string, string>>;
}

export type ServiceName = 'consumer' | 'monitor' | 'simulator';

/** What is special about a service: the simulator is ready only when history is told, which somebody may want to watch; and started again it would tell another one. */
const peculiarities: Readonly<Record<ServiceName, { readonly readyPath?: '/livez'; readonly restarts?: false }>> = {
  consumer: {},
  monitor: {},
  simulator: { readyPath: '/livez', restarts: false },
};

/** Servers that run, with everything made that Vigie stores things in; services are started on them. */
export interface Stack {
  readonly provider: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly services: readonly Service[];
  /** More: what only this service is to know, such as a secret. */
  start(name: ServiceName, more?: Readonly<Record<string, string>>): Promise<Service>;
  stop(): Promise<void>;
}

/**
 * Starts the servers and tells other commands where they are.
 *
 * Holds    what was started is stopped again when a later step fails; services stop before the servers that they need
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, env, report, extra } = options;
  const startedAt = new Date().toISOString();
  const servers = await startServers({ dataDir, env, report });
  const own = { ...servers.environment, ...extra };
  const environment = { ...env, ...own };
  const services: Service[] = [];
  const stop = async (): Promise<void> => {
    dropRunningStack(dataDir);
    for (const service of services.splice(0).toReversed()) await service.stop();
    await servers.stop();
  };
  const start = async (name: ServiceName, more: Readonly<Record<string, string>> = {}): Promise<Service> => {
    const logFile = join(resolve(dataDir), 'logs', `${name}.log`);
    const entry = `services/${name}/src/main.ts`;
    const service = await startService({ name, entry, env: { ...environment, ...more }, logFile, report, ...peculiarities[name] });
    services.push(service);
    const known = services.map((one) => ({ name: one.name, url: one.url, logFile: one.logFile }));
    writeRunningStack(dataDir, { startedAt, environment: own, services: known });
    report(`${name} runs as process ${service.pid()}: ${service.url}/readyz, ${service.url}/metrics, log ${logFile}`);
    return service;
  };
  const context = openContext({ env: environment, dataDir });
  try {
    await migrate(context, { replicationFactor: 1, report });
    return { provider: servers.provider, environment, services, start, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await context.close();
  }
}
