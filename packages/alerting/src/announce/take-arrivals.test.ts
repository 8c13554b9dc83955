import { describe, expect, test } from 'vitest';
import { arrivalOf, fires, LaneRun } from './announce.fixture.ts';
import { laneAlertCountMax, pendingCountMax } from './take-arrivals.ts';

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

  test(`takes no more than ${laneAlertCountMax} alerts, and counts those past it`, () => {
    const run = new LaneRun();
    run.look(
      0,
      Array.from({ length: laneAlertCountMax + 7 }, (_, index) => fires(`channel-${index}`, 0)),
    );
    expect([run.dropped, run.state?.alerts.length]).toEqual([7, laneAlertCountMax]);
  });
});
