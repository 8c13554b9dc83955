import { expect, test } from 'vitest';
import { createSourceHealth } from './source-health.ts';

test('a source that fails is left alone for a while, so that its hanging holds up nobody, and asked again then', async () => {
  let nowMs = 1_000_000;
  let readCount = 0;
  const health = createSourceHealth(() => nowMs);
  const failing = () => {
    readCount += 1;
    return Promise.reject(new Error('no answer in time'));
  };
  await expect(health.watch('clickhouse', failing)).rejects.toThrow('no answer in time');
  nowMs += 14_999;
  await expect(health.watch('clickhouse', failing)).rejects.toThrow('no answer in time');
  expect(readCount).toBe(1);
  nowMs += 1;
  expect(await health.watch('clickhouse', () => Promise.resolve('there'))).toBe('there');
  expect(health.failingSince('clickhouse')).toBeNull();
});

test('Redis is asked at every tick: everything waits for it anyway', async () => {
  const health = createSourceHealth(() => 0);
  await expect(health.watch('redis', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(await health.watch('redis', () => Promise.resolve('there'))).toBe('there');
});

test('a clock that is set back does not keep a source from being asked', async () => {
  let nowMs = 1_000_000;
  const health = createSourceHealth(() => nowMs);
  await expect(health.watch('clickhouse', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  nowMs -= 500_000;
  expect(await health.watch('clickhouse', () => Promise.resolve('there'))).toBe('there');
});
