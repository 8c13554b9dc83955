import type { ReadWindow, ReplayWindow, Rule } from '@vigie/alerting';
import { replayWindowCount, replayWindows } from '@vigie/alerting';
import { type Clickhouse, isSummable, readKpi, readSeries, SeriesLimitError, type SqlStanding } from '@vigie/clickhouse';
import { type Dimension, type KpiAnswer, type KpiDef, kpiById, type SettingsBook, type Window } from '@vigie/kpis';
import { CliError, exitCodes } from '../../console/cli-error.ts';

/** Bounds that keep a backtest to minutes and to the memory of a laptop. */
const windowCountMax = 400_000;
const judgementCountMax = 4_000_000;
/** Windows of KPIs that count distinct customers: each is a query of its own. */
const queryCountMax = 6_000;
const queriesAtOnce = 4;

export interface HistorySource {
  readonly clickhouse: Clickhouse;
  /** Where ClickHouse stood before anything was read. */
  readonly standing: SqlStanding;
  readonly settings: SettingsBook;
  readonly onProgress: (done: number, total: number | null) => void;
}

export interface RuleHistory {
  readonly rule: Rule;
  readonly zone: string;
  readonly currency: string;
  readonly windowCount: number;
  /** From the first window to the last, as often as wanted; nothing is asked of ClickHouse any more. */
  readonly windows: () => Iterable<ReadWindow>;
}

interface Planned {
  readonly rule: Rule;
  readonly def: KpiDef;
  readonly by: Dimension | null;
  readonly windows: readonly ReplayWindow[];
}

/**
 * Reads what the windows of some rules are judged by: one bulk read per tenant, and one query per window where customers are counted.
 *
 * Errors   CliError when there is more than the bounds allow, with what to do
 */
export async function readHistories(
  source: HistorySource,
  asked: { readonly rules: readonly Rule[]; readonly sinceMs: number; readonly untilMs: number },
): Promise<RuleHistory[]> {
  requireWindowCount(asked);
  const planned = asked.rules.map((rule): Planned => {
    const { zone } = source.settings.of(rule.tenant);
    const untilMs = Math.min(asked.untilMs, (source.standing.completeThroughMs ?? asked.untilMs) - rule.settleMs);
    const windows = replayWindows(rule, { sinceMs: asked.sinceMs, untilMs, zone });
    return { rule, def: kpiById(rule.kpi)!, by: rule.groupBy as Dimension | null, windows };
  });
  const histories = new Map<Rule, RuleHistory>();
  for (const tenant of new Set(asked.rules.map((rule) => rule.tenant))) {
    const own = planned.filter(({ rule }) => rule.tenant === tenant);
    for (const history of await readSummable(
      source,
      tenant,
      own.filter(({ def }) => isSummable(def)),
    ))
      histories.set(history.rule, history);
  }
  const distinct = planned.filter(({ def }) => !isSummable(def));
  requireQueryCount(distinct);
  for (const plan of distinct) histories.set(plan.rule, await readByQueries(source, plan));
  return asked.rules.map((rule) => histories.get(rule)!);
}

/** Without slices first: how many there are is known only afterwards. */
function requireWindowCount(asked: { rules: readonly Rule[]; sinceMs: number; untilMs: number }): void {
  const count = asked.rules.reduce((sum, rule) => sum + replayWindowCount(rule, asked), 0);
  if (count <= windowCountMax) return;
  throw tooMuch(`${windowCountMax.toLocaleString('en-US')} windows of all rules together`, count.toLocaleString('en-US'));
}

function requireQueryCount(plans: readonly Planned[]): void {
  const count = plans.reduce((sum, { rule, windows }) => sum + windows.length * (rule.change === null ? 1 : 2), 0);
  if (count <= queryCountMax) return;
  const uids = plans.map(({ rule }) => rule.uid).join(', ');
  throw tooMuch(`${queryCountMax} windows of rules that count distinct customers (${uids}), each a query of its own`, String(count));
}

const tooMuch = (expected: string, found: string): CliError =>
  new CliError(`expected at most ${expected}, found ${found}; give a later --since, or choose with --rule`, exitCodes.usage);

async function readSummable(source: HistorySource, tenant: string, plans: readonly Planned[]): Promise<RuleHistory[]> {
  if (plans.every(({ windows }) => windows.length === 0)) return plans.map((plan) => historyOf(source, plan, () => []));
  const settings = source.settings.of(tenant);
  const asks = plans.map(({ def, by, windows }) => ({ def, by, windows: windows.flatMap(boundsOf) }));
  const series = await readSeries(source.clickhouse, source.standing, { tenant, settings, asks }).catch((error: unknown) => {
    throw error instanceof SeriesLimitError ? new CliError(error.message, exitCodes.usage) : error;
  });
  const judgementCount = plans.reduce((sum, { def, by, windows }) => sum + windows.length * series.slicesOf(def, by).length, 0);
  if (judgementCount > judgementCountMax) {
    throw tooMuch(`${judgementCountMax.toLocaleString('en-US')} judgements (windows x slices)`, judgementCount.toLocaleString('en-US'));
  }
  return plans.map((plan) => {
    const { def, by } = plan;
    return historyOf(source, plan, (window) => series.answer({ def, by, window }));
  });
}

const boundsOf = ({ window, baseline }: ReplayWindow): Window[] => (baseline === null ? [window] : [window, baseline]);

function historyOf(source: HistorySource, plan: Planned, answer: (window: Window) => readonly KpiAnswer[]): RuleHistory {
  const { rule, windows } = plan;
  const { zone, currency } = source.settings.of(rule.tenant);
  return {
    ...{ rule, zone, currency },
    windowCount: windows.length,
    *windows() {
      for (const { windowEndMs, window, baseline } of windows) {
        yield { windowEndMs, readings: answer(window), baselines: baseline === null ? null : answer(baseline) };
      }
    },
  };
}

async function readByQueries(source: HistorySource, plan: Planned): Promise<RuleHistory> {
  const { rule, def, by } = plan;
  const settings = source.settings.of(rule.tenant);
  const windows = plan.windows.flatMap(boundsOf);
  const answers = new Map<string, readonly KpiAnswer[]>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let window = windows[next++]; window !== undefined; window = windows[next++]) {
      const key = `${window.from} ${window.to}`;
      if (answers.has(key)) continue;
      answers.set(key, await readKpi(source.clickhouse, source.standing, { def, tenant: rule.tenant, settings, window, by }));
      source.onProgress(answers.size, windows.length);
    }
  };
  await Promise.all(Array.from({ length: queriesAtOnce }, work));
  return historyOf(source, plan, ({ from, to }) => answers.get(`${from} ${to}`) ?? []);
}
