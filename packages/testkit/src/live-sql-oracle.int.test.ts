import { kpiDefs } from '@vigie/kpis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawFrom } from './histories/draw.ts';
import { type History, type OracleAnswer, toRecord } from './histories/history.ts';
import { askOracle, findPython } from './histories/oracle.ts';
import { randomHistory } from './histories/random-history.ts';
import { askLive, askSql, type LiveAnswers } from './pipeline/ask-stores.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import type { Place } from './pipeline/publisher.ts';
import { useServers } from './servers/use-servers.ts';

const python = findPython();
const skipped = python.ok ? '' : ` (skipped: ${python.message})`;
/** Another seed is another set of companies: VIGIE_LIVE_SEED=7; VIGIE_LIVE_TENANTS makes it longer. */
const seed = Number(process.env['VIGIE_LIVE_SEED'] ?? 1) * 1_000;
const tenantCount = Number(process.env['VIGIE_LIVE_TENANTS'] ?? 16);
const chunkCount = 12;
const timeoutMs = 60_000 + tenantCount * 10_000;
const kpiDimensions = Object.fromEntries(kpiDefs.map(({ id, dimensions }) => [id, dimensions]));
const edges = ['minute', 'day', 'quarter'] as const;
const bases = ['subscriptions', 'purchases'] as const;

interface Company {
  readonly tenant: string;
  readonly history: History;
}

/** What Redis said at some moment while publishing went on. */
interface Snapshot extends LiveAnswers {
  readonly company: Company;
}

interface Published {
  readonly tenant: string;
  readonly event: History['events'][number];
  readonly place: Place;
}

const suite = useServers();
const published: Published[] = [];
const snapshots: Snapshot[] = [];
let companies: Company[] = [];
let pipeline: Pipeline;

/** Each company counts in its own way, in its own zone; its events arrive in their order, mixed with everybody's. */
function foundCompanies(): Company[] {
  const appendAtMs = Date.now();
  return Array.from({ length: tenantCount }, (_, index) => {
    const tenant = `t${index}`;
    const options = {
      windowEdges: edges[index % 3]!,
      basis: bases[index % 2]!,
      eventCountMax: 80,
      askCount: 12,
      tenant,
      appendAtMs,
      kpiDimensions,
    };
    return { tenant, history: randomHistory(seed + index, options) };
  });
}

/** Deals the companies' events like cards: per company in order, between companies at random. */
function mixed(draw: ReturnType<typeof drawFrom>): { tenant: string; event: History['events'][number] }[] {
  const turns = draw.shuffle(companies.flatMap(({ tenant, history }) => history.events.map(() => tenant)));
  const left = new Map(companies.map(({ tenant, history }) => [tenant, [...history.events]]));
  return turns.map((tenant) => ({ tenant, event: left.get(tenant)!.shift()! }));
}

beforeAll(async () => {
  const draw = drawFrom(seed);
  companies = foundCompanies();
  const settings = Object.fromEntries(companies.map(({ tenant, history }) => [tenant, history.settings]));
  pipeline = await startPipeline(suite, { settings, timestamps: 'append_time' });
  // Redis answers once every partition has a cursor.
  await pipeline.untilApplied();
  const events = mixed(draw);
  const chunkSize = Math.ceil(events.length / chunkCount);
  for (let start = 0; start < events.length; start += chunkSize) {
    const chunk = events.slice(start, start + chunkSize);
    const places = await pipeline.publish(chunk.map(({ event }) => toRecord(event)));
    published.push(...chunk.map((one, index) => ({ ...one, place: places[index]! })));
    for (const company of draw.shuffle(companies).slice(0, 2)) {
      snapshots.push({ company, ...(await askLive(pipeline, company.history, company.tenant)) });
    }
  }
  await pipeline.untilApplied();
}, 180_000);
afterAll(() => pipeline?.close());

/** The company's history as far as each partition had been applied. */
function historyUpTo({ company, positions }: Snapshot): History {
  const events = published.filter(({ tenant, place }) => tenant === company.tenant && place.offset < (positions.get(place.partition) ?? 0));
  return { ...company.history, events: events.map(({ event }) => event) };
}

/** Facts that were there at the positions of a snapshot, and nothing later. */
function factsUpTo(positions: ReadonlyMap<number, number>): string {
  const { database } = pipeline.clickhouse;
  const ends = Array.from({ length: positions.size }, (_, partition) => positions.get(partition) ?? 0);
  return `(SELECT * FROM ${database}.facts FINAL WHERE topic = '${suite.topic}' AND generation = 1 AND offset < [${ends.join(', ')}][partition + 1])`;
}

interface Told {
  readonly history: History;
  readonly right: readonly OracleAnswer[];
  readonly live: readonly (OracleAnswer | null)[];
  readonly sql: readonly OracleAnswer[];
}

function expectAgreement({ history, right, live, sql }: Told): void {
  for (const [index, ask] of history.asks.entries()) {
    const named = { history: history.name, ask };
    expect({ ...named, sql: sql[index] }).toEqual({ ...named, sql: right[index] });
    if (live[index] !== null) expect({ ...named, live: live[index] }).toEqual({ ...named, live: right[index] });
  }
}

describe.skipIf(!python.ok)(`live = SQL = oracle on random histories (seed ${seed})${skipped}`, () => {
  test(
    'when everything has arrived',
    async () => {
      const answers = await askOracle(companies.map(({ history }) => history));
      let liveCount = 0;
      for (const [index, { tenant, history }] of companies.entries()) {
        const live = (await askLive(pipeline, history, tenant)).answers;
        const sql = await askSql(pipeline, history, { tenant });
        expectAgreement({ history, right: answers[index]!, live, sql });
        liveCount += live.filter((answer) => answer !== null).length;
      }
      // Void if hardly anything could be answered live.
      expect(liveCount).toBeGreaterThan(companies.length * 3);
    },
    timeoutMs,
  );

  test(
    'at random moments while events keep coming',
    async () => {
      const histories = snapshots.map(historyUpTo);
      const answers = await askOracle(histories);
      // Void if publishing was always done before anybody asked.
      expect(
        histories.filter((history, index) => history.events.length < snapshots[index]!.company.history.events.length).length,
      ).toBeGreaterThan(chunkCount / 2);
      for (const [index, { company, positions, answers: live }] of snapshots.entries()) {
        const whole = histories[index]!;
        const kept = whole.asks
          .map((ask, at) => ({ ask, right: answers[index]![at]!, live: live[at]! }))
          .filter(({ ask }) => ask.measure !== 'dead_letters');
        const history = { ...whole, asks: kept.map(({ ask }) => ask) };
        const sql = await askSql(pipeline, history, { tenant: company.tenant, factsSource: factsUpTo(positions) });
        expectAgreement({ history, right: kept.map(({ right }) => right), live: kept.map((one) => one.live), sql });
      }
    },
    timeoutMs,
  );
});
