import { isSummable, readKpi, readSeries, type SeriesAsk } from '@vigie/clickhouse';
import { type KpiAnswer, kpiDefs, rollingWindowEnding, slicings, type Window } from '@vigie/kpis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toSettings } from './core/run-core.ts';
import { drawFrom } from './histories/draw.ts';
import { type History, toRecord } from './histories/history.ts';
import { kpiDimensions } from './histories/index.ts';
import { randomHistory } from './histories/random-history.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { useServers } from './servers/use-servers.ts';

/** Another seed is another set of companies: VIGIE_SERIES_SEED=7. */
const seed = Number(process.env['VIGIE_SERIES_SEED'] ?? 1) * 1_000;
const suite = useServers();
const draw = drawFrom(seed);
const companies: { tenant: string; history: History }[] = [];
let pipeline: Pipeline;

beforeAll(async () => {
  const edges = ['minute', 'quarter', 'day'] as const;
  const bases = ['subscriptions', 'purchases'] as const;
  for (let index = 0; index < 6; index++) {
    const tenant = `s${index}`;
    const options = { windowEdges: edges[index % 3]!, basis: bases[index % 2]!, eventCountMax: 80, askCount: 12 };
    const history = randomHistory(seed + index, { ...options, tenant, appendAtMs: Date.now(), kpiDimensions });
    companies.push({ tenant, history });
  }
  const settings = Object.fromEntries(companies.map(({ tenant, history }) => [tenant, history.settings]));
  pipeline = await startPipeline(suite, { settings, timestamps: 'append_time' });
  await pipeline.publish(companies.flatMap(({ history }) => history.events.map(toRecord)));
  await pipeline.untilApplied();
}, 180_000);
afterAll(() => pipeline?.close());

/** Windows that begin and end where things happen, and rolling ones as rules ask them. */
function windowsOf({ history }: { history: History }): Window[] {
  const { zone } = history.settings;
  const bounded = history.asks.flatMap(({ from, to }) =>
    from === undefined || to === undefined
      ? []
      : [{ from: Date.parse(from), to: Date.parse(to), label: 'asked', zone, provisional: false }],
  );
  const rolling = draw
    .shuffle(history.events)
    .slice(0, 4)
    .map(({ time }) => {
      const toMs = Math.ceil(Date.parse(time) / 3_600_000) * 3_600_000;
      return rollingWindowEnding(draw.pick(['24h', '7d', '30d', '180d']), toMs, zone);
    });
  return [...bounded, ...rolling];
}

const numbersOf = ({
  slice,
  value,
  reason,
  numerator,
  denominator,
  measures,
  completeThroughMs,
  generation,
  unit,
  currency,
}: KpiAnswer) => ({
  ...{ slice: slice?.value ?? null, value, reason, numerator, denominator, measures, completeThroughMs, generation, unit, currency },
});

test(`a history read at once answers every window as the KPI's view does, slice by slice (seed ${seed})`, async () => {
  let valueCount = 0;
  let pairCount = 0;
  for (const company of companies) {
    const { tenant } = company;
    const settings = toSettings(company.history.settings);
    const standing = { generation: 1, completeThroughMs: 12_345 };
    const windows = windowsOf(company);
    const asks: SeriesAsk[] = kpiDefs
      .filter(isSummable)
      .flatMap((def) => slicings(def).map((by) => ({ def, by: by === 'total' ? null : by, windows })));
    const series = await readSeries(pipeline.clickhouse, standing, { tenant, settings, asks });
    for (const { def, by } of asks) {
      // Who came and went decides churn: there every window is asked for.
      const askedCount = def.id === 'customer_churn_rate' ? windows.length : 3;
      for (const window of draw.shuffle(windows).slice(0, askedCount)) {
        const view = await readKpi(pipeline.clickhouse, standing, { def, tenant, settings, window, by });
        const named = { tenant, kpi: def.id, by, window };
        const answers = series.answer({ def, by, window });
        expect({ ...named, answers: answers.map(numbersOf) }).toEqual({ ...named, answers: view.map(numbersOf) });
        valueCount += view.filter(({ value }) => value !== null && !/^0(\.0+)?$/.test(value)).length;
        if (def.id === 'customer_churn_rate') pairCount += view.filter(({ measures }) => measures['customers_lost'] !== 0n).length;
      }
    }
  }
  // Void if there was hardly anything to compare.
  expect(valueCount).toBeGreaterThan(200);
  expect(pairCount).toBeGreaterThan(5);
});
