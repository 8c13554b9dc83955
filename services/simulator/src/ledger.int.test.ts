import { createEventProducer, createKafka } from '@vigie/kafka';
import { kpiDefs } from '@vigie/kpis';
import { askLive, askSql, type Pipeline, startPipeline, useServers } from '@vigie/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayMs } from './company/catalogue.ts';
import { Random } from './company/random.ts';
import { readIncidentText } from './incidents/incident.ts';
import { ledgerKpis, type LedgerKpi, trueValue } from './ledger/kpis.ts';
import { windowStart } from './ledger/local-days.ts';
import { publish } from './run/publish.ts';
import { Simulation } from './run/simulation.ts';

const seed = Number(process.env['VIGIE_SIM_TEST_SEED'] ?? 1);
const zone = 'Europe/Paris';
const tenant = 'sim';
const settings = { basis: 'subscriptions', lapse_after_days: 90, zone, currency: 'EUR' } as const;
const minuteMs = 60_000;
const quarterHourMs = 15 * minuteMs;

const suite = useServers();
let pipeline: Pipeline;
let simulation: Simulation;

/** Sixty days of the company, with every kind of trouble in them, through a consumer process into both stores. */
beforeAll(async () => {
  pipeline = await startPipeline(suite, { settings: { [tenant]: settings }, timestamps: 'append_time' });
  await pipeline.untilApplied();
  const historyEndMs = Date.now();
  simulation = new Simulation({
    ...{ seed, tenant, zone, size: 1, historyEndMs, startMs: historyEndMs - 60 * dayMs },
    disorder: { lateShare: 0.02, copyShare: 0.03, badShare: 0.003 },
    incidents: [
      'late-events@-20d/5d',
      'silent-producer@-12d/6h',
      'silent-producer@-11d/6h:type=invoice.paid,backfill=true',
      'duplicates@-10d/1d',
      'spend-without-customers@-8d/1d',
      'cac-jump@-6d/1d',
      'bad-events@-5d/1h:count=44',
      'clock-skew@-4d/6h:ahead=10m',
      'churn-wave@-3d/2h:grace=10m,win_back=0.5',
    ].map(readIncidentText),
  });
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const kafka = createKafka({ connection: { brokers: suite.brokers }, clientId: 'simulator-test', logger: silent });
  const producer = createEventProducer(kafka, { topic: suite.topic });
  const { ledger } = simulation;
  await publish(simulation.history(), { producer, ledger, clock: Date.now, onSent: () => undefined, onRetry: () => undefined });
  await producer.close();
  await pipeline.untilApplied();
}, 240_000);
afterAll(() => pipeline?.close());

interface Question {
  readonly kpi: LedgerKpi;
  readonly fromMs: number;
  readonly toMs: number;
  readonly slice: { readonly dimension: string; readonly value: string } | null;
}

const values: Readonly<Record<string, readonly string[]>> = {
  channel: ['search', 'social', 'partner', 'email', 'direct', 'affiliate', 'unknown'],
  segment: ['self-serve', 'small-business', 'enterprise', 'unknown'],
  country: ['FR', 'DE', 'GB', 'unknown'],
  plan: ['basic', 'team', 'business', 'add-on', 'unknown'],
  campaign: ['brand', 'bidding', 'resellers', 'unknown'],
};

/** Rolling windows up to now, whole days, windows around each incident, and any others. */
function windows(endMs: number, random: Random): { fromMs: number; toMs: number }[] {
  const toMs = (Math.floor(endMs / minuteMs) + 1) * minuteMs;
  const rolling = [1 / 24, 1, 7, 30, 60, 90].map((days) => ({ fromMs: windowStart(toMs, days * dayMs, zone), toMs }));
  const around = [20, 12, 11, 10, 8, 6, 5, 4, 3, 2].map((days) => {
    const fromMs = Math.floor((endMs - days * dayMs) / quarterHourMs) * quarterHourMs;
    return { fromMs, toMs: fromMs + 26 * 4 * quarterHourMs };
  });
  const any = Array.from({ length: 10 }, () => {
    const fromMs = Math.floor((endMs - random.next() * 62 * dayMs) / quarterHourMs) * quarterHourMs;
    return { fromMs, toMs: fromMs + quarterHourMs * random.whole(1, 3_000) };
  });
  return [...rolling, ...around, ...any];
}

/** The day, the thirty days, and the churn wave. */
const inAllSlices = new Set([3, 14]);

function questions(): Question[] {
  const random = new Random(seed, 'questions');
  const spans = windows(simulation.options.historyEndMs, random);
  return kpiDefs.flatMap(({ id, dimensions, onlyBy }) => {
    const kpi = ledgerKpis.find((known) => known === id);
    if (kpi === undefined) throw new Error(`the ledger knows no ${id}`);
    return spans.flatMap((span, index): Question[] => {
      const slices = dimensions.flatMap((dimension) => values[dimension]!.map((value) => ({ dimension, value })));
      // A few windows in all slices, the others in one each: an analyst may ask 1,200 times a minute.
      const sliced = inAllSlices.has(index) ? slices : slices.slice(index % Math.max(1, slices.length)).slice(0, 1);
      return [...(onlyBy === undefined ? [null] : []), ...sliced].map((slice) => ({ kpi, ...span, slice }));
    });
  });
}

test('every KPI of every window and slice is in Redis and in SQL what the ledger says', async () => {
  const asked = questions();
  const history = {
    name: `seed ${seed}`,
    settings,
    events: [],
    asks: asked.map(({ kpi, fromMs, toMs, slice }) => ({
      ...{ kpi, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() },
      ...(slice === null ? {} : { slice: `${slice.dimension}=${slice.value}` }),
    })),
  };
  const live = (await askLive(pipeline, history, tenant)).answers;
  const sql = await askSql(pipeline, history, { tenant });
  const wrong: unknown[] = [];
  let liveCount = 0;
  let movingCount = 0;
  for (const [index, question] of asked.entries()) {
    const truth = trueValue(simulation.ledger, question.kpi, { ...question, asOfMs: Infinity });
    if (truth.numerator !== 0) movingCount++;
    if (live[index] !== null) liveCount++;
    const isWrong = !isSame(sql[index], truth) || (live[index] !== null && !isSame(live[index], truth));
    if (isWrong) wrong.push({ ask: history.asks[index], truth, live: live[index], sql: sql[index] });
  }
  expect({ wrongCount: wrong.length, first: wrong.slice(0, 5) }).toEqual({ wrongCount: 0, first: [] });
  // Void if there was little to compare.
  expect(asked.length).toBeGreaterThan(500);
  expect(movingCount).toBeGreaterThan(asked.length / 2);
  expect(liveCount).toBeGreaterThan(asked.length / 2);
}, 300_000);

function isSame(answer: unknown, truth: unknown): boolean {
  try {
    expect(answer).toEqual(truth);
    return true;
  } catch {
    return false;
  }
}

test('each bad record is one dead letter of its tenant, whatever was sent twice', async () => {
  const asks = [{ measure: 'dead_letters' }];
  const counts = simulation.ledger.counts();
  expect(await askSql(pipeline, { name: 'dead letters', settings, events: [], asks }, { tenant })).toEqual([counts.badCount]);
  expect(counts.badCount).toBeGreaterThan(44);
  expect(counts.copyCount).toBeGreaterThan(500);
  expect(counts.lateCount).toBeGreaterThan(500);
});
