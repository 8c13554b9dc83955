import type { Rule, RuleSet, SeverityLimit } from '@vigie/alerting';
import { kpiById } from '@vigie/kpis';
import type { Output } from '../../console/output.ts';
import { durationText, everyText, limitText, withUnit } from '../words.ts';
import { describeRule, type Destination, type RuleDescription } from './describe-rule.ts';

/** The rules of a file as sentences: what is watched, when it fires, who is told. */
export function renderCheck(file: string, ruleSet: RuleSet, { colors }: Pick<Output, 'colors'>): string {
  const { rules, channels } = ruleSet;
  const head = `${colors.green('in order')}: ${file}, ${plural(rules.length, 'rule')}, ${plural(channels.length, 'channel')} (${channels.map(({ name, type }) => (name === type ? name : `${name}: ${type}`)).join(', ')})`;
  const descriptions = rules.map((rule) => describeRule(rule, ruleSet));
  return [head, ...descriptions.map((description) => renderRule(description, colors))].join('\n\n');
}

function renderRule({ rule, destinations, clickhouse }: RuleDescription, colors: Output['colors']): string {
  const lines: [string, string][] = [
    ['watches', watchesText(rule)],
    ['fires', rule.limits.map((level) => `${level.severity} ${limitText(level, unitOf(rule))}`).join(', ')],
    ...rule.overrides.map(({ match, limits }): [string, string] => ['', overrideText(match, limits, rule)]),
    ['when', timingText(rule)],
    ...conditionLines(rule),
    ['tells', destinationsText(destinations)],
  ];
  if (clickhouse !== null) lines.push(['needs', `ClickHouse, because ${clickhouse}`]);
  const head = `${colors.bold(rule.name)} ${colors.dim(`(${rule.uid})`)}`;
  return [head, ...lines.map(([name, text]) => `  ${colors.dim(name.padEnd(8))} ${text}`)].join('\n');
}

function watchesText(rule: Rule): string {
  if (rule.kind === 'pipeline') return `Vigie's own ${rule.kpi}, every ${everyText(rule.everyMs)}`;
  const name = kpiById(rule.kpi)?.names.en ?? rule.kpi;
  const by = rule.groupBy === null ? '' : `, each ${rule.groupBy} by itself (at most ${rule.maxInstances})`;
  const { change } = rule;
  const against =
    change === null
      ? ''
      : `, its change in ${change.as === 'percent' ? 'percent' : 'absolute numbers'} against ${change.against.replaceAll('_', ' ')}`;
  return `${name} over ${rule.size}, every ${everyText(rule.everyMs)}${against}${by}, tenant ${rule.tenant}`;
}

const unitOf = (rule: Rule): string => (rule.change?.as === 'percent' ? 'percent' : (kpiById(rule.kpi)?.unit ?? 'count'));

function overrideText(match: Readonly<Record<string, string>>, limits: readonly SeverityLimit[], rule: Rule): string {
  const of = Object.entries(match).map(([label, value]) => `${label}=${value}`);
  return `for ${of.join(', ')}: ${limits.map((level) => `${level.severity} ${limitText(level, unitOf(rule))}`).join(', ')}`;
}

function timingText({ forMs, nOfM, keepFiringForMs, everyMs, settleMs }: Rule): string {
  const start =
    nOfM !== null
      ? `${nOfM.n} of the last ${nOfM.m} windows breach`
      : forMs === 0
        ? 'the first window breaches'
        : `windows breach for ${durationText(forMs)} (${Math.ceil(forMs / everyMs) + 1} windows)`;
  const end = keepFiringForMs === 0 ? 'ends with the first clear window' : `ends after ${durationText(keepFiringForMs)} of clear windows`;
  const settle = settleMs === 0 ? '' : `; a window is judged ${durationText(settleMs)} after its end`;
  return `${start}; ${end}${settle}`;
}

function conditionLines(rule: Rule): [string, string][] {
  const lines: [string, string][] = [];
  if (rule.minSample !== null) {
    const { measure, atLeast } = rule.minSample;
    const bound = rule.confidence === null ? '' : `; the ${rule.confidence * 100} % bound must reach the limit too`;
    lines.push(['sample', `at least ${atLeast} ${measure}, else nothing changes${bound}`]);
  }
  if (rule.onZeroDenominator !== null) {
    const { severity, numeratorAtLeast } = rule.onZeroDenominator;
    lines.push(['also', `${severity} when the denominator is 0 and the numerator at least ${withUnit(numeratorAtLeast, 'count')}`]);
  }
  const { noData } = rule;
  if (noData.then === 'notify') lines.push(['no data', `the rule's health says so after ${plural(noData.afterWindows, 'window')}`]);
  else if (noData.then === 'breach') lines.push(['no data', `${noData.severity} after ${plural(noData.afterWindows, 'window')}`]);
  else if (noData.then !== 'hold') lines.push(['no data', `as if it were ${noData.then === 'ok' ? 'clear' : '0'}`]);
  return lines;
}

function destinationsText(destinations: readonly Destination[]): string {
  const texts = destinations.map(
    ({ channels, routes, mute }) =>
      `${channels.join(', ')} (route ${routes.join(', ')}${mute.length === 0 ? '' : `, muted in ${mute.join(', ')}`})`,
  );
  if (new Set(texts).size === 1) return texts[0]!;
  return destinations.map(({ severity }, index) => `${severity}: ${texts[index]}`).join('; ');
}

export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** The same as data. */
export function checkJson(file: string, ruleSet: RuleSet): unknown {
  return {
    file,
    ok: true,
    problems: [],
    channels: ruleSet.channels.map(({ name, type }) => ({ name, type })),
    rules: ruleSet.rules.map((rule) => {
      const { destinations, clickhouse } = describeRule(rule, ruleSet);
      const { uid, name, tenant, kind, kpi, size, everyMs, groupBy, limits, overrides, forMs, nOfM, keepFiringForMs, settleMs } = rule;
      return {
        ...{ uid, name, tenant, kind, kpi, window: size, every_ms: everyMs, settle_ms: settleMs, group_by: groupBy, limits, overrides },
        ...{ for_ms: forMs, n_of_m: nOfM, keep_firing_for_ms: keepFiringForMs, destinations, needs_clickhouse: clickhouse },
      };
    }),
  };
}
