import type { AlertRecord } from '@vigie/alerting';
import { query } from '@vigie/clickhouse';
import { eventually, toRecord, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Simulator } from './processes.ts';
import { toldBy } from './told.ts';
import { minuteMs, World } from './world.ts';

const suite = useServers();
const hourMs = 60 * minuteMs;
let world: World;
let simulator: Simulator;
/** The end of the minute in which a producer was silent, and of the one in which the consumer was dead. */
let silentMs = 0;
let deadMs = 0;

const silentType = 'user.activity_recorded';
/** Of the rhythm below 40 events come in half a minute; no other type would bring as many within hours. */
const rulesText = `
  - uid: silent
    signal: silent_event_type
    window: { every: 1m }
    severity: { warning: { at_or_above: 40, recover_below: 40 } }
  - uid: lag
    signal: completeness_lag
    window: { every: 1m }
    severity: { critical: { at_or_above: 15, recover_below: 15 } }
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 12h, every: 1m }
    severity: { critical: { at_or_above: 20, recover_below: 15 } }
`;
/** It fires and is over in the past: a wave of the dearest plan, 40 minutes ago. The wave of today is of another segment. */
const passingText = `
  - uid: passing
    kpi: customer_churn_rate
    group_by: [segment]
    window: { size: 10m, every: 1m }
    severity: { warning: { at_or_above: 100 } }
    overrides: [{ match: { segment: enterprise }, severity: { warning: { at_or_above: 30, recover_below: 20 } } }]
`;

/** At this hour of the week there is much of one type: 12,000 in an hour, one week of two. */
function rhythm(): Parameters<typeof toRecord>[0][] {
  const fromMs = Math.floor(Date.now() / hourMs) * hourMs - 7 * 24 * hourMs;
  return Array.from({ length: 24_000 }, (_, index) => ({
    ...{ type: silentType, subject: `user-${index % 500}`, source: 'test', id: `rhythm-${index}`, append_time: new Date().toISOString() },
    time: new Date(fromMs + index * 300).toISOString(),
    data: { activity: 'session' },
  }));
}

beforeAll(async () => {
  world = await World.open(suite);
  await world.pipeline.publish(rhythm().map(toRecord));
  const wave = 'churn-wave@-40m/5m:plan=business,share=0.7,win_back=0,price_rise=0';
  simulator = await world.startSimulator(['--days', '15', '--rate', '50', '--incident', wave]);
  await world.pipeline.untilApplied();
  world.writeRules(rulesText);
  world.startMonitor();
}, 240_000);
afterAll(() => world?.close());

async function stored(uid: string): Promise<AlertRecord[]> {
  return (await world.store.history(1_000)).filter(({ rule }) => rule.uid === uid).toReversed();
}
const shownOf = ({ transition, slice }: AlertRecord) => [
  transition.kind,
  transition.severity,
  slice?.value ?? null,
  transition.windowEndMs,
];
const told = (uid: string) => toldBy(world.receiver).filter(({ rule }) => rule === uid);

/** Until a part of the running minute is over and another has not begun. */
async function untilSecond({ from, to }: { from: number; to: number }): Promise<void> {
  const second = (): number => (Date.now() % minuteMs) / 1_000;
  await eventually(() => second() >= from && second() < to, { deadlineMs: 70_000, everyMs: 250 });
}
const endOfMinute = (): number => (Math.floor(Date.now() / minuteMs) + 1) * minuteMs;

test('a producer that goes silent is missed within the minute, by its own type alone', async () => {
  await untilSecond({ from: 0, to: 25 });
  silentMs = endOfMinute();
  const forMs = silentMs + 12_000 - Date.now();
  const { endMs } = await simulator.stage(`silent-producer@now/${Math.round(forMs)}ms:type=${silentType}`);
  await eventually(async () => expect((await stored('silent')).map(shownOf)).toEqual([['firing', 'warning', silentType, silentMs]]), {
    deadlineMs: 75_000,
  });
  await eventually(() => expect(told('silent')).toMatchObject([{ status: 'firing', slice: silentType }]), { deadlineMs: 20_000 });
  // It is back, and has been for longer than partitions differ in how far they are complete.
  await eventually(async () => expect(await lastEventMs()).toBeGreaterThan(endMs + 3_000), { deadlineMs: 30_000 });
}, 180_000);

/** When the newest event of the type happened, of those that ClickHouse has. */
async function lastEventMs(): Promise<number> {
  const { clickhouse } = world.pipeline;
  const sql = `SELECT toString(toUnixTimestamp64Milli(max(time))) AS last FROM ${clickhouse.database}.events WHERE type = {type:String}`;
  const [row] = await query<{ last: string }>(clickhouse, { sql, params: { type: silentType } });
  return Number(row?.last ?? 0);
}

test('a dead consumer is a critical alarm that holds what KPIs say: what passes meanwhile is history, what still fires is told after it', async () => {
  await world.pipeline.consumer().kill();
  deadMs = endOfMinute();
  expect(deadMs - Date.now(), 'void: the consumer was not dead for long enough').toBeGreaterThan(18_000);
  // Nobody counts them now; they are of this minute.
  await simulator.stage('churn-wave@now/3s:plan=basic,share=0.8,grace=100ms,win_back=0,price_rise=0');
  await eventually(async () => expect((await stored('lag')).map(shownOf)).toEqual([['firing', 'critical', null, deadMs]]), {
    deadlineMs: 75_000,
  });
  expect(await stored('churn'), 'no window without its numbers is judged').toEqual([]);

  // A rule is added, and has an hour to make up for: it fires and resolves at once.
  const { rules } = world.readRules(passingText);
  await world.seed({ rules }, deadMs - 55 * minuteMs);
  world.writeRules(`${rulesText}${passingText}`);
  await eventually(async () => expect((await stored('passing')).map(({ transition }) => transition.kind)).toEqual(['firing', 'resolved']), {
    deadlineMs: 30_000,
  });

  world.pipeline.startConsumer();
  await eventually(async () => expect((await stored('churn')).map(shownOf)).toEqual([['firing', 'critical', null, deadMs]]), {
    deadlineMs: 45_000,
  });
  await eventually(async () => expect(await pendingOf('churn')).toMatchObject([{ kind: 'firing', held: true }]), { deadlineMs: 10_000 });
  expect(await stored('lag'), 'void: the alarm was over before the KPI could be held').toHaveLength(1);
  expect([...told('churn'), ...told('passing')]).toEqual([]);

  await eventually(() => expect(told('lag').map(({ status }) => status)).toEqual(['firing', 'resolved']), { deadlineMs: 75_000 });
  const [alarm, end] = await stored('lag');
  expect(end!.transition).toMatchObject({ kind: 'resolved', windowEndMs: deadMs + minuteMs, episode: alarm!.transition.episode });
  await eventually(() => expect(told('churn')).toMatchObject([{ status: 'firing' }]), { deadlineMs: 10_000 });
  expect(told('churn')[0]!.atMs).toBeGreaterThanOrEqual(deadMs + minuteMs);
  expect(told('passing')).toEqual([]);
}, 300_000);

/** What the lane of a rule has not told. */
async function pendingOf(uid: string) {
  const lanes = (await world.store.knownLanes()).filter(({ group }) => Object.values(group).includes(uid));
  const views = await Promise.all(lanes.map((lane) => world.store.loadLane(lane)));
  return views.flatMap(({ state }) => state?.alerts.flatMap(({ pending }) => pending) ?? []);
}

test('the alarm about the producer ended with the first minute that had its events, and no other type was ever missed', async () => {
  expect((await stored('silent')).map(shownOf)).toEqual([
    ['firing', 'warning', silentType, silentMs],
    ['resolved', 'warning', silentType, deadMs],
  ]);
  expect(deadMs).toBe(silentMs + minuteMs);
  expect(told('silent').map(({ status }) => status)).toEqual(['firing', 'resolved']);
});
