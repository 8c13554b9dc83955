import type { AlertRecord, Rule, RuleSet } from '@vigie/alerting';
import { readTransitions } from '@vigie/clickhouse';
import { eventually, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, vigieJson } from './processes.ts';
import { type Drivers, toldBy } from './told.ts';
import { minuteMs, World } from './world.ts';

const suite = useServers();
let world: World;
let simulator: Simulator;
let ruleSet: RuleSet;
/** Every rule is judged over `(sinceMs, untilMs]` at once, when all that happened there has arrived. */
let sinceMs = 0;
let untilMs = 0;

const rulesText = `
  - uid: churn-30d
    kpi: customer_churn_rate
    window: { size: 30d, every: 1m }
    severity: { warning: { at_or_above: 10, recover_below: 9 }, critical: { at_or_above: 23, recover_below: 19 } }
    for: 2 windows
    keep_firing_for: 1 window
    min_sample: { measure: customers_at_start, at_least: 50 }
  - uid: churn-by-segment
    kpi: customer_churn_rate
    group_by: [segment]
    window: { size: 30d, every: 1m }
    severity: { critical: { at_or_above: 35, recover_below: 30 } }
  - uid: churn-10m
    kpi: customer_churn_rate
    window: { size: 10m, every: 1m }
    severity: { warning: { at_or_above: 5, recover_below: 4 } }
    n_of_m: { n: 3, m: 5 }
    min_sample: { measure: customers_at_start, at_least: 50 }
    confidence: 0.95
  - uid: cac-by-channel
    kpi: cac_by_channel
    group_by: [channel]
    window: { size: 7d, every: 1m }
    severity: { critical: { at_or_above: 300, recover_below: 200 } }
    overrides: [{ match: { channel: affiliate }, severity: { critical: { at_or_above: 200, recover_below: 150 } } }]
    on_zero_denominator: { when_numerator_at_least: 500, then: breach, severity: critical }
  - uid: cac
    kpi: cac
    window: { size: 7d, every: 1m }
    severity: { critical: { at_or_above: 120, recover_below: 90 } }
    for: 2 windows
    min_sample: { measure: new_customers, at_least: 5 }
  - uid: mrr-drop
    kpi: mrr
    window: { size: 10m, every: 1m }
    change: { against: previous, as: percent, min_base: 100 }
    severity: { info: { at_or_below: -3, recover_above: -1 } }
`;

/**
 * A history with every kind of trouble in its last hour. Who left 30 days ago leaves the window of 30 days within it: so long a rate recovers in a
 * minute without anything being taken back.
 */
const incidents = [
  'churn-wave@-43245m/5m:share=0.5,win_back=0,price_rise=0',
  'cac-jump@-50m/10m:channel=social,amount=100000',
  'spend-without-customers@-45m/10m:channel=affiliate,amount=5000,wins=60',
  'churn-wave@-20m/5m:share=1,win_back=0,price_rise=0',
];

beforeAll(async () => {
  world = await World.open(suite);
  sinceMs = floorMinute(Date.now()) - 62 * minuteMs;
  const staged = incidents.flatMap((incident) => ['--incident', incident]);
  simulator = await world.startSimulator(['--days', '44', '--rate', '2', ...staged]);
  await world.pipeline.untilApplied();
  ruleSet = world.writeRules(rulesText);
  await world.seed(ruleSet, sinceMs);
  untilMs = floorMinute(Date.now());
  world.startMonitor();
  await untilJudged(untilMs);
}, 240_000);
afterAll(() => world?.close());

const floorMinute = (ms: number): number => Math.floor(ms / minuteMs) * minuteMs;
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** Waits until every rule was judged through a window and all that follows was delivered. */
async function untilJudged(windowEndMs: number): Promise<void> {
  await eventually(
    async () => {
      for (const rule of ruleSet.rules) {
        const { evaluatedToMs } = await world.store.load(rule);
        expect({ rule: rule.uid, isJudged: (evaluatedToMs ?? 0) >= windowEndMs }).toEqual({ rule: rule.uid, isJudged: true });
      }
      expect(await world.store.outboxDepth()).toBe(0);
    },
    { deadlineMs: 90_000, everyMs: 200 },
  );
}

/** What the monitor stored, in its order. */
async function stored(uid?: string): Promise<AlertRecord[]> {
  const records = (await world.store.history(1_000)).toReversed();
  return records.filter(({ rule }) => uid === undefined || rule.uid === uid);
}

const inHistory = (records: readonly AlertRecord[]): AlertRecord[] => records.filter(({ transition }) => transition.windowEndMs <= untilMs);

/** A record as the backtest tells it, with the rule it is of. */
const shownOf = ({ rule, transition, slice, judged, limit }: AlertRecord) => ({
  ...{ rule: rule.uid, id: transition.id, kind: transition.kind, severity: transition.severity },
  ...{ episode: transition.episode, sequence: transition.sequence, slice: slice?.value ?? null },
  ...{ window_end: new Date(transition.windowEndMs).toISOString(), value: judged, limit: limit?.limit ?? null },
});
type Shown = ReturnType<typeof shownOf>;

/** What `vigie rules backtest` finds in the same windows, from ClickHouse. */
async function backtested(range: { sinceMs: number; untilMs: number }): Promise<Shown[]> {
  const args = ['rules', 'backtest', '--since', iso(range.sinceMs), '--until', iso(range.untilMs)];
  const report = await eventually(
    async () => {
      const found = (await vigieJson(world.environment, args)) as {
        until: string;
        rules: { rule: string; transitions: Omit<Shown, 'rule'>[] }[];
      };
      // Idle partitions say only every ten seconds how far they are complete.
      expect(Date.parse(found.until)).toBe(range.untilMs);
      return found;
    },
    { deadlineMs: 60_000, everyMs: 500 },
  );
  return report.rules.flatMap(({ rule, transitions }) => transitions.map((transition) => ({ rule, ...transition })));
}

/** Of each rule in order; between rules there is none. */
const byRule = (shown: readonly Shown[]): Record<string, Shown[]> =>
  Object.fromEntries(ruleSet.rules.map(({ uid }) => [uid, shown.filter(({ rule }) => rule === uid).toSorted(byWindowAndSlice)]));
const byWindowAndSlice = (a: Shown, b: Shown): number => compare(a.window_end, b.window_end) || compare(a.slice ?? '', b.slice ?? '');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

test('the transitions of the live monitor are those of a backtest of the same windows: ids, windows, severities and values', async () => {
  // Nothing that came since is of an hour that was judged, so the numbers of today are those of then.
  const live = byRule(inHistory(await stored()).map(shownOf));
  expect(live).toEqual(byRule(await backtested({ sinceMs, untilMs })));
  // Void if a rule had little to say.
  for (const [rule, shown] of Object.entries(live)) expect({ rule, isEnough: shown.length >= 2 }).toEqual({ rule, isEnough: true });
  // Where a quarter-hour cuts the old wave in two, a severity falls as well.
  const kinds = Object.values(live).flatMap((shown) => shown.map(({ kind }) => kind));
  expect(kinds).toEqual(expect.arrayContaining(['escalated', 'firing', 'resolved']));
});

const seconds = (ms: number): string => `${ms / 1_000}s`;

/** A rule in the words of the simulator's books; null: they do not know such rules. */
function asBooked(rule: Rule, slice: string | null): Readonly<Record<string, unknown>> | null {
  if (rule.change !== null || rule.nOfM !== null || rule.confidence !== null) return null;
  const own = rule.overrides.find(({ match }) => slice !== null && Object.values(match).includes(slice));
  const zero = rule.onZeroDenominator;
  return {
    ...{
      kpi: rule.kpi,
      size: rule.size,
      every: seconds(rule.everyMs),
      for: seconds(rule.forMs),
      keep_firing_for: seconds(rule.keepFiringForMs),
    },
    limits: (own?.limits ?? rule.limits).map(({ severity, limit, recovery }) => ({ severity, limit, recovery })),
    ...(rule.minSample === null ? {} : { min_sample: { measure: rule.minSample.measure, at_least: Number(rule.minSample.atLeast) } }),
    ...(zero === null ? {} : { on_zero_denominator: { numerator_at_least: zero.numeratorAtLeast, severity: zero.severity } }),
    ...(slice === null ? {} : { slice: { dimension: rule.groupBy, value: slice } }),
  };
}

const slices: Readonly<Record<string, readonly string[]>> = {
  segment: ['self-serve', 'small-business', 'enterprise', 'unknown'],
  channel: ['search', 'social', 'partner', 'email', 'direct', 'affiliate', 'unknown'],
};
const bookedOf = ({ transition, evidence }: AlertRecord) => ({
  ...{ windowEndMs: transition.windowEndMs, kind: transition.kind, severity: transition.severity, value: evidence?.value ?? null },
});

test("the stored transitions are those that the company's own books expect, of every rule and slice that they know", async () => {
  let bookedCount = 0;
  for (const rule of ruleSet.rules) {
    for (const slice of rule.groupBy === null ? [null] : slices[rule.groupBy]!) {
      const booked = asBooked(rule, slice);
      if (booked === null) continue;
      // The monitor came late and judged by all that had arrived by then; so must the books.
      const range = { from: iso(sinceMs + minuteMs), to: iso(untilMs), settle: '1d' };
      const expected = await simulator.expected({ ...booked, ...range });
      const found = inHistory(await stored(rule.uid)).filter((record) => (record.slice?.value ?? null) === slice);
      expect({ rule: rule.uid, slice, found: found.map(bookedOf) }).toEqual({ rule: rule.uid, slice, found: expected });
      bookedCount += expected.length;
    }
  }
  expect(bookedCount, 'void: the books expected next to nothing').toBeGreaterThan(10);
});

test('the numbers in every record, of rules on changes too, are those of the books; ClickHouse keeps the same records', async () => {
  const records = inHistory(await stored());
  for (const { rule, evidence, slice, baseline } of records) {
    for (const numbers of [evidence!, ...(baseline === null ? [] : [baseline])]) {
      const { value, numerator, denominator, window } = numbers;
      const truth = await simulator.truth({ kpi: rule.kpi, fromMs: window.from, toMs: window.to, slice });
      expect({ rule: rule.uid, value, numerator, denominator }).toEqual({ rule: rule.uid, ...truth });
    }
  }
  await eventually(
    async () => {
      const kept = await readTransitions(world.pipeline.clickhouse, { scope: suite.redisPrefix, countMax: 1_000 });
      expect(new Map(inHistory(kept).map((record) => [record.transition.id, record]))).toEqual(
        new Map(records.map((record) => [record.transition.id, record])),
      );
    },
    { deadlineMs: 30_000 },
  );
});

/** The table of one dimension: its rows must add up, as shown, and the slice that was hit must lead and have done most of it. */
function expectCause(drivers: readonly Drivers[], cause: { dimension: string; slice: string }): void {
  const hundredths = (text: string): number => Math.round(Number(text) * 100);
  for (const { change, rows } of drivers) {
    expect(rows.reduce((sum, { contribution }) => sum + hundredths(contribution), 0)).toBe(hundredths(change));
  }
  const table = drivers.find(({ dimension }) => dimension === cause.dimension);
  expect(table?.rows[0]?.slice).toBe(cause.slice);
  expect(hundredths(table!.rows[0]!.contribution)).toBeGreaterThan(hundredths(table!.change) * 0.8);
}

test('an alert names its cause: the segment that the wave hit, the channel that became dear', async () => {
  const churn = inHistory(await stored('churn-30d')).filter(({ explanation }) => explanation !== null);
  const last = churn.at(-1)!;
  // Customers of the basic plan are the self-serve segment.
  expectCause(last.explanation!.drivers, { dimension: 'segment', slice: 'self-serve' });
  expect(last.explanation!.drivers.map(({ dimension }) => dimension).toSorted()).toEqual(['channel', 'country', 'segment']);
  const told = toldBy(world.receiver).find(({ episode }) => episode === last.transition.episode);
  expectCause(told!.drivers, { dimension: 'segment', slice: 'self-serve' });
  const cac = inHistory(await stored('cac')).find(({ transition }) => transition.kind === 'firing');
  expectCause(cac!.explanation!.drivers, { dimension: 'channel', slice: 'social' });
});

test('a wave that comes and is taken back while the monitor watches fires and resolves in the windows that the books say', async () => {
  const rule = ruleSet.rules.find(({ uid }) => uid === 'churn-by-segment')!;
  // It must stand whole at the end of a minute, and be taken back well after that minute was judged: 20 s after its end and grace.
  await eventually(() => Math.abs((Date.now() % minuteMs) / 1_000 - 44) < 2, { deadlineMs: 70_000, everyMs: 500 });
  const { endMs } = await simulator.stage('churn-wave@now/8s:plan=team,share=0.7,grace=1s,win_back=1,price_rise=0');
  const lastMs = Math.ceil(endMs / minuteMs) * minuteMs + minuteMs;
  await eventually(() => Date.now() > lastMs, { deadlineMs: 90_000, everyMs: 500 });
  await untilJudged(lastMs);
  const expected = await simulator.expected({ ...asBooked(rule, 'small-business')!, from: iso(untilMs + minuteMs), to: iso(lastMs) });
  expect(expected.map(({ kind, windowEndMs }) => [kind, windowEndMs])).toEqual([
    ['firing', lastMs - minuteMs],
    ['resolved', lastMs],
  ]);
  const found = (await stored(rule.uid)).filter(({ slice }) => slice?.value === 'small-business');
  expect(found.map(bookedOf)).toEqual(expected);
  // Taken back, it never was: a backtest has the numbers of today, and knows nothing of it.
  const again = await backtested({ sinceMs, untilMs: lastMs });
  expect(again.filter(({ slice }) => slice === 'small-business')).toEqual([]);
}, 240_000);

test('the receiver accepted exactly the stored transitions: each once, signed, firing before resolved', async () => {
  await untilJudged(untilMs);
  const records = await stored();
  const told = toldBy(world.receiver);
  expect(told.flatMap(({ transitions }) => transitions).toSorted()).toEqual(records.map(({ transition }) => transition.id).toSorted());
  for (const [episode, own] of Map.groupBy(records, ({ transition }) => transition.episode)) {
    const heard = told.filter((alert) => alert.episode === episode).flatMap(({ transitions }) => transitions);
    expect(heard).toEqual(own.map(({ transition }) => transition.id));
    expect(own[0]!.transition.kind).toBe('firing');
  }
  const ids = world.receiver.receipts.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(world.receiver.receipts.filter(({ isSigned, isAccepted }) => !isSigned || !isAccepted)).toEqual([]);
});
