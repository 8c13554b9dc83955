import { measureIdsOf, rollingSizeMs, type KpiDef } from '@vigie/kpis';
import { compareDecimals } from '../decimal.ts';
import { nearest } from './nearest.ts';
import type { Path } from './problem.ts';
import type { LevelEntry, RuleEntry, RulesFile } from './rules-schema.ts';
import { namesIn, templateNames } from '../channels/template.ts';
import { severities } from '../types.ts';

/** What is wrong with a file whose every key is well-formed: names that lead nowhere, limits that contradict each other. */
export interface Finding {
  readonly path: Path;
  readonly text: string;
}

export function checkRulesFile(file: RulesFile, kpis: readonly KpiDef[]): Finding[] {
  return [
    ...checkUids(file),
    ...checkRoutes(file),
    ...checkChannels(file),
    ...file.rules.flatMap((rule, index) => checkRule(rule, index, kpis)),
  ];
}

function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return `expected ${what}, found "${name}". ${meant === null ? `Known: ${known.join(', ')}.` : `Did you mean ${meant}?`}`;
}

function checkUids(file: RulesFile): Finding[] {
  const firstOf = new Map<string, number>();
  return file.rules.flatMap((rule, index) => {
    const key = `${rule.tenant ?? file.defaults?.tenant ?? 'default'}:${rule.uid}`;
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, index);
    return first === undefined
      ? []
      : [{ path: ['rules', index, 'uid'], text: `expected a uid of its own, found that of rules[${first}]. Rename one.` }];
  });
}

function checkRoutes(file: RulesFile): Finding[] {
  const known = ['log', ...Object.keys(file.channels ?? {})];
  const named = file.routes?.default.channels ?? [];
  return named.flatMap((channel, index) =>
    known.includes(channel)
      ? []
      : [
          {
            path: ['routes', 'default', 'channels', index],
            text: unknownName('a channel that is declared under channels', channel, known),
          },
        ],
  );
}

function checkChannels(file: RulesFile): Finding[] {
  return Object.entries(file.channels ?? {}).flatMap(([name, channel]) => {
    if (channel.type !== 'webhook') return [];
    const text = webhookUrlProblem(channel.url, channel.allow_private_hosts ?? []);
    return text === null ? [] : [{ path: ['channels', name, 'url'], text }];
  });
}

/** The URL may hold a token: what was found is described, not shown. */
export function webhookUrlProblem(text: string, allowPrivateHosts: readonly string[]): string | null {
  if (!URL.canParse(text))
    return 'expected a URL such as https://example.org/hook, found something that is none (not shown, it may be secret)';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return 'expected a URL without user and password, found one with them. Receivers check the signature instead.';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:' && allowPrivateHosts.includes(url.hostname)) return null;
  return `expected https, found ${url.protocol}// to ${url.hostname}. Plain http is only for hosts listed in this channel's allow_private_hosts.`;
}

function checkRule(rule: RuleEntry, index: number, kpis: readonly KpiDef[]): Finding[] {
  const at = (...path: Path): Path => ['rules', index, ...path];
  const findings: Finding[] = [...checkWindow(rule, at), ...checkLevels(rule, at)];
  for (const name of namesIn(rule.summary ?? '')) {
    if (!templateNames.some((known) => known === name))
      findings.push({ path: at('summary'), text: unknownName('a name that summaries know', name, templateNames) });
  }
  const kpi = kpis.find((def) => def.id === rule.kpi);
  if (kpi === undefined) {
    findings.push({
      path: at('kpi'),
      text: unknownName(
        'the id of a KPI',
        rule.kpi,
        kpis.map((def) => def.id),
      ),
    });
    return findings;
  }
  return [...findings, ...checkAgainstKpi(rule, kpi, at)];
}

type At = (...path: Path) => Path;

function checkWindow(rule: RuleEntry, at: At): Finding[] {
  const findings: Finding[] = [];
  try {
    rollingSizeMs(rule.window.size);
  } catch {
    findings.push({ path: at('window', 'size'), text: `expected a rolling window such as 90m, 24h or 30d, found "${rule.window.size}"` });
  }
  const everyMs = rule.window.every;
  if (everyMs < 60_000 || everyMs % 60_000 !== 0) {
    findings.push({
      path: at('window', 'every'),
      text: `expected whole minutes, at least 1m (windows end on minutes), found ${everyMs / 1000} s`,
    });
  }
  return findings;
}

function checkLevels(rule: RuleEntry, at: At): Finding[] {
  const findings: Finding[] = [];
  const given = severities.flatMap((severity) =>
    rule.severity[severity] === undefined ? [] : [{ severity, level: rule.severity[severity] }],
  );
  if (given.length === 0) findings.push({ path: at('severity'), text: `expected at least one of ${severities.join(', ')}, found none` });
  const zero = rule.on_zero_denominator;
  if (zero !== undefined && zero !== 'inconclusive' && rule.severity[zero.severity] === undefined)
    findings.push({ path: at('on_zero_denominator', 'severity'), text: `expected a severity of this rule, found ${zero.severity}` });
  for (const { severity, level } of given) {
    const text = recoveryProblem(level);
    if (text !== null) findings.push({ path: at('severity', severity), text });
  }
  for (const [index, { severity, level }] of given.entries()) {
    const milder = given[index - 1];
    if (milder === undefined) continue;
    const text = orderProblem(milder.level, level);
    if (text !== null) findings.push({ path: at('severity', severity), text: `${text} (${milder.severity})` });
  }
  return findings;
}

function recoveryProblem(level: LevelEntry): string | null {
  const { at_or_above: above, recover_below: below, at_or_below: under, recover_above: over } = level;
  if (above !== undefined && over !== undefined) return 'expected recover_below beside at_or_above, found recover_above';
  if (under !== undefined && below !== undefined) return 'expected recover_above beside at_or_below, found recover_below';
  if (above !== undefined && below !== undefined && compareDecimals(below, above) > 0)
    return `expected recover_below at most ${above}, on the safe side of the limit, found ${below}`;
  if (under !== undefined && over !== undefined && compareDecimals(over, under) < 0)
    return `expected recover_above at least ${under}, on the safe side of the limit, found ${over}`;
  return null;
}

function orderProblem(milder: LevelEntry, graver: LevelEntry): string | null {
  if ((milder.at_or_above === undefined) !== (graver.at_or_above === undefined))
    return 'expected all severities in one direction, found both';
  if (milder.at_or_above !== undefined && compareDecimals(graver.at_or_above!, milder.at_or_above) < 0)
    return `expected a limit of at least ${milder.at_or_above}, that of the milder severity, found ${graver.at_or_above}`;
  if (milder.at_or_below !== undefined && compareDecimals(graver.at_or_below!, milder.at_or_below) > 0)
    return `expected a limit of at most ${milder.at_or_below}, that of the milder severity, found ${graver.at_or_below}`;
  return null;
}

function checkAgainstKpi(rule: RuleEntry, kpi: KpiDef, at: At): Finding[] {
  const findings: Finding[] = [];
  const dimension = rule.group_by?.[0];
  if (dimension !== undefined && !kpi.dimensions.includes(dimension))
    findings.push({ path: at('group_by', 0), text: unknownName(`a dimension of ${kpi.id}`, dimension, kpi.dimensions) });
  if (kpi.onlyBy !== undefined && dimension !== kpi.onlyBy)
    findings.push({
      path: at('kpi'),
      text: `expected group_by: [${kpi.onlyBy}], because ${kpi.id} exists only by slices of it, found none`,
    });
  const measures = measureIdsOf(kpi);
  const measure = rule.min_sample?.measure;
  if (measure !== undefined && !measures.includes(measure))
    findings.push({ path: at('min_sample', 'measure'), text: unknownName(`a measure of ${kpi.id}`, measure, measures) });
  return findings;
}
