import { z } from 'zod';
import { nearest } from './nearest.ts';
import { pathText, type Path, type Positions, type RulesProblem } from './problem.ts';

/** Turns what zod found into problems with lines, columns and "did you mean". */
export function schemaProblems(schema: z.core.$ZodType, error: z.ZodError, at: { data: unknown; positions: Positions }): RulesProblem[] {
  return flatten(error.issues, []).flatMap((issue) => {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    if (issue.code !== 'unrecognized_keys') {
      return [{ ...at.positions.ofValue(path), path: pathText(path), text: textOf(issue, shownValue(at.data, path)) }];
    }
    const known = keysOf(schemaAt(schema, path));
    return issue.keys.map((key) => ({
      ...at.positions.ofKey(path, key),
      path: pathText([...path, key]),
      text: unknownKeyText(key, known),
    }));
  });
}

function unknownKeyText(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const hint = meant === null ? `Known here: ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return `unknown key "${key}". ${hint}`;
}

/** Of a union, what is wrong is told by the branch that came nearest; the others only say "not me". */
function flatten(issues: readonly z.core.$ZodIssue[], base: Path): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path.filter((key) => typeof key !== 'symbol')];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const deepest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0]!;
      if (depthOf(deepest) > 0) return flatten(deepest, path);
      // The right type in the wrong form says more than the wrong type.
      const sameType = issue.errors.find((branch) => branch.every(({ code }) => code !== 'invalid_type' && code !== 'invalid_value'));
      if (sameType !== undefined) return flatten(sameType, path);
    }
    return [{ ...issue, path }];
  });
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

function textOf(issue: z.core.$ZodIssue, shown: string): string {
  return `${expectationOf(issue)}, found ${shown}`;
}

/** People paste secrets where their names belong, and the URL of a chat channel is one: those are not repeated. */
function shownValue(data: unknown, path: Path): string {
  const found = valueAt(data, path);
  if (found === undefined) return 'nothing';
  const isSecret = path.some((key) => key === 'secret_env' || key === 'secret_file' || key === 'url');
  return isSecret ? 'a value that does not fit (not shown)' : shorten(JSON.stringify(found));
}

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_type':
      return `expected ${issue.expected === 'record' || issue.expected === 'object' ? 'a mapping' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return issue.discriminator === undefined
        ? 'expected another form'
        : `expected one of the known kinds of ${issue.discriminator} (log, webhook)`;
    default:
      return issue.message.startsWith('expected') ? issue.message : `expected something else (${issue.message})`;
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** The schemas that may stand at a path; several inside a union. */
function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  let current = unwrap(schema);
  for (const key of path) current = current.flatMap((one) => childOf(one, key)).flatMap(unwrap);
  return current;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  return [schema];
}

function childOf(schema: z.core.$ZodType, key: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodObject) return schema.shape[key] === undefined ? [] : [schema.shape[key]];
  return [];
}

function keysOf(schemas: readonly z.core.$ZodType[]): string[] {
  return schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []));
}
