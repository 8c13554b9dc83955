import { type AlertRecord, judgeWindows, parseRules, type ReadWindow, replayWindows, type Rule } from '@vigie/alerting';
import { readSeries } from '@vigie/clickhouse';
import { type Dimension, kpiById, kpiDefs, type Window } from '@vigie/kpis';
import { readLive } from '@vigie/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toSettings } from './core/run-core.ts';
import { drawFrom } from './histories/draw.ts';
import { type HistoryEvent, toRecord } from './histories/history.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { useServers } from './servers/use-servers.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Another seed is another company: VIGIE_BACKTEST_SEED=7. */
const seed = Number(process.env['VIGIE_BACKTEST_SEED'] ?? 1);
const settings = { basis: 'subscriptions', lapse_after_days: 90, zone: 'Europe/Paris', currency: 'EUR' } as const;
const suite = useServers();
let pipeline: Pipeline;
const nowMs = Date.now();
const range = { sinceMs: nowMs - 6 * dayMs, untilMs: nowMs - hourMs, zone: settings.zone };

/** Windows on quarter-hours: Redis still has all of their panes. */
const rulesText = `
version: 1
rules:
  - uid: churn
    kpi: customer_churn_rate
    window: { size: 24h, every: 1h }
    severity: { warning: { at_or_above: 8, recover_below: 5 }, critical: { at_or_above: 15, recover_below: 12 } }
    for: 2 windows
    keep_firing_for: 1 window
    min_sample: { measure: customers_at_start, at_least: 20 }
  - uid: churn-by-channel
    kpi: customer_churn_rate
    group_by: [channel]
    window: { size: 3d, every: 1h }
    severity: { warning: { at_or_above: 25, recover_below: 20 } }
    overrides: [{ match: { channel: social }, severity: { critical: { at_or_above: 30 } } }]
    n_of_m: { n: 2, m: 3 }
  - uid: cac
    kpi: cac_by_channel
    group_by: [channel]
    window: { size: 24h, every: 1h }
    severity: { critical: { at_or_above: 60, recover_below: 50 } }
    on_zero_denominator: { when_numerator_at_least: 40, then: breach, severity: critical }
  - uid: mrr
    kpi: mrr
    window: { size: 12h, every: 30m }
    change: { against: previous, as: percent, min_base: 100 }
    severity: { info: { at_or_below: -3, recover_above: -1 } }
`;

function rulesOf(): readonly Rule[] {
  const parsed = parseRules(rulesText, kpiDefs);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.ruleSet.rules;
}

/** A small company in which much happens within days: customers come, leave and return, and money is spent on winning them. */
function company(): HistoryEvent[] {
  const draw = drawFrom(seed);
  const events: HistoryEvent[] = [];
  const tell = (event: Pick<HistoryEvent, 'type' | 'subject' | 'data'>, atMs: number): void => {
    if (atMs >= nowMs) return;
    events.push({ ...event, source: 'test', id: `e${events.length}`, time: new Date(atMs).toISOString(), append_time: '' });
  };
  for (let number = 0; number < 160; number++) {
    const subject = `c${number}`;
    tell({ type: 'customer.attributed', subject, data: { channel: draw.pick(['search', 'social', 'partner']) } }, nowMs - 14 * dayMs);
    let atMs = nowMs - draw.int(0, 14 * 24 * 60) * 60_000;
    for (let life = 0; life < 3; life++) {
      const subscription = { subscription_id: `${subject}-${life}`, currency: 'EUR' };
      tell(
        {
          type: 'subscription.started',
          subject,
          data: { ...subscription, plan: 'basic', interval: 'month', mrr_minor: draw.int(10, 90) * 100 },
        },
        atMs,
      );
      atMs += draw.int(60, draw.chance(0.3) ? 2 * 24 * 60 : 12 * 24 * 60) * 60_000;
      tell({ type: 'subscription.ended', subject, data: { subscription_id: subscription.subscription_id, voluntary: true } }, atMs);
      atMs += draw.int(10, 3 * 24 * 60) * 60_000;
    }
  }
  for (let hour = 14 * 24; hour > 0; hour -= 3) {
    const cost = {
      category: 'marketing',
      amount_minor: draw.int(100, 6_000),
      currency: 'EUR',
      channel: draw.pick(['search', 'social', 'partner']),
    };
    tell({ type: 'cost.recorded', subject: 'marketing', data: { cost_id: `k${hour}`, ...cost } }, nowMs - hour * hourMs);
  }
  return draw.shuffle(events);
}

beforeAll(async () => {
  pipeline = await startPipeline(suite, { settings: { default: settings }, timestamps: 'append_time' });
  await pipeline.untilApplied();
  await pipeline.publish(company().map(toRecord));
  await pipeline.untilApplied();
}, 180_000);
afterAll(() => pipeline?.close());

/** As the monitor judges: window after window, each read from Redis. */
async function live(rule: Rule): Promise<ReadWindow[]> {
  const read = (window: Window) =>
    readLive(pipeline.redis, pipeline.place, {
      ...{ def: kpiById(rule.kpi)!, tenant: rule.tenant, settings: toSettings(settings), window, by: rule.groupBy as Dimension | null },
    });
  const windows: ReadWindow[] = [];
  for (const { windowEndMs, window, baseline } of replayWindows(rule, range)) {
    windows.push({ windowEndMs, readings: await read(window), baselines: baseline === null ? null : await read(baseline) });
  }
  return windows;
}

/** As the backtest does: one read of ClickHouse, every window answered from memory. */
async function backtest(rules: readonly Rule[]): Promise<ReadWindow[][]> {
  const planned = rules.map((rule) => ({
    rule,
    def: kpiById(rule.kpi)!,
    by: rule.groupBy as Dimension | null,
    windows: replayWindows(rule, range),
  }));
  const asks = planned.map(({ def, by, windows }) => ({
    def,
    by,
    windows: windows.flatMap(({ window, baseline }) => (baseline === null ? [window] : [window, baseline])),
  }));
  const standing = { generation: 1, completeThroughMs: nowMs };
  const series = await readSeries(pipeline.clickhouse, standing, { tenant: 'default', settings: toSettings(settings), asks });
  return planned.map(({ def, by, windows }) =>
    windows.map(({ windowEndMs, window, baseline }) => {
      const baselines = baseline === null ? null : series.answer({ def, by, window: baseline });
      return { windowEndMs, readings: series.answer({ def, by, window }), baselines };
    }),
  );
}

/** All that was decided and why; through which moment each store was complete is its own. */
function decided(rule: Rule, windows: readonly ReadWindow[]): unknown[] {
  return [...judgeWindows(rule, windows)].flatMap(({ decision }) => decision.records.map(withoutStanding));
}
function withoutStanding(record: AlertRecord): unknown {
  const { evidence, baseline } = record;
  const bare = (numbers: AlertRecord['evidence']) => (numbers === null ? null : { ...numbers, completeThroughMs: null });
  return { ...record, evidence: bare(evidence), baseline: bare(baseline) };
}

test(`the transitions of a live run equal those of a backtest of the same history, ids and numbers included (seed ${seed})`, async () => {
  const rules = rulesOf();
  const fromHistory = await backtest(rules);
  for (const [index, rule] of rules.entries()) {
    const found = decided(rule, fromHistory[index]!);
    expect({ rule: rule.uid, decided: decided(rule, await live(rule)) }).toEqual({ rule: rule.uid, decided: found });
    // Void if hardly anything happened.
    expect({ rule: rule.uid, isEnough: found.length >= 3 }).toEqual({ rule: rule.uid, isEnough: true });
  }
});
