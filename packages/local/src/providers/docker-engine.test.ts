import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findDockerEngine } from './docker-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigie-engine-test-'));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(name: string, status: number): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end('OK'));
  servers.push(server);
  server.listen(join(folder, name));
  await once(server, 'listening');
  return `unix://${join(folder, name)}`;
}

test('an engine that answers the ping is found', async () => {
  const address = await listen('good.sock', 200);
  expect(await findDockerEngine({ DOCKER_HOST: address })).toBe(address);
});

test('a socket file without an engine, an engine in trouble, and an address of nobody are none', async () => {
  writeFileSync(join(folder, 'dead.sock'), '');
  const answers = [`unix://${join(folder, 'dead.sock')}`, await listen('bad.sock', 500), 'tcp://127.0.0.1:1', 'ssh://host'].map((address) =>
    findDockerEngine({ DOCKER_HOST: address }),
  );
  expect(await Promise.all(answers)).toEqual([undefined, undefined, undefined, undefined]);
});
