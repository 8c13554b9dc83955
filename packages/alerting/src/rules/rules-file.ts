import type { KpiDef } from '@vigie/kpis';
import { LineCounter, parseDocument } from 'yaml';
import type { Span } from '../duration.ts';
import { definitionHashOf } from '../ids.ts';
import { pathText, Positions, type RulesProblem } from './problem.ts';
import { checkRulesFile } from './rules-checks.ts';
import { rulesFileSchema, type LevelEntry, type RuleEntry, type RulesFile } from './rules-schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { severities, type Channel, type Rule, type RuleSet, type Severity, type SeverityLimit } from '../types.ts';

export type RulesParsed =
  { readonly ok: true; readonly ruleSet: RuleSet } | { readonly ok: false; readonly problems: readonly RulesProblem[] };

/** How long after a window's end a rule waits when nothing is said: late records of the last second are in by then. */
const settleDefaultMs = 0;

/**
 * Reads a rules file.
 *
 * Shapes   text: YAML; kpis: every KPI that rules may name
 * Holds    all problems come at once, each with line and column (from 1); a file with any problem gives no rules at all
 */
export function parseRules(text: string, kpis: readonly KpiDef[]): RulesParsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positions = new Positions(document, lines);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, path: '', text: `expected YAML, found: ${error.message}` };
    });
    return { ok: false, problems };
  }
  const data: unknown = document.toJS();
  const parsed = rulesFileSchema.safeParse(data);
  if (!parsed.success) return { ok: false, problems: sorted(schemaProblems(rulesFileSchema, parsed.error, { data, positions })) };
  const findings = checkRulesFile(parsed.data, kpis);
  if (findings.length === 0) return { ok: true, ruleSet: ruleSetOf(parsed.data) };
  return {
    ok: false,
    problems: sorted(findings.map(({ path, text: said }) => ({ ...positions.ofValue(path), path: pathText(path), text: said }))),
  };
}

function sorted(problems: readonly RulesProblem[]): RulesProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** One line per problem, as editors and people read them: rules.yaml:12:5 rules[0].for: expected ... */
export function formatProblems(fileName: string, problems: readonly RulesProblem[]): string {
  return problems
    .map(({ line, column, path, text }) => `${fileName}:${line}:${column} ${path === '' ? '' : `${path}: `}${text}`)
    .join('\n');
}

function ruleSetOf(file: RulesFile): RuleSet {
  const declared = Object.entries(file.channels ?? {}).map(([name, entry]) => channelOf(name, entry));
  const hasLog = declared.some((channel) => channel.name === 'log');
  return {
    rules: file.rules.map((entry) => ruleOf(entry, file)),
    routes: { default: { channels: [...new Set(file.routes?.default.channels ?? ['log'])] } },
    channels: hasLog ? declared : [...declared, { name: 'log', type: 'log' }],
  };
}

function channelOf(name: string, entry: NonNullable<RulesFile['channels']>[string]): Channel {
  if (entry.type === 'log') return { name, type: 'log' };
  const secrets = entry.secret_env?.map((env) => ({ env })) ?? (entry.secret_file ?? []).map((file) => ({ file }));
  return { name, type: 'webhook', url: entry.url, secrets, allowPrivateHosts: entry.allow_private_hosts ?? [] };
}

function ruleOf(entry: RuleEntry, file: RulesFile): Rule {
  const everyMs = entry.window.every;
  const zero = entry.on_zero_denominator;
  const definition = {
    uid: entry.uid,
    name: entry.name ?? entry.uid,
    tenant: entry.tenant ?? file.defaults?.tenant ?? 'default',
    kpi: entry.kpi,
    size: entry.window.size,
    everyMs,
    settleMs: entry.settle ?? file.defaults?.settle ?? settleDefaultMs,
    limits: severities.flatMap((severity) => limitOf(severity, entry.severity[severity])),
    forMs: spanMs(entry.for, everyMs, { isFirstCounted: true }),
    keepFiringForMs: spanMs(entry.keep_firing_for, everyMs, { isFirstCounted: false }),
    minSample: entry.min_sample === undefined ? null : { measure: entry.min_sample.measure, atLeast: entry.min_sample.at_least },
    groupBy: entry.group_by?.[0] ?? null,
    onZeroDenominator:
      zero === undefined || zero === 'inconclusive' ? null : { numeratorAtLeast: zero.when_numerator_at_least, severity: zero.severity },
    labels: entry.labels ?? {},
    summary: entry.summary ?? null,
    runbook: entry.runbook ?? null,
  };
  return { ...definition, definitionHash: definitionHashOf(definition) };
}

function limitOf(severity: Severity, level: LevelEntry | undefined): SeverityLimit[] {
  if (level === undefined) return [];
  if (level.at_or_above !== undefined)
    return [{ severity, comparison: 'at_or_above', limit: level.at_or_above, recovery: level.recover_below ?? level.at_or_above }];
  const limit = level.at_or_below!;
  return [{ severity, comparison: 'at_or_below', limit, recovery: level.recover_above ?? limit }];
}

/** Windows as event time: `for: 2 windows` counts the first breaching one, so one period passes between first and second. */
function spanMs(span: Span | undefined, everyMs: number, { isFirstCounted }: { isFirstCounted: boolean }): number {
  if (span === undefined) return 0;
  if ('ms' in span) return span.ms;
  return Math.max(0, span.windowCount - (isFirstCounted ? 1 : 0)) * everyMs;
}
