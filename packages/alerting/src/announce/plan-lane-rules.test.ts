import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '../evaluate/alert-record.ts';
import { escalates, fires, LaneRun, muteOf, resolves, route, seconds } from './announce.fixture.ts';

describe('a lane after its rules changed', () => {
  test('a lane whose route is gone goes on by the one that leads its alerts to its channel now', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    const instead = { ...route, id: 'other', groupWaitMs: seconds(60), mute: ['quiet'] };
    const moved = { route: null, routeTo: () => instead, muteTimings: [muteOf(0, 2)] };
    expect(run.look(60, [], moved)).toEqual([]);
    expect(run.due).toBe(120);
    expect(run.look(120, [], moved)).toEqual(['firing: search/1 firing (0)']);
    expect(run.due).toBe(120 + 86_400);
  });

  test('an alert that no route leads here any more is not repeated, the others of its lane are; its end is told', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0), fires('email', 0)]);
    run.look(30);
    const routeTo = ({ slice }: AlertRecord) => (slice?.value === 'search' ? null : route);
    expect(run.look(86_430, [], { routeTo })).toEqual(['repeat: email/1 firing ()']);
    expect(run.look(90_000, [resolves('search', 90_000), fires('social', 90_000)], { routeTo })).toEqual([]);
    expect(run.look(90_030, [], { routeTo })).toEqual(['firing: email/1 firing () | social/1 firing (0) | search/1 resolved (1)']);
  });

  test('an episode that a lane hears of late is told as firing, and its end is', () => {
    const run = new LaneRun();
    run.look(0, [escalates('search', 0, { sequence: 3 })]);
    expect(run.look(30)).toEqual(['firing: search/1 firing (3)']);
    run.look(40, [resolves('search', 40, { sequence: 4 })]);
    expect(run.look(330)).toEqual(['resolved: search/1 resolved (4)']);
  });
});

test('a clock that was a day ahead for a moment delays nothing', () => {
  const run = new LaneRun();
  const flap = { firingCountMax: 1, withinMs: seconds(100), calmMs: seconds(100) };
  run.look(86_400, [fires('search', 86_400)], { route: { ...route, groupWaitMs: 0, flap } });
  expect(run.messages).toHaveLength(1);
  run.look(10, [escalates('search', 10)]);
  expect(run.due).toBe(310);
  expect(run.look(310)).toEqual(['changed: search/1 firing (1)']);
  run.look(320, [{ ...fires('email', 320), storedMs: seconds(86_400) }]);
  expect(run.look(610)).toEqual(['firing: search/1 firing () | email/1 firing (0)']);
});

test('an alert that flapped back to what the channel knows is repeated in its time, not when it has been calm', () => {
  const run = new LaneRun();
  const flap = { firingCountMax: 1, withinMs: seconds(30), calmMs: seconds(60) };
  const flapping = { route: { ...route, groupWaitMs: 0, groupIntervalMs: 0, repeatIntervalMs: seconds(30), flap } };
  const ofSecond = { episode: 2, severity: 'critical' } as const;
  run.look(0, [fires('search', 0), resolves('search', 0), fires('search', 0, ofSecond)], flapping);
  const back = [
    escalates('search', 1, { ...ofSecond, kind: 'deescalated', severity: 'info' }),
    escalates('search', 1, { ...ofSecond, sequence: 2 }),
  ];
  expect([run.look(1, back, flapping), run.due]).toEqual([[], 30]);
  expect(run.look(30, [], flapping)).toEqual(['repeat: search/2 firing ()']);
});
