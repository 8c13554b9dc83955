import type { KpiDef } from '@vigie/kpis';
import type { Span } from '../duration.ts';
import { signalShapes } from './signals.ts';
import { definitionHashOf } from '../ids.ts';
import { severities, type LimitOverride, type NoDataPolicy, type Rule, type Severity, type SeverityLimit } from '../types.ts';
import { benchmarkOf } from './benchmark.ts';
import { dimensionOf } from './check-rule.ts';
import type { LevelEntry, LevelsEntry, NoDataEntry, RuleEntry } from './rule-schema.ts';
import type { RulesFile } from './rules-schema.ts';

/** How long after a window's end a rule waits when nothing is said: late records of the last second are in by then. */
const settleDefaultMs = 0;
const signalEveryMs = 60_000;
const maxInstancesDefault = 1_000;

/** A rule of a file that was checked, with everything filled in. */
export function buildRule(entry: RuleEntry, file: Pick<RulesFile, 'defaults'>, kpis: readonly KpiDef[]): Rule {
  const { defaults } = file;
  const everyMs = entry.window?.every ?? signalEveryMs;
  const zero = entry.on_zero_denominator;
  const { limits, benchmark } = limitsOf(entry, kpis);
  const definition = {
    uid: entry.uid,
    name: entry.name ?? entry.uid,
    tenant: entry.tenant ?? defaults?.tenant ?? 'default',
    kind: entry.signal === undefined ? ('kpi' as const) : ('pipeline' as const),
    kpi: entry.signal ?? entry.kpi ?? '',
    size: entry.signal === undefined ? (entry.window?.size ?? '') : '',
    everyMs,
    settleMs: entry.settle ?? defaults?.settle ?? settleDefaultMs,
    limits,
    overrides: (entry.overrides ?? []).map(({ match, severity }): LimitOverride => ({ match, limits: levelsOf(severity) })),
    forMs: spanMs(entry.for, everyMs, { isFirstCounted: true }),
    nOfM: entry.n_of_m ?? null,
    keepFiringForMs: spanMs(entry.keep_firing_for, everyMs, { isFirstCounted: false }),
    minSample: entry.min_sample === undefined ? null : { measure: entry.min_sample.measure, atLeast: entry.min_sample.at_least },
    confidence: entry.confidence ?? null,
    groupBy: dimensionOf(entry),
    ...(entry.except === undefined ? {} : { except: entry.except }),
    maxInstances: entry.max_instances ?? defaults?.max_instances ?? maxInstancesDefault,
    onZeroDenominator:
      zero === undefined || zero === 'inconclusive' ? null : { numeratorAtLeast: zero.when_numerator_at_least, severity: zero.severity },
    noData: noDataOf(entry.no_data ?? absentOf(entry) ?? defaults?.no_data ?? 'hold', limits),
    change:
      entry.change === undefined ? null : { against: entry.change.against, as: entry.change.as, minBase: entry.change.min_base ?? null },
    benchmark,
    labels: entry.labels ?? {},
    summary: entry.summary ?? null,
    runbook: entry.runbook ?? null,
  };
  return { ...definition, definitionHash: definitionHashOf(definition) };
}

/** A signal knows what it means when it has nothing to say; what the file says of KPIs is not meant for it. */
function absentOf({ signal }: RuleEntry): 'hold' | 'ok' | undefined {
  return signal === undefined ? undefined : signalShapes[signal].absent;
}

function limitsOf(entry: RuleEntry, kpis: readonly KpiDef[]): Pick<Rule, 'limits' | 'benchmark'> {
  const kpi = kpis.find(({ id }) => id === entry.kpi);
  if (entry.benchmark === undefined || kpi === undefined) return { limits: levelsOf(entry.severity ?? {}), benchmark: null };
  const found = benchmarkOf(kpi, { ...entry.benchmark, size: entry.window?.size ?? '' });
  if (!found.ok) throw new RangeError(`rule ${entry.uid}: ${found.text}`);
  return { limits: [found.limit], benchmark: found.benchmark };
}

function levelsOf(levels: LevelsEntry): readonly SeverityLimit[] {
  return severities.flatMap((severity) => levelOf(severity, levels[severity]));
}

function levelOf(severity: Severity, level: LevelEntry | undefined): SeverityLimit[] {
  if (level === undefined) return [];
  if (level.at_or_above !== undefined)
    return [{ severity, comparison: 'at_or_above', limit: level.at_or_above, recovery: level.recover_below ?? level.at_or_above }];
  const limit = level.at_or_below!;
  return [{ severity, comparison: 'at_or_below', limit, recovery: level.recover_above ?? limit }];
}

/* oxlint-disable unicorn/no-thenable -- the word of the file format; nothing awaits it */
function noDataOf(entry: NoDataEntry, limits: readonly SeverityLimit[]): NoDataPolicy {
  const gravest = limits.at(-1)!.severity;
  if (entry === 'breach') return { then: 'breach', severity: gravest, afterWindows: 1 };
  if (typeof entry === 'string') return { then: entry };
  if (entry.then === 'notify') return { then: 'notify', afterWindows: entry.after ?? 1 };
  return { then: 'breach', severity: entry.severity ?? gravest, afterWindows: entry.after ?? 1 };
}
/* oxlint-enable unicorn/no-thenable */

/** Windows as event time: `for: 2 windows` counts the first breaching one, so one period passes between first and second. */
function spanMs(span: Span | undefined, everyMs: number, { isFirstCounted }: { isFirstCounted: boolean }): number {
  if (span === undefined) return 0;
  if ('ms' in span) return span.ms;
  return Math.max(0, span.windowCount - (isFirstCounted ? 1 : 0)) * everyMs;
}
