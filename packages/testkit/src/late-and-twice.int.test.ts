import { kpiDefs } from '@vigie/kpis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toRecord } from './histories/history.ts';
import { askOracle, findPython } from './histories/oracle.ts';
import { randomHistory } from './histories/random-history.ts';
import { askLive, askSql } from './pipeline/ask-stores.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { useServers } from './servers/use-servers.ts';

const python = findPython();
const skipped = python.ok ? '' : ` (skipped: ${python.message})`;
const seed = Number(process.env['VIGIE_LIVE_SEED'] ?? 1) * 1_000_000;
const tenantCount = Number(process.env['VIGIE_LIVE_TENANTS'] ?? 30);
const chunkCount = 8;
const kpiDimensions = Object.fromEntries(kpiDefs.map(({ id, dimensions }) => [id, dimensions]));
const companies = Array.from({ length: tenantCount }, (_, index) => {
  const tenant = `t${index}`;
  return { tenant, history: randomHistory(seed + index, { eventCountMax: 60, askCount: 10, tenant, kpiDimensions }) };
});

const suite = useServers();
let pipeline: Pipeline;

/** Years pass between the records: each keeps the append time of its history, and a consumer restarts in between. */
beforeAll(async () => {
  const settings = Object.fromEntries(companies.map(({ tenant, history }) => [tenant, history.settings]));
  pipeline = await startPipeline(suite, { settings, timestamps: 'create_time' });
  const records = companies.flatMap(({ history }) => history.events.map(toRecord)).toSorted((a, b) => a.appendTimeMs - b.appendTimeMs);
  const chunkSize = Math.ceil(records.length / chunkCount);
  for (let start = 0; start < records.length; start += chunkSize) {
    await pipeline.publish(records.slice(start, start + chunkSize));
    // What was sent to ClickHouse is dropped from memory once it is old enough: later copies have to be looked up there.
    await pipeline.untilApplied();
    if (start === chunkSize * 3) {
      await pipeline.consumer().kill();
      pipeline.startConsumer();
    }
  }
}, 240_000);
afterAll(() => pipeline?.close());

describe.skipIf(!python.ok)(`late, early and repeated events over years (seed ${seed})${skipped}`, () => {
  test('SQL = oracle, and live = oracle where panes are kept', async () => {
    const answers = await askOracle(companies.map(({ history }) => history));
    for (const [index, { tenant, history }] of companies.entries()) {
      const sql = await askSql(pipeline, history, { tenant });
      const live = (await askLive(pipeline, history, tenant)).answers;
      for (const [at, ask] of history.asks.entries()) {
        const named = { history: history.name, ask };
        expect({ ...named, sql: sql[at] }).toEqual({ ...named, sql: answers[index]![at] });
        if (live[at] !== null) expect({ ...named, live: live[at] }).toEqual({ ...named, live: answers[index]![at] });
      }
    }
  });

  test('copies came more than a day after their originals, so that they had to be looked up', () => {
    const late = companies.flatMap(({ history: { events } }) => {
      const first = new Map<string, number>();
      return events.filter(({ source, id, append_time }) => {
        const appendMs = Date.parse(append_time);
        const originalMs = first.get(`${source}\n${id}`) ?? appendMs;
        first.set(`${source}\n${id}`, originalMs);
        return appendMs - originalMs > 25 * 3_600_000;
      });
    });
    expect(late.length).toBeGreaterThan(companies.length / 3);
  });
});
