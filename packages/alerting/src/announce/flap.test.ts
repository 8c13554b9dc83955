import { describe, expect, test } from 'vitest';
import { fires, LaneRun, resolves, route, seconds } from './announce.fixture.ts';

describe('the flap damper', () => {
  const damping = { route: { ...route, flap: { firingCountMax: 2, withinMs: seconds(3_600), calmMs: seconds(1_800) } } };
  const episode = (number: number, at: number) => [
    fires('search', at, { episode: number }),
    resolves('search', at + 10, { episode: number }),
  ];

  test('says once that an instance flaps, holds what comes then, and tells when it is calm that it still fires', () => {
    const run = new LaneRun();
    for (const [number, at] of [1, 401, 801].entries()) {
      const [firing, resolved] = episode(number + 1, at);
      run.look(at, [firing!], damping);
      run.look(at + 10, [resolved!], damping);
      run.look(at + 30, [], damping);
    }
    expect(run.messages.map(({ kind }) => kind)).toEqual(['resolved', 'resolved', 'flapping']);
    const [fourth, fourthEnd] = episode(4, 1_200);
    run.look(1_200, [fourth!], damping);
    run.look(1_210, [fourthEnd!], damping);
    run.look(1_300, [fires('search', 1_300, { episode: 5 })], damping);
    expect(run.due).toBe(1_300 + 1_800);
    expect(run.look(3_099, [], damping)).toEqual([]);
    expect(run.look(3_100, [], damping)).toEqual(['firing: search/5 firing (0)']);
  });

  test('what was told before it flapped, and what does not flap, go out in a message of their own, first', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)], damping);
    run.look(30, [], damping);
    const late = [resolves('search', 100), ...episode(2, 110), fires('email', 130), fires('search', 140, { episode: 3 })];
    run.look(140, late, damping);
    expect(run.look(330, [], damping)).toEqual([
      'firing: email/1 firing (0) | search/1 resolved (1) | search/2 resolved (0,1)',
      'flapping: search/3 firing (0)',
    ]);
  });
});
