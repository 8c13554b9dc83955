import { describe, expect, test } from 'vitest';
import { boundFlap, countFiring, flapInstanceCountMax, type FlapState } from './flap.ts';
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

  test('the word that one flaps does not keep a channel of type alertmanager from what else fires', () => {
    const run = new LaneRun();
    const policy = { firingCountMax: 1, withinMs: seconds(3_600), calmMs: seconds(1_800) };
    const resend = { route: { ...route, flap: policy }, resendMs: seconds(60) };
    run.look(0, [fires('email', 0), fires('search', 0)], resend);
    run.look(5, [resolves('search', 5)], resend);
    for (const at of [30, 90]) run.look(at, [], resend);
    run.look(100, [fires('search', 100, { episode: 2 })], resend);
    for (const at of [150, 210, 270]) run.look(at, [], resend);
    expect(run.look(330, [], resend)).toEqual(['repeat: email/1 firing ()', 'flapping: search/2 firing (0)']);
    expect(run.due).toBe(390);
  });

  test(`counts the firings of at most ${flapInstanceCountMax} instances, and forgets those that have been calm for longest`, () => {
    const firings = Object.fromEntries(Array.from({ length: flapInstanceCountMax + 2 }, (_, index) => [`i${index}`, [9_000 - index]]));
    const { flap, forgottenCount } = boundFlap({ firings, damped: { [`i${flapInstanceCountMax}`]: 1, i0: 1 } });
    expect([forgottenCount, Object.keys(flap.firings).length, flap.damped]).toEqual([2, flapInstanceCountMax, { i0: 1 }]);
  });

  test('a firing that is older than the policy looks back does not count, nor does one from before it was calm', () => {
    const policy = { firingCountMax: 2, withinMs: 100, calmMs: 40 };
    const count = (...times: readonly number[]): FlapState =>
      times.reduce<FlapState>((flap, atMs) => countFiring(flap, { instance: 'a', atMs }, policy), { firings: {}, damped: {} });
    expect(count(0, 50, 100).damped).toEqual({});
    expect(count(0, 50, 99).damped).toEqual({ a: 99 });
    expect(count(0, 50, 99, 138).damped).toEqual({ a: 99 });
    expect(count(0, 50, 99, 139)).toEqual({ firings: { a: [139] }, damped: {} });
  });
});
