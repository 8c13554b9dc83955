import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLifecycle } from './index.ts';

function harness(drainDeadlineMs = 1000) {
  const happened: string[] = [];
  const log = (_: unknown, text?: string) => void happened.push(`log: ${text}`);
  const host = Object.assign(new EventEmitter(), { exit: (code: number) => void happened.push(`exit ${code}`) });
  const lifecycle = createLifecycle({
    logger: { info: () => {}, warn: () => {}, error: log },
    drainDeadlineMs,
    process: host,
  });
  const add = (name: string) =>
    lifecycle.add(
      name,
      () => void happened.push(`start ${name}`),
      () => void happened.push(`stop ${name}`),
    );
  return { lifecycle, happened, host, add };
}

describe('lifecycle', () => {
  test('starts in order and stops in reverse on SIGTERM', async () => {
    const { lifecycle, happened, host, add } = harness();
    add('redis');
    add('loop');
    const running = lifecycle.run();
    await Promise.resolve();
    host.emit('SIGTERM', 'SIGTERM');
    expect(await running).toBe(0);
    expect(happened).toEqual(['start redis', 'start loop', 'stop loop', 'stop redis']);
  });

  test('a failed start stops what was started, in reverse, and ends with 1', async () => {
    const { lifecycle, happened, add } = harness();
    add('redis');
    lifecycle.add(
      'kafka',
      () => Promise.reject(new Error('refused')),
      () => void happened.push('stop kafka'),
    );
    add('never');
    expect(await lifecycle.run()).toBe(1);
    expect(happened).toEqual(['start redis', 'log: a part failed, stopping everything', 'stop redis']);
  });

  test('a part that fails later stops everything and ends with 1', async () => {
    const { lifecycle, happened, add } = harness();
    add('loop');
    const running = lifecycle.run();
    lifecycle.fail('loop', new Error('lost'));
    expect(await running).toBe(1);
    expect(happened.at(-1)).toBe('stop loop');
  });

  test('a part that fails to stop does not keep the others running', async () => {
    const { lifecycle, happened, add } = harness();
    add('redis');
    lifecycle.add(
      'stubborn',
      () => {},
      () => Promise.reject(new Error('no')),
    );
    const running = lifecycle.run();
    await setImmediate();
    lifecycle.stop('test');
    expect(await running).toBe(1);
    expect(happened).toEqual(['start redis', 'log: failed to stop', 'stop redis']);
  });

  test('past the drain deadline the signal aborts and the rest is left behind', async () => {
    const { lifecycle, happened } = harness(20);
    let aborted = false;
    lifecycle.add(
      'hanging',
      () => {},
      (deadline) => {
        deadline.addEventListener('abort', () => (aborted = true));
        return Promise.withResolvers<void>().promise;
      },
    );
    const running = lifecycle.run();
    await setImmediate();
    lifecycle.stop('test');
    expect(await running).toBe(1);
    expect(aborted).toBe(true);
    expect(happened).toEqual(['log: did not stop before the drain deadline, left behind']);
  });

  test('a second signal leaves at once', async () => {
    const { lifecycle, happened, host } = harness(50);
    lifecycle.add(
      'hanging',
      () => {},
      () => Promise.withResolvers<void>().promise,
    );
    const running = lifecycle.run();
    host.emit('SIGINT', 'SIGINT');
    host.emit('SIGINT', 'SIGINT');
    expect(happened).toEqual(['exit 130']);
    await running;
  });
});
