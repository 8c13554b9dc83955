import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

const answerDeadlineMs = 1_500;

/** The address of a Docker engine that answers; undefined when none does. */
export async function findDockerEngine(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const address of candidates(env)) if (await answers(address)) return address;
  return undefined;
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  if (env['DOCKER_HOST']) return [env['DOCKER_HOST']];
  const home = env['HOME'] || homedir();
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  const sockets = [
    '/var/run/docker.sock',
    ...(runtimeDir ? [join(runtimeDir, 'docker.sock')] : []),
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
  ];
  return sockets.filter((path) => existsSync(path)).map((path) => `unix://${path}`);
}

/** A socket file or a client on the PATH proves nothing: only the engine answers a ping. */
function answers(address: string): Promise<boolean> {
  const where = address.startsWith('unix://') ? { socketPath: address.slice('unix://'.length) } : tcpAddress(address);
  if (where === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = request({ ...where, path: '/_ping', timeout: answerDeadlineMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy());
    ping.on('error', () => resolve(false));
    ping.end();
  });
}

/** Plain TCP only; an engine behind TLS or SSH is not looked for, its user has addresses to give. */
function tcpAddress(address: string): { host: string; port: number } | undefined {
  const match = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(address);
  return match === null ? undefined : { host: match[1]!, port: Number(match[2]) };
}
