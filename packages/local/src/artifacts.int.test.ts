import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fetchArtifact, redisBinaries } from './artifacts.ts';

const cache = mkdtempSync(join(tmpdir(), 'vigie-cache-test-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

test('two runs that download at once end with one whole folder, and a third needs no Maven', { timeout: 180_000 }, async () => {
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  const [one, two] = await Promise.all([fetchArtifact(redisBinaries, env, report), fetchArtifact(redisBinaries, env, report)]);
  expect(one).toBe(two);
  expect(readdirSync(one).some((name) => name.startsWith('redis-server-'))).toBe(true);
  expect(readdirSync(join(cache, 'vigie'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('downloading Redis'))).not.toHaveLength(0);
  expect(await fetchArtifact(redisBinaries, { PATH: '/nowhere', XDG_CACHE_HOME: cache }, report)).toBe(one);
});

test('without Maven the message says what is missing and how to get it', async () => {
  const env = { PATH: '/nowhere', XDG_CACHE_HOME: join(cache, 'empty') };
  await expect(fetchArtifact(redisBinaries, env, () => {})).rejects.toThrow(/expected mvn to run, found ENOENT; install Maven/);
  expect(readdirSync(join(cache, 'empty', 'vigie'))).toEqual([]);
});
