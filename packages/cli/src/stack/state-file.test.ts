import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dropRunningStack, findRunningStack, writeRunningStack } from './state-file.ts';

const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'vigie-state-'));
const stack = { startedAt: '2026-03-01T00:00:00Z', environment: { VIGIE_REDIS_URL: 'redis://127.0.0.1:1' }, services: [] };

test('a running stack is found by others, and its passwords are read by its owner alone', () => {
  const folder = freshFolder();
  writeRunningStack(folder, stack);
  expect(findRunningStack(folder)).toMatchObject({ ...stack, pid: process.pid });
  expect(statSync(join(folder, 'up.json')).mode & 0o077).toBe(0);
  dropRunningStack(folder);
  expect(findRunningStack(folder)).toBeNull();
});

test('a stack whose process is gone, or whose number another process has now, is none', async () => {
  const folder = freshFolder();
  writeRunningStack(folder, stack);
  const file = join(folder, 'up.json');
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  for (const change of [{ pid: child.pid }, { processStart: 'Thu Jan  1 00:00:00 1970' }, { version: 2 }]) {
    writeFileSync(file, JSON.stringify({ ...written, ...change }));
    expect(findRunningStack(folder)).toBeNull();
  }
  writeFileSync(file, '{"version":1,');
  expect(findRunningStack(folder)).toBeNull();
});
