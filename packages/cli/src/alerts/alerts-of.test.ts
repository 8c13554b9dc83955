import { anAlertRecord, anAlertRule } from '@vigie/testkit';
import { expect, test } from 'vitest';
import { type Alert, alertsOf, needsAttention } from './alerts-of.ts';
import { board, firing, hourMs, judged, laneTo, laneView, nowMs, pending } from './board.fixture.ts';

const rule = anAlertRule();
const only = (alerts: readonly Alert[]): Alert => {
  expect(alerts).toHaveLength(1);
  return alerts[0]!;
};

test('what fires comes before what is pending, grave before mild, and the oldest first', () => {
  const instances = [
    pending('p'),
    firing('young', { startedMs: nowMs }),
    firing('grave', { severity: 'critical', startedMs: nowMs }),
    firing('old'),
  ];
  expect(alertsOf(board([judged(rule, instances)])).map(({ instance }) => instance.id)).toEqual(['grave', 'old', 'young', 'p']);
});

test('an instance that is in order is no alert', () => {
  const ok = { ...pending('x'), condition: { state: 'OK' } as const };
  expect(alertsOf(board([judged(rule, [ok])]))).toEqual([]);
});

test('an acknowledgement counts until the severity rises', () => {
  const acknowledgement = { episode: 'e-i', instance: 'i', severity: 'warning', author: 'ada', comment: '', atMs: nowMs } as const;
  const acknowledgements = new Map([['e-i', acknowledgement]]);
  const mild = only(alertsOf(board([judged(rule, [firing('i')])], { acknowledgements })));
  expect(mild.acknowledgement).toEqual(acknowledgement);
  expect(needsAttention(mild)).toBe(false);
  const grave = only(alertsOf(board([judged(rule, [firing('i', { severity: 'critical' })])], { acknowledgements })));
  expect(grave.acknowledgement).toBeNull();
  expect(needsAttention(grave)).toBe(true);
});

test('a silence holds what it matches, while it lasts', () => {
  const silence = {
    ...{ id: 's', startsMs: nowMs - 1, endsMs: nowMs + hourMs, author: 'ada', comment: 'planned', createdMs: nowMs - 1 },
    matchers: [{ label: 'channel', op: '=', value: 'i' }],
  } as const;
  const two = alertsOf(board([judged(rule, [firing('i'), firing('j')])], { silences: [silence] }));
  expect(two.map(({ silence: holding }) => holding?.id ?? null)).toEqual(['s', null]);
  expect(two.map(needsAttention)).toEqual([false, true]);
  const later = board([judged(rule, [firing('i')])], { silences: [silence], nowMs: nowMs + hourMs });
  expect(only(alertsOf(later)).silence).toBeNull();
});

test('an alert that explains another one holds it', () => {
  const lag = { ...anAlertRule('lag'), kind: 'pipeline' as const };
  const seen = board([judged(rule, [firing('i')]), judged(lag, [firing('lag')])]);
  const inhibitions = [
    { source: [{ label: 'kind', op: '=', value: 'pipeline' }], target: [{ label: 'kind', op: '=', value: 'kpi' }], equal: [] },
  ] as const;
  const alerts = alertsOf({ ...seen, ruleSet: { ...seen.ruleSet!, inhibitions } });
  expect(alerts.map(({ rule: { uid }, inhibitedBy }) => [uid, inhibitedBy?.rule ?? null])).toEqual([
    ['churn', 'lag'],
    ['lag', null],
  ]);
});

test('each channel says how far it is: told, in a moment, held, trying, lost, off', () => {
  const rules = [judged(rule, [firing('i')])];
  const [log, desk] = [laneTo('log'), laneTo('desk')];
  const lanes = new Map([
    [log.id, laneView(log, 'i', nowMs - hourMs)],
    [desk.id, laneView(desk, 'i', null)],
  ]);
  const kinds = (over: Parameters<typeof board>[1]): string[] =>
    only(alertsOf(board(rules, { lanes, ...over }))).channels.map(({ channel, kind }) => `${channel} ${kind}`);
  expect(kinds({})).toEqual(['log told', 'desk soon']);
  const notification = { id: 'msg_1', channel: 'log', kind: 'firing', queue: log.id, text: '' } as const;
  const waiting = [{ notification, createdMs: nowMs, attempt: 2, dueMs: nowMs + 5_000, reason: 'HTTP 503' }];
  expect(kinds({ waiting })).toEqual(['log sending', 'desk soon']);
  const deliveries = [
    { notification, outcome: 'dead', reason: 'HTTP 404', attempt: 1, createdMs: nowMs - hourMs, settledMs: nowMs } as const,
  ];
  expect(kinds({ deliveries })).toEqual(['log lost', 'desk soon']);
  expect(kinds({ disabled: new Map([['desk', { reason: '410', atMs: nowMs }]]) })).toEqual(['log told', 'desk off']);
});

test('the record of an alert is what its lanes know, else the newest of the history', () => {
  const log = laneTo('log');
  const lanes = new Map([[log.id, laneView(log, 'i', nowMs)]]);
  const known = only(alertsOf(board([judged(rule, [firing('i')])], { lanes })));
  expect(known.record?.transition.id).toBe('t-i');
  expect(only(alertsOf(board([judged(rule, [firing('i')])]))).record).toBeNull();
  const records = [anAlertRecord('newest', { instance: 'i' }), anAlertRecord('older', { instance: 'i' })];
  expect(only(alertsOf(board([judged(rule, [firing('i')])], { records }))).record?.transition.id).toBe('newest');
});
