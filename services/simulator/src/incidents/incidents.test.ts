import { expect, test } from 'vitest';
import { dayMs } from '../company/catalogue.ts';
import { expectTransitions, type SimpleRule } from '../ledger/expect-alerts.ts';
import { type LedgerKpi, trueValue } from '../ledger/kpis.ts';
import { windowStart } from '../ledger/local-days.ts';
import { Simulation } from '../run/simulation.ts';
import { readIncidentText } from './incident.ts';
import { readScript } from './script.ts';

const minuteMs = 60_000;
const historyEndMs = Date.UTC(2026, 9, 30, 11, 0);

/** History, then live minutes, with what was sent written down when it was sent. */
function play(incident: string, options: { minutes: number; perSecond?: number }): Simulation {
  const simulation = new Simulation({
    ...{ seed: 4, tenant: 'default', zone: 'UTC', size: 1, historyEndMs, startMs: historyEndMs - 50 * dayMs },
    disorder: { lateShare: 0, copyShare: 0, badShare: 0 },
    incidents: [readIncidentText(incident)],
  });
  for (const emission of simulation.history()) simulation.ledger.take(emission, historyEndMs);
  for (let second = 1; second <= options.minutes * 60; second++) {
    const nowMs = historyEndMs + second * 1_000;
    for (const emission of simulation.live(nowMs, options.perSecond ?? 1)) simulation.ledger.take(emission, nowMs);
  }
  return simulation;
}

function valueAt(simulation: Simulation, kpi: LedgerKpi, at: { minute: number; size: number; channel?: string }) {
  const toMs = historyEndMs + at.minute * minuteMs;
  const slice = at.channel === undefined ? null : { dimension: 'channel', value: at.channel };
  return trueValue(simulation.ledger, kpi, { fromMs: windowStart(toMs, at.size, 'UTC'), toMs, asOfMs: toMs, slice });
}

const churnRule: SimpleRule = {
  ...{ kpi: 'customer_churn_rate', sizeMs: 30 * dayMs, everyMs: minuteMs, settleMs: 0, comparison: 'at_or_above' },
  limits: [{ severity: 'critical', limit: '15', recovery: '14' }],
  ...{ forMs: 0, keepFiringForMs: 0, minSample: { measure: 'customers_at_start', atLeast: 50 }, onZeroDenominator: null, slice: null },
};

test('a churn wave lifts the churn of thirty days over its limit and lets it recover within minutes, and one segment drives it', () => {
  const simulation = play('churn-wave@+2m/60s:share=0.5', { minutes: 6 });
  const { ledger } = simulation;
  const over = { fromMs: historyEndMs + minuteMs, toMs: historyEndMs + 6 * minuteMs };
  const found = expectTransitions(ledger, churnRule, over);
  expect(found.map(({ kind, windowEndMs }) => [kind, (windowEndMs - historyEndMs) / minuteMs])).toEqual([
    ['firing', 3],
    ['resolved', 4],
  ]);
  const bySegment = (value: string) => expectTransitions(ledger, { ...churnRule, slice: { dimension: 'segment', value } }, over).length;
  expect([bySegment('self-serve'), bySegment('small-business')]).toEqual([2, 0]);
});

test.each([0, 10, 20, 30, 40, 50])('a wave that begins %s s into a minute fires within two minutes and is over two after it', (second) => {
  const { ledger } = play(`churn-wave@+${60 + second}s:share=0.5`, { minutes: 6 });
  const found = expectTransitions(ledger, churnRule, { fromMs: historyEndMs + minuteMs, toMs: historyEndMs + 6 * minuteMs });
  expect(found.map(({ kind }) => kind)).toEqual(['firing', 'resolved']);
  const startMs = historyEndMs + (60 + second) * 1_000;
  expect(found[0]!.windowEndMs - startMs).toBeLessThanOrEqual(120_000);
  expect(found[1]!.windowEndMs - startMs).toBeLessThanOrEqual(90_000 + 120_000);
});

test('dear ads lift the CAC of one channel, and the credit brings it back', () => {
  const simulation = play('cac-jump@+1m/60s:channel=social,amount=40000', { minutes: 4 });
  const cac = (minute: number, channel = 'social') =>
    Number(valueAt(simulation, 'cac_by_channel', { minute, size: 30 * dayMs, channel }).value);
  expect(cac(2)).toBeGreaterThan(4 * cac(1));
  expect(cac(4) / cac(1)).toBeCloseTo(1, 1);
  expect(cac(2, 'search') / cac(1, 'search')).toBeCloseTo(1, 1);
});

test('spend with no customers has no value until the first ones come', () => {
  const simulation = play('spend-without-customers@+1m/60s', { minutes: 4 });
  const cac = (minute: number) => valueAt(simulation, 'cac_by_channel', { minute, size: 30 * dayMs, channel: 'affiliate' });
  expect(cac(2).reason).toBe('no_acquisition');
  expect(cac(3).value).toBe('83.33');
});

test('a silent producer is silent in its time and no longer; a backfill tells it after all', () => {
  const orders = (simulation: Simulation, [from, to]: readonly [number, number]) =>
    simulation.ledger.sum('orders', {
      fromMs: historyEndMs + from * minuteMs,
      toMs: historyEndMs + to * minuteMs,
      asOfMs: Infinity,
      slice: null,
    });
  const lost = play('silent-producer@+1m/2m', { minutes: 5, perSecond: 40 });
  expect([orders(lost, [0, 1]) > 0, orders(lost, [1, 3]), orders(lost, [3, 5]) > 0]).toEqual([true, 0, true]);
  const told = play('silent-producer@+1m/2m:backfill=true', { minutes: 5, perSecond: 40 });
  expect(orders(told, [1, 3])).toBeGreaterThan(50);
});

test('copies, late news, bad records and wrong clocks leave their marks in the counts alone', () => {
  expect(play('duplicates@+0s/2m:share=0.5,old=100', { minutes: 3, perSecond: 20 }).ledger.counts().copyCount).toBeGreaterThan(500);
  expect(play('late-events@+0s/2m:share=0.5,up_to=3m', { minutes: 6, perSecond: 20 }).ledger.counts().lateCount).toBeGreaterThan(500);
  const bad = play('bad-events@+0s/2m:count=22', { minutes: 3 }).ledger.counts();
  expect([bad.badCount, Object.values(bad.badByReason)]).toEqual([22, Array(11).fill(2)]);
  const within = play('clock-skew@+0s/1m:ahead=10m', { minutes: 2, perSecond: 40 }).ledger;
  expect(within.counts().badCount).toBe(0);
  const ahead = { fromMs: historyEndMs + 9 * minuteMs, toMs: historyEndMs + 12 * minuteMs, asOfMs: Infinity, slice: null };
  expect(within.sum('orders', ahead)).toBeGreaterThan(10);
  expect(play('clock-skew@+0s/1m:ahead=2h', { minutes: 2, perSecond: 40 }).ledger.counts().badByReason).toEqual({
    time_out_of_range: expect.any(Number) as number,
  });
});

test('the rate asked for is the rate of emissions, however little happens in the company', () => {
  const quiet = play('bad-events@+9m/1s:count=0', { minutes: 1, perSecond: 7 }).ledger.counts().sentCount;
  const busy = play('bad-events@+9m/1s:count=0', { minutes: 1, perSecond: 207 }).ledger.counts().sentCount;
  expect(busy - quiet).toBe(200 * 60);
});

test('a mistaken incident is named with its place, what was expected, and what was meant', () => {
  expect(() => readIncidentText('churn-wafe@+2m')).toThrow('Did you mean churn-wave?');
  expect(() => readIncidentText('churn-wave@+2m:shere=0.3')).toThrow('incident churn-wave.shere: unknown key. Did you mean share?');
  expect(() => readIncidentText('churn-wave@soon')).toThrow(
    'incident churn-wave.at: expected now, +2m, -10d or an instant with its offset, found "soon"',
  );
  expect(() => readIncidentText('clock-skew:ahead=20m')).toThrow('at most 14m (accepted) or at least 30m (refused)');
  const script = 'version: 1\nincidents:\n  - { kind: duplicates, share: 3 }\n  - { kind: late-events, upto: 1h }\n';
  expect(() => readScript(script, 'story.yaml')).toThrow(
    'story.yaml: incidents[0].share: expected the share sent again, 0 to 1, found 3\n' +
      'story.yaml: incidents[1].upto: unknown key. Did you mean up_to?',
  );
  expect(readIncidentText('churn-wave@2026-10-30T11:02:00Z/90s:plan=team')).toMatchObject({
    kind: 'churn-wave',
    options: { at: '2026-10-30T11:02:00Z', for: 90_000, plan: 'team' },
  });
});
