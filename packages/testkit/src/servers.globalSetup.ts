/** Vitest's global setup: real servers once per run, their addresses provided to every test file. Name it in vitest.config.ts for the files that need servers. */
import { join } from 'node:path';
import type { Servers } from '@vigie/local';
import { startServers } from '@vigie/local';
import type { TestProject } from 'vitest/node';
import { shareServers } from './servers/suite-servers.ts';
import { makeTestFolder, removeTestFolder, sweepTestFolders } from './servers/test-folders.ts';

let running: { servers: Servers; dataDir: string } | undefined;

export async function setup(project: TestProject): Promise<void> {
  sweepTestFolders();
  const dataDir = makeTestFolder();
  const servers = await startServers({ dataDir, env: process.env, report: (line) => void process.stderr.write(`servers: ${line}\n`) });
  running = { servers, dataDir };
  project.provide('vigieServers', shareServers(servers, join(dataDir, 'suites')));
}

export async function teardown(): Promise<void> {
  if (running === undefined) return;
  await running.servers.stop();
  removeTestFolder(running.dataDir);
}
