import { query, readApplied, readKpi } from '@vigie/clickhouse';
import { type Dimension, type KpiAnswer, type KpiDef, kpiDefs, parseWindow, type Window } from '@vigie/kpis';
import { type LiveAsk, readLiveTogether, readMeta } from '@vigie/redis';
import { pause } from '@vigie/runtime';
import { plural } from '../alerts/words.ts';
import type { Context } from '../context.ts';
import { askSql } from './ask-sql.ts';
import { evaluateFromFacts, type Recomputed } from './evaluate.ts';
import { recomputeFacts, type TenantFacts } from './recompute.ts';
import type { VerifyDifference, VerifyOptions, VerifyReport } from './report.ts';

const defaultWindows = [
  '1h',
  '24h',
  '7d',
  '30d',
  '90d',
  '365d',
  'today',
  'yesterday',
  'this_month',
  'last_month',
  'this_year',
  'last_year',
];

/**
 * Proves a running system: recomputes every KPI, slice and a set of windows from the raw events and compares with Redis and with SQL.
 *
 * Holds    per tenant, live numbers are read in one moment per partition; SQL and the recomputation are cut at the positions of that moment
 * Errors   what cannot be proved is a problem in the report, never a silent pass
 */
export async function runVerify(context: Context, options: VerifyOptions): Promise<VerifyReport> {
  const startedMs = Date.now();
  const { place } = context;
  const clickhouse = context.clickhouse();
  const meta = await readMeta(context.redis(), place);
  const found = new Findings();
  if (meta === null) {
    found.unproved.push('expected a consumer to have run against this Redis, found nothing: start it with vigie up');
    return found.report({ options, startedMs });
  }
  for (const tenant of options.tenants ?? (await tenantsOf(context))) {
    const reading = await readTenant(context, { tenant, options, nowMs: startedMs });
    if (reading.positions.size === 0) {
      found.unproved.push(
        `tenant ${tenant}: expected all partitions in Redis, found that one is being rebuilt; run verify again when it is done`,
      );
      continue;
    }
    const cut = { topic: place.topic, generation: meta.generation, positions: reading.positions };
    const late = await waitForApplied(context, { ...cut, deadlineMs: options.deadlineMs });
    if (late !== null) {
      found.unproved.push(late);
      continue;
    }
    const { facts, problems } = await recomputeFacts(clickhouse, { ...cut, tenant, settings: context.settings.of(tenant) });
    found.unproved.push(...problems);
    found.tenantCount++;
    found.eventCount += facts.eventCount;
    options.report(`${tenant}: ${plural(facts.eventCount, 'event')} recomputed, comparing ${plural(reading.asks.length, 'question')}`);
    for (const [index, ask] of reading.asks.entries()) {
      found.add(await compareOne(context, { tenant, ask, facts, cut, live: reading.answers[index]! }));
      options.onProgress(index + 1, reading.asks.length);
    }
    found.add(await compareViews(context, { tenant, reading, generation: meta.generation }));
  }
  return found.report({ options, startedMs });
}

interface Compared {
  readonly differences: readonly VerifyDifference[];
  readonly comparedCount: number;
}

class Findings {
  readonly differences: VerifyDifference[] = [];
  readonly unproved: string[] = [];
  tenantCount = 0;
  eventCount = 0;
  #comparedCount = 0;

  add({ differences, comparedCount }: Compared): void {
    this.differences.push(...differences);
    this.#comparedCount += comparedCount;
  }

  report({ options, startedMs }: { options: VerifyOptions; startedMs: number }): VerifyReport {
    const { differences, unproved, tenantCount, eventCount } = this;
    const windowCount = (options.windows ?? defaultWindows).length;
    const tookMs = Date.now() - startedMs;
    return {
      differences,
      unproved,
      tenantCount,
      eventCount,
      comparedCount: this.#comparedCount,
      kpiCount: kpiDefs.length,
      windowCount,
      tookMs,
    };
  }
}

async function tenantsOf(context: Context): Promise<string[]> {
  const clickhouse = context.clickhouse();
  const rows = await query<{ tenant: string }>(clickhouse, {
    sql: `SELECT DISTINCT tenant FROM ${clickhouse.database}.events WHERE topic = {topic:String} ORDER BY tenant`,
    params: { topic: context.place.topic },
  });
  return rows.map((row) => row.tenant);
}

interface TenantReading {
  readonly asks: readonly LiveAsk[];
  readonly answers: readonly (readonly KpiAnswer[])[];
  readonly positions: ReadonlyMap<number, number>;
}

async function readTenant(context: Context, asked: { tenant: string; options: VerifyOptions; nowMs: number }): Promise<TenantReading> {
  const { tenant, options, nowMs } = asked;
  const settings = context.settings.of(tenant);
  const windows = (options.windows ?? defaultWindows).map((text) => parseWindow(text, { nowMs, zone: settings.zone }));
  const asks = kpiDefs.flatMap((def) => slicingsOf(def).flatMap((by) => windows.map((window) => ({ def, by, window }))));
  const reading = await readLiveTogether(context.redis(), context.place, { tenant, settings, asks });
  return { asks, ...reading };
}

const slicingsOf = (def: KpiDef): (Dimension | null)[] => (def.onlyBy === undefined ? [null, ...def.dimensions] : [def.onlyBy]);

/** ClickHouse is behind by a flush; what it must have is what the reading had. */
async function waitForApplied(
  context: Context,
  asked: { generation: number; positions: ReadonlyMap<number, number>; deadlineMs: number },
): Promise<string | null> {
  const { generation, positions, deadlineMs } = asked;
  let waitedMs = 0;
  for (;;) {
    const applied = await readApplied(context.clickhouse(), { topic: context.place.topic, generation });
    const behind = [...positions].filter(([partition, position]) => position > (applied.get(partition) ?? 0));
    if (behind.length === 0) return null;
    if (waitedMs >= deadlineMs) {
      const [partition, position] = behind[0]!;
      return `partition ${partition}: expected ClickHouse to have everything below offset ${position} within ${deadlineMs / 1000} s, found ${applied.get(partition)}; is the consumer running, does ClickHouse answer?`;
    }
    await pause(250);
    waitedMs += 250;
  }
}

interface CompareInput {
  readonly tenant: string;
  readonly ask: LiveAsk;
  readonly facts: TenantFacts;
  readonly cut: { topic: string; generation: number; positions: ReadonlyMap<number, number> };
  readonly live: readonly KpiAnswer[];
}

async function compareOne(context: Context, input: CompareInput): Promise<Compared> {
  const { tenant, ask, facts, cut, live } = input;
  const settings = context.settings.of(tenant);
  const recomputed = bySlice(evaluateFromFacts(facts, { ...ask, settings }));
  const sql = bySlice(await askSql(context.clickhouse(), cut, { tenant, currency: settings.currency, ...ask }));
  const first = live[0];
  const isLive = first === undefined || !(first.reason === 'not_live' || first.reason === 'too_many_values');
  const kept = new Map(isLive ? live.map((answer) => [answer.slice?.value ?? '', textOf(answer)]) : []);
  const differences: VerifyDifference[] = [];
  for (const slice of new Set([...recomputed.keys(), ...sql.keys(), ...kept.keys()])) {
    const texts = {
      recomputed: recomputed.get(slice) ?? 'absent',
      sql: sql.get(slice) ?? 'absent',
      live: isLive ? (kept.get(slice) ?? 'absent') : 'not kept',
    };
    if (texts.sql === texts.recomputed && (!isLive || texts.live === texts.recomputed)) continue;
    differences.push({ tenant, kpi: ask.def.id, slice: sliceText(ask, slice), window: windowText(ask.window), what: 'value', ...texts });
  }
  return { differences, comparedCount: recomputed.size + kept.size };
}

/** When nothing moved meanwhile, the views that analysts read must say the same, to the letter. */
async function compareViews(context: Context, input: { tenant: string; reading: TenantReading; generation: number }): Promise<Compared> {
  const { tenant, reading, generation } = input;
  const differences: VerifyDifference[] = [];
  const settings = context.settings.of(tenant);
  let comparedCount = 0;
  const totals = [...reading.asks.entries()].filter(([, ask]) => ask.window.label === '30d');
  for (const [index, ask] of totals) {
    const live = reading.answers[index]!;
    if (live[0]?.reason === 'not_live' || live[0]?.reason === 'too_many_values') continue;
    const answers = await readKpi(context.clickhouse(), { generation, completeThroughMs: null }, { tenant, settings, ...ask });
    const view = new Map(answers.map((answer) => [answer.slice?.value ?? '', textOf(answer)]));
    // Read after the view: what moved meanwhile proves nothing.
    const again = await readLiveTogether(context.redis(), context.place, { tenant, settings, asks: [] });
    if ([...again.positions].some(([partition, position]) => reading.positions.get(partition) !== position))
      return { differences, comparedCount };
    for (const answer of live) {
      comparedCount++;
      const slice = answer.slice?.value ?? '';
      const sql = view.get(slice) ?? 'absent';
      if (sql === textOf(answer)) continue;
      const texts = { recomputed: 'see above', live: textOf(answer), sql: `${sql} (the view itself)` };
      differences.push({ tenant, kpi: ask.def.id, slice: sliceText(ask, slice), window: windowText(ask.window), what: 'value', ...texts });
    }
  }
  return { differences, comparedCount };
}

const bySlice = (rows: readonly Recomputed[]): Map<string, string> => new Map(rows.map((row) => [row.slice, textOf(row)]));
const textOf = ({ value, reason, numerator, denominator }: Omit<Recomputed, 'slice'>): string =>
  `${value ?? `null (${reason})`} = ${numerator}/${denominator}`;
const sliceText = ({ by }: LiveAsk, value: string): string => (by === null ? 'total' : `${by}=${value}`);
const windowText = ({ label, from, to }: Window): string => `${label} [${new Date(from).toISOString()}, ${new Date(to).toISOString()})`;
