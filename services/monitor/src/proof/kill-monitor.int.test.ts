import { connectClickhouse, migrate } from '@vigie/clickhouse';
import { connectRedis, createAlertStore } from '@vigie/redis';
import { clickhouseConfig, createLogger, readConfig } from '@vigie/runtime';
import { eventually, useServers } from '@vigie/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from './counting-receiver.ts';
import { expectedKinds, Stage } from './stage.ts';

const suite = useServers();
const logger = createLogger({ name: 'test', level: 'silent' });
const redis = connectRedis(
  { url: suite.redisUrl, password: undefined, prefix: suite.redisPrefix, caFile: undefined },
  { name: 'test', logger },
);
beforeAll(async () => {
  const clickhouse = connectClickhouse(readConfig(clickhouseConfig, suite.environment), {
    name: 'test',
  });
  await migrate(clickhouse, () => {});
  await clickhouse.close();
});
afterAll(() => redis.disconnect());

let stage: Stage;
let stageCount = 0;
afterEach(() => stage.close());

async function begin(answerOf?: (id: string, attempt: number) => Answer): Promise<void> {
  stageCount += 1;
  const prefix = `${suite.redisPrefix}-kill-${stageCount}`;
  const store = createAlertStore(redis, prefix);
  stage = await Stage.open({ environment: suite.environment, prefix, store, ...(answerOf === undefined ? {} : { answerOf }) });
  await stage.seed();
}

/** Plays with a monitor that dies at a point, and with its heir from there on. */
async function playWithDeathAt(faultPoint: string): Promise<void> {
  const victim = stage.start({ VIGIE_FAULT_POINT: faultPoint });
  const isDead = () => victim.child.signalCode !== null;
  while (!stage.isOver && !isDead()) {
    stage.release();
    await stage.untilTold(isDead);
  }
  expect((await victim.ended).signal).toBe('SIGKILL');
  expect(stage.faults()).toContain(`${faultPoint.replace(':', ' ')} `);
  const heir = stage.start();
  await stage.playOut();
  await stage.stopCleanly(heir);
}

describe('a monitor that is killed', () => {
  const points = ['monitor.decided', 'monitor.stored', 'monitor.planned', 'monitor.announced', 'monitor.sent'].flatMap((point) =>
    [1, 3, 6].map((passing) => ({ point, passing })),
  );
  test.each(points)('at $point, passing $passing: every transition is told once, or again with the same id', async ({ point, passing }) => {
    await begin();
    await playWithDeathAt(`${point}:${passing}`);
    await stage.expectHonest();
    // Who was killed after the send has sent it, and did not know: it comes once more.
    expect(stage.receiver.receipts).toHaveLength(point === 'monitor.sent' ? expectedKinds.length + 1 : expectedKinds.length);
  });

  test('in back-off: the next attempt is made by the heir, with the same id', async () => {
    await begin((_id, attempt) => (attempt === 1 ? 503 : 204));
    await playWithDeathAt('monitor.backoff:2');
    await stage.expectHonest();
    expect(stage.receiver.receipts).toHaveLength(2 * expectedKinds.length);
  });

  test('again and again, at every point in turn, still tells each transition', async () => {
    await begin();
    stage.release();
    stage.release();
    for (const point of ['monitor.decided', 'monitor.stored', 'monitor.planned', 'monitor.announced', 'monitor.sent', 'monitor.sent']) {
      // What was stored is not stored again, so some points are passed only if there is something new.
      if (point === 'monitor.stored' || point === 'monitor.planned') stage.release();
      const victim = stage.start({ VIGIE_FAULT_POINT: point });
      expect((await victim.ended).signal).toBe('SIGKILL');
    }
    const heir = stage.start();
    await stage.playOut();
    await stage.stopCleanly(heir);
    await stage.expectHonest();
  });
});

describe('two monitors', () => {
  test('announce each transition exactly once', async () => {
    await begin();
    // Clocks that agree: one that is ahead by more than a lease would take over what the other is sending.
    const both = [stage.start(), stage.start({ LATER_MS: '0' })];
    await stage.playOut();
    for (const one of both) await stage.stopCleanly(one);
    await stage.expectHonest();
    expect(stage.receiver.receipts).toHaveLength(expectedKinds.length);
  });

  test.each(['monitor.decided', 'monitor.planned'])('one that was paused at %s and wakes long after changes nothing', async (point) => {
    await begin();
    stage.release();
    stage.release();
    const sleeper = stage.start({ VIGIE_FAULT_POINT: point, VIGIE_FAULT_ACTION: 'pause' });
    await eventually(() => expect(stage.faults()).toContain(`${point} 1 `), { deadlineMs: 20_000 });
    const other = stage.start();
    await stage.playOut();
    sleeper.child.kill('SIGCONT');
    const said = await stage.stopCleanly(sleeper);
    await stage.stopCleanly(other);
    if (point === 'monitor.decided') expect(said).toContain('vigie_monitor_commits_refused_total 1');
    await stage.expectHonest();
    expect(stage.receiver.receipts).toHaveLength(new Set(stage.receiver.receipts.map(({ id }) => id)).size);
  });
});

describe('a receiver that fails', () => {
  test('gets the same notification until it takes it, and the next one only then', async () => {
    const answers: Answer[] = [503, { status: 429, retryAfter: '0' }, 'hang', 'reset', 'slow', 500, 204];
    await begin((_id, attempt) => answers[attempt - 1] ?? 204);
    const monitor = stage.start();
    await stage.playOut();
    await stage.stopCleanly(monitor);
    await stage.expectHonest();
    const attempts = [...Map.groupBy(stage.receiver.receipts, ({ id }) => id).values()].map((group) => group.length);
    expect(attempts).toEqual(expectedKinds.map(() => answers.length));
  });

  test.each([
    ['a redirect', 'redirect' as const],
    ['a refusal', 403],
  ])('for good, by %s: what it was to be told is kept, with the reason, and can be sent again with the same ids', async (_name, answer) => {
    let isMended = false;
    await begin(() => (isMended ? 204 : answer));
    const monitor = stage.start();
    // A value in order, then one over its limit.
    stage.release();
    stage.release();
    await eventually(async () => expect(await stage.store.deadLetters(10)).toHaveLength(1), { deadlineMs: 20_000 });
    isMended = true;
    // While it fires: what is over is not sent again.
    expect(await stage.store.retryDead('all')).toMatchObject({ retriedCount: 1 });
    await stage.playOut();
    await stage.stopCleanly(monitor);
    expect(await stage.store.deadLetters(10)).toEqual([]);
    expect(new Set(stage.receiver.receipts.map(({ id }) => id)).size).toBe(expectedKinds.length);
    const ids = (await stage.store.history(100)).map(({ transition }) => transition.id);
    expect(new Set(stage.told().flatMap(({ transitions }) => transitions))).toEqual(new Set(ids));
  });
});
