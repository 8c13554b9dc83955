import { isZone } from '@vigie/kpis';
import { LineCounter, parseDocument } from 'yaml';
import { Positions, pathText, type RulesProblem } from '../../rules/problem.ts';
import { schemaProblems } from '../../rules/schema-problems.ts';
import { type CaseFile, caseFileSchema } from './case-schema.ts';

/** Where something stands in a file of cases, for messages. */
export type CasePlace = Pick<RulesProblem, 'line' | 'column' | 'path'>;

export interface ParsedCases {
  readonly ok: true;
  readonly file: CaseFile;
  /** Of a place below a case. */
  readonly placeOf: (caseIndex: number, path: readonly string[]) => CasePlace;
}
export type CasesParsed = ParsedCases | { readonly ok: false; readonly problems: readonly RulesProblem[] };

/**
 * Reads a file of cases.
 *
 * Holds    all problems come at once, each with line and column (from 1), unknown keys with what was probably meant
 */
export function parseCases(text: string): CasesParsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { line, column: col, path: '', text: `expected YAML, found: ${error.message}` };
    });
    return { ok: false, problems };
  }
  const positions = new Positions(document, lines);
  const data: unknown = document.toJS();
  const parsed = caseFileSchema.safeParse(data);
  if (!parsed.success) {
    const problems = schemaProblems(caseFileSchema, parsed.error, { data, positions });
    return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
  }
  const { zone } = parsed.data;
  if (zone !== undefined && !isZone(zone)) {
    const problem = { ...positions.ofValue(['zone']), path: 'zone', text: `expected an IANA zone such as Europe/Paris, found "${zone}"` };
    return { ok: false, problems: [problem] };
  }
  const placeOf: ParsedCases['placeOf'] = (caseIndex, path) => {
    const whole = ['cases', caseIndex, ...path.map((key) => (/^\d+$/.test(key) ? Number(key) : key))];
    return { ...positions.ofValue(whole), path: pathText(whole) };
  };
  return { ok: true, file: parsed.data, placeOf };
}
