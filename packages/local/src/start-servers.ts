import { resolve } from 'node:path';
import { findDockerEngine } from './providers/docker-engine.ts';
import { addressNames, hasAddresses, useEnvironment } from './providers/environment.ts';
import { startLocalServers } from './providers/local.ts';
import type { Servers, StartServersOptions } from './types.ts';

/**
 * Gives real Kafka, Redis and ClickHouse: those whose addresses the environment names, else containers when a Docker engine answers, else child processes.
 *
 * Holds    the choice and its reason are reported; what was started ends with stop() or with this process
 * Errors   ServersError with what was expected, found and to be done
 */
export async function startServers(options: StartServersOptions): Promise<Servers> {
  if (hasAddresses(options.env)) {
    options.report(`servers: given by ${addressNames.join(', ')}`);
    return useEnvironment(options.env);
  }
  // Servers that are to outlive this process are child processes: testcontainers removes its containers when their starter ends.
  const engine = options.keepRunning === true ? undefined : await findDockerEngine(options.env);
  if (engine !== undefined) {
    options.report(`servers: containers, because a Docker engine answers at ${engine}`);
    const { startDockerServers } = await import('./providers/docker.ts');
    return startDockerServers(options);
  }
  const reason = options.keepRunning === true ? 'they are to go on running' : 'no addresses are given and no Docker engine answers';
  options.report(`servers: child processes with their data in ${resolve(options.dataDir)}, because ${reason}`);
  return startLocalServers(options);
}
