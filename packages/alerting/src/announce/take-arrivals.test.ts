import { describe, expect, test } from 'vitest';
import { arrivalOf, escalates, fires, LaneRun, resolves, route } from './announce.fixture.ts';
import { laneAlertCountMax, leftCountMax, pendingCountMax } from './take-arrivals.ts';

describe('bounds', () => {
  test(`keeps the first and the latest of more than ${pendingCountMax} untold transitions of an episode, and counts the rest`, () => {
    const run = new LaneRun();
    const changes = Array.from({ length: 20 }, (_, index) =>
      arrivalOf({
        of: 'search',
        at: 0,
        sequence: index + 1,
        ...(index % 2 === 0 ? { kind: 'escalated' as const, severity: 'critical' as const } : { kind: 'deescalated' as const }),
      }),
    );
    run.look(0, [fires('search', 0), ...changes]);
    expect(run.dropped).toBe(21 - pendingCountMax);
    run.look(30);
    const told = run.messages[0]!.alerts[0]!.transitions.map(({ id }) => id);
    expect([told.length, told[0], told.at(-1)]).toEqual([pendingCountMax, 'search/1/0', 'search/1/20']);
  });

  test(`past ${laneAlertCountMax} alerts arrivals wait, are counted in the text, and are told when others end`, () => {
    const run = new LaneRun();
    const route0 = { route: { ...route, groupWaitMs: 0, groupIntervalMs: 0 } };
    const many = Array.from({ length: laneAlertCountMax + 7 }, (_, index) => fires(`c${index}`, 0));
    run.look(0, many, route0);
    const [first] = run.messages;
    expect([first!.alerts.length, first!.held, run.left.length, run.dropped]).toEqual([laneAlertCountMax, { waiting: 7 }, 7, 0]);
    // Nothing changes while nothing ends, and the lane does not ask to be looked at for it.
    expect([run.look(1, [], route0), run.due]).toEqual([[], 86_400]);

    // What is known goes on behind those that wait; what waits and changes still waits.
    const ends = [resolves('c3', 2), escalates('c4', 2), resolves('c4', 2, { sequence: 2 }), escalates(`c${laneAlertCountMax}`, 2)];
    run.look(2, ends, route0);
    const news = run.messages[1]!.alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id));
    expect(news).toEqual(['c3/1/1', 'c4/1/1', 'c4/1/2']);
    expect([run.messages[1]!.held, run.due, run.left.length]).toEqual([{ waiting: 7 }, 2, 11]);

    // The two who left make room for two, and nothing is told twice.
    run.look(3, [], route0);
    expect(run.messages[2]!.alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id))).toEqual([
      'c1000/1/0',
      'c1000/1/1',
      'c1001/1/0',
    ]);
    expect([run.messages[2]!.held, run.left.length, run.dropped]).toEqual([{ waiting: 5 }, 9, 0]);

    // All others end, of those that wait one too: each is told.
    const rest = Array.from({ length: laneAlertCountMax + 6 }, (_, index) => resolves(`c${index}`, 4, { sequence: 9 }));
    for (let at = 4; at < 10; at += 1) run.look(at, at === 4 ? rest : [], route0);
    const told = run.messages.flatMap(({ alerts }) => alerts.flatMap(({ transitions }) => transitions.map(({ id }) => id)));
    expect(new Set(told).size).toBe(told.length);
    expect(told.filter((id) => id.endsWith('/0'))).toHaveLength(laneAlertCountMax + 7);
    expect([run.state?.alerts.map(({ episode }) => episode), run.left, run.dropped]).toEqual([['c1006/1'], [], 0]);
    expect(run.state).not.toHaveProperty('ahead');
  });

  test(`no more than ${leftCountMax} arrivals are left to wait: the oldest are history only, and counted`, () => {
    const run = new LaneRun();
    run.look(
      0,
      Array.from({ length: laneAlertCountMax + leftCountMax + 3 }, (_, index) => fires(`c${index}`, 0)),
    );
    expect([run.dropped, run.left.length, run.state?.alerts.length]).toEqual([3, leftCountMax, laneAlertCountMax]);
  });
});
