import { z } from 'zod';
import { nearest } from './nearest.ts';
import { pathText, type Path, type Positions, type RulesProblem } from './problem.ts';
import { shownValue, valueAt } from './shown-value.ts';

/** Turns what zod found into problems with lines, columns and "did you mean". */
export function schemaProblems(schema: z.core.$ZodType, error: z.ZodError, at: { data: unknown; positions: Positions }): RulesProblem[] {
  const issues = flatten(error.issues, []);
  return issues.flatMap((issue) => {
    const path = pathOf(issue);
    if (issue.code === 'custom' && issues.some((other) => isCauseOf(other, issue))) return [];
    switch (issue.code) {
      case 'unrecognized_keys': {
        const known = keysOf(schemaAt(schema, path, at.data));
        return issue.keys.map((key) => problemAtKey(path, key, { text: unknownKeyText(key, known), positions: at.positions }));
      }
      case 'invalid_key': {
        const key = String(path.at(-1));
        const text = `${expectationOf(issue.issues[0] ?? issue, at.data)}, found "${key}"`;
        return [problemAtKey(path.slice(0, -1), key, { text, positions: at.positions })];
      }
      default:
        return [{ ...at.positions.ofValue(path), path: pathText(path), text: textOf(issue, at.data) }];
    }
  });
}

/** A key that was written wrongly is why one of these keys is missing; that is told once. */
function isCauseOf(other: z.core.$ZodIssue, { message, path }: z.core.$ZodIssueCustom): boolean {
  if (other.code !== 'unrecognized_keys' || pathText(pathOf(other)) !== pathText(path.filter((key) => typeof key !== 'symbol')))
    return false;
  const named: readonly string[] = message.match(/[a-z_]+/gu) ?? [];
  return other.keys.some(
    (key) =>
      named.includes(`${key}_env`) ||
      nearest(
        key,
        named.filter((name) => name.length > 2),
      ) !== null,
  );
}

function problemAtKey(path: Path, key: string, { text, positions }: { text: string; positions: Positions }): RulesProblem {
  return { ...positions.ofKey(path, key), path: pathText([...path, key]), text };
}

function pathOf(issue: z.core.$ZodIssue): (string | number)[] {
  return issue.path.filter((key) => typeof key !== 'symbol');
}

function unknownKeyText(key: string, known: readonly string[]): string {
  if (known.includes(`${key}_env`)) {
    return `unknown key "${key}": it is a secret, which is never written here. Put the name of a variable under ${key}_env, or the path of a file under ${key}_file.`;
  }
  const meant = nearest(key, known);
  const hint = meant === null ? `Known here: ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return `unknown key "${key}". ${hint}`;
}

/** Of a union, what is wrong is told by the branch that came nearest; the others only say "not me". */
function flatten(issues: readonly z.core.$ZodIssue[], base: Path): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...pathOf(issue)];
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

function textOf(issue: z.core.$ZodIssue, data: unknown): string {
  const shown = `${expectationOf(issue, data)}, found ${shownValue(data, pathOf(issue))}`;
  const meant = meantValue(issue, valueAt(data, pathOf(issue)));
  return meant === null ? shown : `${shown}. Did you mean ${meant}?`;
}

/** The choice that was probably meant, where there are several. */
function meantValue(issue: z.core.$ZodIssue, found: unknown): string | null {
  if (typeof found !== 'string') return null;
  if (issue.code === 'invalid_value' && issue.values.length > 1) return nearest(found, issue.values.map(String));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const values = issue.errors.flatMap(([branch]) => (branch?.code === 'invalid_value' ? branch.values.map(String) : []));
    return nearest(found, values);
  }
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return nearest(found, issue.options.map(String));
  return null;
}

function expectationOf(issue: z.core.$ZodIssue, data: unknown): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_type':
      return issue.message.startsWith('expected') ? issue.message : typeText(issue.expected, valueAt(data, pathOf(issue)));
    case 'invalid_value':
      return `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return issue.discriminator === undefined ? unionText(issue.errors) : kindsText(issue);
    default:
      return issue.message.startsWith('expected') ? issue.message : `expected something else (${issue.message})`;
  }
}

function typeText(expected: string, found: unknown): string {
  if (expected === 'record' || expected === 'object') return 'expected a mapping';
  if (expected === 'array') return 'expected a list';
  const isNumber = expected === 'string' && typeof found === 'number';
  return `expected ${expected === 'int' ? 'a whole number' : `a ${expected}`}${isNumber ? ' (in quotes)' : ''}`;
}

function kindsText(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  return `expected one of the known kinds of ${issue.discriminator} (${options.join(', ')})`;
}

/** A union of which no branch came near: all forms that it has. */
function unionText(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const forms = branches.flatMap(([issue]) => {
    if (issue?.code === 'invalid_value') return issue.values.map(String);
    return issue?.code === 'invalid_type' ? [typeText(issue.expected, undefined).replace('expected ', '')] : [];
  });
  return `expected ${[...new Set(forms)].join(' or ')}`;
}

/** The schemas that may stand at a path; several inside a union, unless the data says which. */
function schemaAt(schema: z.core.$ZodType, path: Path, data: unknown): z.core.$ZodType[] {
  let current = unwrap(schema, data);
  for (const [index, key] of path.entries()) {
    const found = valueAt(data, path.slice(0, index + 1));
    current = current.flatMap((one) => childOf(one, key)).flatMap((one) => unwrap(one, found));
  }
  return current;
}

function unwrap(schema: z.core.$ZodType, found: unknown): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap(), found);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in, found);
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => unwrap(option, found)).filter((option) => isMeant(option, found));
  return [schema];
}

/** A branch whose fixed values are other ones than those found is not what was meant: keys of a webhook say nothing about a log. */
function isMeant(option: z.core.$ZodType, found: unknown): boolean {
  if (!(option instanceof z.ZodObject)) return true;
  return ['type', 'then'].every((key) => {
    const fixed: unknown = option.shape[key];
    return !(fixed instanceof z.ZodLiteral) || fixed.values.has(valueAt(found, [key]) as string);
  });
}

function childOf(schema: z.core.$ZodType, key: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (schema instanceof z.ZodObject) return schema.shape[key] === undefined ? [] : [schema.shape[key]];
  return [];
}

function keysOf(schemas: readonly z.core.$ZodType[]): string[] {
  return [...new Set(schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])))];
}
