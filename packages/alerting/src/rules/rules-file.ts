import type { KpiDef } from '@vigie/kpis';
import { isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { z } from 'zod';
import type { RuleSet } from '../types.ts';
import { buildChannels } from './build-channels.ts';
import { buildInhibitions, buildMuteTimings, buildRoutes } from './build-routes.ts';
import { buildRule } from './build-rule.ts';
import { checkFile } from './check-file.ts';
import type { Draft } from './finding.ts';
import { channelSchema } from './channel-schema.ts';
import { pathText, Positions, type RulesProblem } from './problem.ts';
import { inhibitSchema, muteTimingSchema } from './route-schema.ts';
import { ruleSchema } from './rule-schema.ts';
import { rulesFileSchema } from './rules-schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { valueAt } from './shown-value.ts';

export type RulesParsed =
  { readonly ok: true; readonly ruleSet: RuleSet } | { readonly ok: false; readonly problems: readonly RulesProblem[] };

/**
 * Reads a rules file.
 *
 * Shapes   text: YAML; kpis: every KPI that rules may name
 * Holds    all problems come at once, each with line and column (from 1); a file with any problem gives no rules at all; a secret that was pasted
 *          into it is not repeated
 */
export function parseRules(text: string, kpis: readonly KpiDef[]): RulesParsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const read = readYaml(document, lines);
  if (!read.ok) return read;
  const { data } = read;
  const positions = new Positions(document, lines);
  const parsed = rulesFileSchema.safeParse(data);
  const shape = parsed.success ? [] : schemaProblems(rulesFileSchema, parsed.error, { data, positions });
  const findings = checkFile(draftOf(data, kpis)).map(({ path, text: said }) => ({
    ...positions.ofValue(path),
    path: pathText(path),
    text: said,
  }));
  if (!parsed.success || findings.length > 0) return { ok: false, problems: sorted([...shape, ...findings]) };
  const file = parsed.data;
  const ruleSet = {
    rules: file.rules.map((entry) => buildRule(entry, file, kpis)),
    route: buildRoutes(file),
    muteTimings: buildMuteTimings(file),
    inhibitions: buildInhibitions(file.inhibit),
    channels: buildChannels(file),
  };
  return { ok: true, ruleSet };
}

/** One line per problem, as compilers print them: file:line:column path: text. */
export function formatProblems(fileName: string, problems: readonly RulesProblem[]): string {
  return problems
    .map(({ line, column, path, text }) => `${fileName}:${line}:${column} ${path === '' ? '' : `${path}: `}${text}`)
    .join('\n');
}

type YamlRead = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly problems: readonly RulesProblem[] };

function readYaml(document: Document.Parsed, lines: LineCounter): YamlRead {
  const problems = [...document.errors, ...document.warnings].map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    // What the parser quotes may be a secret.
    return { line, column: col, path: '', text: `expected YAML, found: ${error.message.replaceAll(/"[^]*"/gu, '...')}` };
  });
  problems.push(...keyProblems(document, lines));
  if (problems.length > 0) return { ok: false, problems };
  try {
    const data: unknown = document.toJS();
    return { ok: true, data };
  } catch (error) {
    // Aliases of nothing, or so many that they would never end.
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problems: [{ line: 1, column: 1, path: '', text: `expected YAML whose aliases can be followed, found: ${reason}` }],
    };
  }
}

/** `{{ NAME }}` without quotes is a mapping with a mapping as its key, and would become a text of its own making. */
function keyProblems(document: Document.Parsed, lines: LineCounter): RulesProblem[] {
  const problems: RulesProblem[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (!isNode(key) || isScalar(key)) return;
      const { line, col } = lines.linePos(key.range?.[0] ?? 0);
      const text = 'expected a word as a key, found a list, a mapping or an alias. Text in double braces needs quotes around it.';
      problems.push({ line, column: col, path: '', text });
    },
  });
  return problems;
}

function draftOf(data: unknown, kpis: readonly KpiDef[]): Draft {
  const { routes, defaults } = rulesFileSchema.shape;
  return {
    rules: listAt(data, 'rules').map((entry) => wellFormed(ruleSchema, entry)),
    channels: mapAt(data, 'channels', channelSchema),
    muteTimings: mapAt(data, 'mute_timings', muteTimingSchema),
    routes: wellFormed(routes, valueAt(data, ['routes'])) ?? null,
    inhibit: listAt(data, 'inhibit').map((entry) => wellFormed(inhibitSchema, entry)),
    defaults: wellFormed(defaults, valueAt(data, ['defaults'])) ?? {},
    kpis,
  };
}

function wellFormed<S extends z.ZodType>(schema: S, entry: unknown): z.output<S> | null {
  const parsed = schema.safeParse(entry);
  return parsed.success ? parsed.data : null;
}

function listAt(data: unknown, key: string): readonly unknown[] {
  const found = valueAt(data, [key]);
  return Array.isArray(found) ? found : [];
}

function mapAt<S extends z.ZodType>(data: unknown, key: string, schema: S): ReadonlyMap<string, z.output<S> | null> {
  const found = valueAt(data, [key]);
  const entries = found !== null && typeof found === 'object' && !Array.isArray(found) ? Object.entries(found) : [];
  return new Map(entries.map(([name, entry]) => [name, wellFormed(schema, entry)]));
}

function sorted(problems: readonly RulesProblem[]): RulesProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
