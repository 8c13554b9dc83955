import { measureDefs, measureIdsOf, rollingSizeMs, type KpiDef } from '@vigie/kpis';
import { namesIn, templateNames } from '../channels/template.ts';
import { durationText } from '../duration.ts';
import { severities, type Severity } from '../types.ts';
import { benchmarkOf } from './benchmark.ts';
import { checkLevels, directionOfAll } from './check-levels.ts';
import { givenLabels, isDimensionOf, unknownName, type Draft, type Finding } from './finding.ts';
import type { Path } from './problem.ts';
import type { RuleEntry } from './rule-schema.ts';
import { signalShapes } from './signals.ts';

type At = (...path: Path) => Path;

export function checkRule(rule: RuleEntry, index: number, { kpis }: Draft): Finding[] {
  const at: At = (...path) => ['rules', index, ...path];
  const general = [...checkWindow(rule, at), ...checkSeverities(rule, at), ...checkTexts(rule, at), ...checkWindowCounts(rule, at)];
  if (rule.signal !== undefined) return [...general, ...checkAgainstSignal(rule, at)];
  const kpi = kpis.find((def) => def.id === rule.kpi);
  if (kpi !== undefined) return [...general, ...checkAgainstKpi(rule, kpi, at)];
  const ids = kpis.map((def) => def.id);
  return [...general, { path: at('kpi'), text: unknownName('the id of a KPI', rule.kpi ?? '', ids) }];
}

const everyMsMax = 31 * 86_400_000;

function checkWindow({ kpi, window }: RuleEntry, at: At): Finding[] {
  const findings: Finding[] = [];
  if (kpi !== undefined && window?.size === undefined)
    findings.push({ path: at('window'), text: 'expected a window with its size, such as { size: 30d, every: 1h }, found none' });
  if (kpi === undefined && window?.size !== undefined)
    findings.push({ path: at('window', 'size'), text: `expected no size: a signal is of the moment, found "${window.size}"` });
  if (kpi !== undefined && window?.size !== undefined && !isRollingSize(window.size))
    findings.push({ path: at('window', 'size'), text: `expected a rolling window of at most 36600d, found "${window.size}"` });
  if (window === undefined) return findings;
  const everyMs = window.every;
  if (everyMs < 60_000 || everyMs % 60_000 !== 0) {
    const text = `expected whole minutes, at least 1m (windows end on minutes), found ${everyMs / 1000} s`;
    findings.push({ path: at('window', 'every'), text });
  } else if (everyMs > everyMsMax) {
    findings.push({ path: at('window', 'every'), text: `expected ${durationText}, at most 31d` });
  }
  return findings;
}

function isRollingSize(size: string): boolean {
  try {
    rollingSizeMs(size);
    return true;
  } catch {
    return false;
  }
}

/** Severities that a rule can fire with by its own limits. */
function ownSeverities({ severity, benchmark }: RuleEntry): readonly Severity[] {
  return benchmark === undefined ? severities.filter((one) => severity?.[one] !== undefined) : [benchmark.severity];
}

function checkSeverities(rule: RuleEntry, at: At): Finding[] {
  const own = ownSeverities(rule);
  const findings = rule.severity === undefined ? [] : checkLevels(rule.severity, at('severity'), null);
  const zero = rule.on_zero_denominator;
  if (zero !== undefined && zero !== 'inconclusive' && !own.includes(zero.severity))
    findings.push({ path: at('on_zero_denominator', 'severity'), text: `expected a severity of this rule, found ${zero.severity}` });
  const policy = rule.no_data;
  if (typeof policy === 'object' && policy.then === 'breach' && policy.severity !== undefined && !own.includes(policy.severity))
    findings.push({ path: at('no_data', 'severity'), text: `expected a severity of this rule, found ${policy.severity}` });
  return [...findings, ...checkExcept(rule, at), ...checkOverrides(rule, at)];
}

function checkExcept(rule: RuleEntry, at: At): Finding[] {
  const isSliced = dimensionOf(rule) !== null;
  return rule.except === undefined || isSliced
    ? []
    : [{ path: at('except'), text: 'expected a rule with group_by, found none: without slices nothing can be excepted' }];
}

function checkOverrides(rule: RuleEntry, at: At): Finding[] {
  const dimension = dimensionOf(rule);
  const direction = rule.severity === undefined ? null : directionOfAll(rule.severity);
  const firstOf = new Map<string, number>();
  return (rule.overrides ?? []).flatMap(({ match, severity }, index) => {
    const findings = checkLevels(severity, at('overrides', index, 'severity'), direction);
    const foreign = Object.keys(match).find((label) => label !== dimension);
    if (foreign !== undefined) {
      const text = `expected ${dimension === null ? 'a rule with group_by' : `only ${dimension}, which the rule groups by`}, found ${foreign}: this override can never match`;
      return [...findings, { path: at('overrides', index, 'match', foreign), text }];
    }
    const key = JSON.stringify(match);
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, index);
    const text = `expected a slice of its own, found that of overrides[${first}], which comes first`;
    return first === undefined ? findings : [...findings, { path: at('overrides', index, 'match'), text }];
  });
}

/** What a rule's slices are of, said or implied; null: it has none. */
export function dimensionOf({ group_by: groupBy, signal }: Pick<RuleEntry, 'group_by' | 'signal'>): string | null {
  return signal === undefined ? (groupBy?.[0] ?? null) : signalShapes[signal].by;
}

function checkTexts(rule: RuleEntry, at: At): Finding[] {
  const findings: Finding[] = [];
  for (const name of namesIn(rule.summary ?? '')) {
    if (!templateNames.some((known) => known === name))
      findings.push({ path: at('summary'), text: unknownName('a name that summaries know', name, templateNames) });
  }
  const taken: readonly string[] = [...givenLabels, dimensionOf(rule) ?? ''];
  for (const label of Object.keys(rule.labels ?? {})) {
    if (taken.includes(label))
      findings.push({ path: at('labels', label), text: `expected a label of your own, found ${label}, which Vigie sets` });
  }
  return findings;
}

function checkWindowCounts({ n_of_m: windows }: RuleEntry, at: At): Finding[] {
  if (windows === undefined || windows.n <= windows.m) return [];
  return [{ path: at('n_of_m', 'n'), text: `expected at most m, ${windows.m}, found ${windows.n}: it could never fire` }];
}

const onlyForKpis = ['benchmark', 'change', 'confidence', 'on_zero_denominator'] as const;

function checkAgainstSignal(rule: RuleEntry, at: At): Finding[] {
  const signal = rule.signal!;
  const { by, measures } = signalShapes[signal];
  const findings: Finding[] = onlyForKpis.flatMap((key) =>
    rule[key] === undefined ? [] : [{ path: at(key), text: `expected ${key} only beside a KPI, found it beside the signal ${signal}` }],
  );
  const dimension = rule.group_by?.[0];
  if (dimension !== undefined && dimension !== by) {
    const expected = by === null ? `no group_by: ${signal} has no slices` : `group_by: [${by}] or none`;
    findings.push({ path: at('group_by', 0), text: `expected ${expected}, found ${dimension}` });
  }
  const measure = rule.min_sample?.measure;
  if (measure !== undefined && !measures.includes(measure))
    findings.push({ path: at('min_sample', 'measure'), text: unknownName(`a measure of ${signal}`, measure, measures) });
  return findings;
}

function checkAgainstKpi(rule: RuleEntry, kpi: KpiDef, at: At): Finding[] {
  const findings: Finding[] = [];
  const dimension = rule.group_by?.[0];
  if (dimension !== undefined && !isDimensionOf(kpi, dimension))
    findings.push({ path: at('group_by', 0), text: unknownName(`a dimension of ${kpi.id}`, dimension, kpi.dimensions) });
  if (kpi.onlyBy !== undefined && dimension !== kpi.onlyBy)
    findings.push({
      path: at('kpi'),
      text: `expected group_by: [${kpi.onlyBy}], because ${kpi.id} exists only by slices of it, found ${dimension ?? 'none'}`,
    });
  if (rule.on_zero_denominator !== undefined && !kpi.formula.includes('/'))
    findings.push({
      path: at('on_zero_denominator'),
      text: `expected it only where something is divided, found it beside ${kpi.id} = ${kpi.formula}`,
    });
  if (rule.change?.min_base?.startsWith('-'))
    findings.push({ path: at('change', 'min_base'), text: `expected 0 or more: it is a magnitude, found ${rule.change.min_base}` });
  return [...findings, ...checkSample(rule, kpi, at), ...checkBenchmark(rule, kpi, at)];
}

/** KPIs that are shares of a count, and what they are shares of: only these have a Wilson bound. */
const proportions: Readonly<Record<string, string>> = {
  customer_churn_rate: 'customers_at_start',
  customer_retention_rate: 'customers_at_start',
  conversion_rate: 'prospects',
  repeat_customer_rate: 'buyers',
};

function checkSample(rule: RuleEntry, kpi: KpiDef, at: At): Finding[] {
  const findings: Finding[] = [];
  const isMoney = (id: string) => measureDefs.some((def) => def.id === id && def.money);
  const counts = measureIdsOf(kpi).filter((id) => !isMoney(id));
  const measure = rule.min_sample?.measure;
  if (measure !== undefined && !counts.includes(measure))
    findings.push({ path: at('min_sample', 'measure'), text: unknownName(`a measure of ${kpi.id} that is a count`, measure, counts) });
  if (rule.confidence === undefined) return findings;
  const whole = Object.hasOwn(proportions, kpi.id) ? proportions[kpi.id] : undefined;
  if (whole === undefined)
    findings.push({ path: at('confidence'), text: unknownName('it beside a share of counts', kpi.id, Object.keys(proportions)) });
  else if (measure !== whole)
    findings.push({
      path: at('confidence'),
      text: `expected min_sample: { measure: ${whole}, ... } beside it, found ${measure ?? 'none'}`,
    });
  if (rule.change !== undefined)
    findings.push({ path: at('confidence'), text: 'expected no confidence beside change: a difference is no share of a count' });
  return findings;
}

function checkBenchmark(rule: RuleEntry, kpi: KpiDef, at: At): Finding[] {
  if (rule.benchmark === undefined) return [];
  if (rule.change !== undefined)
    return [
      { path: at('benchmark'), text: 'expected no benchmark beside change: an industry is typical in its values, not in their changes' },
    ];
  const size = rule.window?.size;
  if (size === undefined || !isRollingSize(size)) return [];
  const found = benchmarkOf(kpi, { ...rule.benchmark, size });
  return found.ok ? [] : [{ path: at('benchmark', 'industry'), text: found.text }];
}
