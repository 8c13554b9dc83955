import { describe, expect, test } from 'vitest';
import { notificationId } from '../ids.ts';
import {
  acknowledgementOf,
  arrivalOf,
  LaneRun,
  muteOf,
  pipelineAlert,
  pipelineInhibits,
  route,
  seconds,
  silenceOf,
  escalates,
  fires,
  resolves,
} from './announce.fixture.ts';

describe('a lane', () => {
  test('waits group_wait from the first arrival, then tells all of the group in one message', () => {
    const run = new LaneRun();
    expect(run.look(100, [fires('search', 100)])).toEqual([]);
    expect(run.due).toBe(130);
    expect(run.look(110, [fires('email', 110, { severity: 'critical' })])).toEqual([]);
    expect(run.due).toBe(130);
    expect(run.look(130)).toEqual(['firing: email/1 firing (0) | search/1 firing (0)']);
  });

  test('leaves group_interval between messages, and says what else still fires', () => {
    const run = new LaneRun();
    run.look(100, [fires('search', 100)]);
    run.look(130);
    expect(run.look(200, [fires('email', 200)])).toEqual([]);
    expect(run.due).toBe(430);
    expect(run.look(430)).toEqual(['firing: email/1 firing (0) | search/1 firing ()']);
  });

  test('told as fired and resolved within group_wait, in one message: nothing is lost', () => {
    const run = new LaneRun();
    run.look(100, [fires('search', 100)]);
    run.look(120, [resolves('search', 120)]);
    expect(run.look(130)).toEqual(['resolved: search/1 resolved (0,1)']);
    expect(run.state?.alerts).toEqual([]);
  });

  test('is forgotten once group_interval has passed after everything ended', () => {
    const run = new LaneRun();
    run.look(100, [fires('search', 100)]);
    run.look(130);
    run.look(500, [resolves('search', 500)]);
    expect(run.look(530)).toEqual(['resolved: search/1 resolved (1)']);
    expect(run.due).toBe(830);
    expect(run.look(829)).toEqual([]);
    expect(run.state).not.toBeNull();
    run.look(830);
    expect([run.state, run.dueMs]).toEqual([null, null]);
  });

  test('repeats what fires after repeat_interval, each time with an id of its own, and the same id when it is planned again', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    expect(run.due).toBe(86_430);
    const before = run.state;
    expect(run.look(86_430)).toEqual(['repeat: search/1 firing ()']);
    expect(run.look(172_830)).toEqual(['repeat: search/1 firing ()']);
    run.state = before;
    run.look(86_430);
    const ids = run.messages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[1]);
  });
});

describe('holds', () => {
  test('what fired and resolved while silenced is history only', () => {
    const run = new LaneRun();
    const held = { silences: [silenceOf('search', 0, 1_000)] };
    run.look(100, [fires('search', 100)], held);
    expect(run.due).toBe(1_000);
    run.look(200, [resolves('search', 200)], held);
    expect([run.state, run.dueMs]).toEqual([null, null]);
    expect(run.messages).toEqual([]);
  });

  test('what still fires when a silence ends is told then', () => {
    const run = new LaneRun();
    const held = { silences: [silenceOf('search', 0, 1_000)] };
    run.look(100, [fires('search', 100)], held);
    expect(run.look(999, [], held)).toEqual([]);
    expect(run.look(1_000, [], held)).toEqual(['firing: search/1 firing (0)']);
  });

  test('the end of an announced firing is told whatever holds it', () => {
    const run = new LaneRun();
    run.look(100, [fires('search', 100)]);
    run.look(130);
    const held = { silences: [silenceOf('search', 140, 9_000)], inhibitions: [pipelineInhibits], firing: [pipelineAlert] };
    run.look(200, [resolves('search', 200)], held);
    expect(run.due).toBe(430);
    expect(run.look(430, [], held)).toEqual(['resolved: search/1 resolved (1)']);
  });

  test('a severity that rose and fell back while held is history; one that stays is told at release', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0), fires('email', 0)]);
    run.look(30);
    const held = { silences: [silenceOf('search', 100, 1_000), silenceOf('email', 100, 1_000)] };
    run.look(200, [escalates('search', 200), escalates('email', 200)], held);
    run.look(300, [arrivalOf({ of: 'search', kind: 'deescalated', sequence: 2, at: 300 })], held);
    expect(run.look(1_000, [], held)).toEqual(['changed: email/1 firing (1) | search/1 firing ()']);
  });

  test('began free and ended held: told when the hold ends, for nothing of it was history', () => {
    const run = new LaneRun();
    const held = { silences: [silenceOf('search', 110, 1_000)] };
    run.look(100, [fires('search', 100)], held);
    run.look(120, [resolves('search', 120)], held);
    expect(run.look(130, [], held)).toEqual([]);
    expect(run.due).toBe(1_000);
    expect(run.look(1_000, [], held)).toEqual(['resolved: search/1 resolved (0,1)']);
  });

  test('a muted route tells when the time range ends', () => {
    const run = new LaneRun();
    const held = { route: { ...route, mute: ['quiet'] }, muteTimings: [muteOf(1, 10)] };
    run.look(60, [fires('search', 60)], held);
    expect(run.due).toBe(600);
    expect(run.look(600, [], held)).toEqual(['firing: search/1 firing (0)']);
  });

  test('an inhibited alert is looked at again and told when what inhibits it is over, and others are told with the count of the held', () => {
    const run = new LaneRun();
    const held = { silences: [silenceOf('email', 0, 5_000)], inhibitions: [pipelineInhibits], firing: [pipelineAlert] };
    run.look(0, [fires('search', 0), fires('email', 0)], held);
    expect(run.due).toBe(30);
    run.look(30, [], held);
    expect(run.due).toBe(60);
    expect(run.look(60, [], { ...held, firing: [] })).toEqual(['firing: search/1 firing (0)']);
    expect(run.messages[0]?.held).toEqual({ silenced: 1 });
  });

  test('held alerts are not repeated, and a repeat that is due is made when the hold ends', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    const held = { silences: [silenceOf('search', 80_000, 90_000)] };
    run.look(80_000, [], held);
    expect(run.due).toBe(90_000);
    expect(run.look(86_430, [], held)).toEqual([]);
    expect(run.look(90_000, [], held)).toEqual(['repeat: search/1 firing ()']);
  });
});

describe('acknowledgement', () => {
  const acknowledged = { acknowledgements: new Map([['search/1', acknowledgementOf('search', 40)]]) };

  test('stops repeats until it is taken back', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    run.look(40, [], acknowledged);
    expect(run.dueMs).toBeNull();
    expect(run.look(90_000, [], acknowledged)).toEqual([]);
    expect(run.look(90_001)).toEqual(['repeat: search/1 firing ()']);
  });

  test('does not keep an escalation back, and is void from then on, even when the severity falls again', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    run.look(1_000, [escalates('search', 1_000)], acknowledged);
    expect(run.look(1_030, [], acknowledged)).toEqual(['changed: search/1 firing (1)']);
    expect(run.messages.at(-1)?.alerts[0]?.acknowledgedBy).toBeNull();
    run.look(2_000, [arrivalOf({ of: 'search', kind: 'deescalated', sequence: 2, at: 2_000 })], acknowledged);
    run.look(2_030, [], acknowledged);
    expect(run.due).toBe(2_030 + 86_400);
  });

  test('is named to those who read of the alert beside news', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    run.look(1_000, [fires('email', 1_000)], acknowledged);
    run.look(1_030, [], acknowledged);
    expect(run.messages.at(-1)?.alerts.map(({ acknowledgedBy }) => acknowledgedBy)).toEqual([null, 'ada']);
  });
});

describe('order and identity', () => {
  test('a second episode stands behind the end of the first, and before what is milder', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0), fires('email', 0)]);
    run.look(30);
    run.look(100, [resolves('search', 100)]);
    run.look(200, [fires('search', 200, { episode: 2, severity: 'critical' })]);
    expect(run.look(330)).toEqual(['firing: search/1 resolved (1) | search/2 firing (0) | email/1 firing ()']);
  });

  test('an episode that is held is told with a later one of its instance that is not, and never after it', () => {
    const run = new LaneRun();
    const critical = { ...silenceOf('-', 110, 1_000), matchers: [{ label: 'severity', op: '=' as const, value: 'critical' }] };
    const held = { silences: [critical] };
    run.look(100, [fires('search', 100, { severity: 'critical' })], held);
    run.look(115, [resolves('search', 115, { severity: 'critical' })], held);
    run.look(120, [fires('search', 120, { episode: 2 })], held);
    expect(run.look(130, [], held)).toEqual(['firing: search/1 resolved (0,1) | search/2 firing (0)']);
  });

  test('a transition that arrives twice is told once', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0), fires('search', 0)]);
    run.look(10, [fires('search', 0)]);
    expect(run.look(30)).toEqual(['firing: search/1 firing (0)']);
  });

  test('backfilled transitions are folded into one message', () => {
    const run = new LaneRun();
    const late = [fires('search', 0), resolves('search', 0), fires('search', 0, { episode: 2 }), resolves('search', 0, { episode: 2 })];
    run.look(0, late);
    expect(run.look(30)).toEqual(['resolved: search/1 resolved (0,1) | search/2 resolved (0,1)']);
  });

  test('a lane that hears of an episode only when it escalates tells it as firing, and how it ends', () => {
    const run = new LaneRun();
    run.look(0, [escalates('search', 0)]);
    expect(run.look(30)).toEqual(['firing: search/1 firing (1)']);
    run.look(400, [resolves('search', 400, { sequence: 2 })]);
    expect(run.look(430)).toEqual(['resolved: search/1 resolved (2)']);
  });

  test('the message of one transition has the id of that transition, kind and channel', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    expect(run.messages[0]?.id).toBe(notificationId('search/1/0', 'firing', 'hook'));
  });

  test('the end of an episode that the lane knows nothing of is no news', () => {
    const run = new LaneRun();
    expect(run.look(0, [resolves('search', 0)])).toEqual([]);
    expect(run.state).toBeNull();
  });

  test('a lane that is no longer in the rules tells only how announced firings end', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)]);
    run.look(30);
    run.look(40, [fires('email', 40), fires('social', 40)], { route: null });
    expect(run.dueMs).toBeNull();
    expect(run.look(50, [resolves('search', 50), resolves('email', 50)], { route: null })).toEqual(['resolved: search/1 resolved (1)']);
    expect(run.look(90)).toEqual([]);
    expect(run.look(350)).toEqual(['firing: social/1 firing (0)']);
  });
});

describe('channels of type alertmanager', () => {
  const resend = { resendMs: seconds(60) };

  test('get everything that fires every resendMs, silenced or not, and each end once', () => {
    const run = new LaneRun();
    run.look(0, [fires('search', 0)], resend);
    run.look(30, [], resend);
    expect(run.due).toBe(90);
    const silenced = { ...resend, silences: [silenceOf('search', 80, 9_000)] };
    expect(run.look(90, [], silenced)).toEqual(['repeat: search/1 firing ()']);
    run.look(150, [], silenced);
    run.look(160, [resolves('search', 160)], silenced);
    expect(run.due).toBe(330);
    expect(run.look(330, [], silenced)).toEqual(['resolved: search/1 resolved (1)']);
    expect(new Set(run.messages.map(({ id }) => id)).size).toBe(4);
  });
});
