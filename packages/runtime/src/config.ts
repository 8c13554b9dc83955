import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { nearest } from './nearest.ts';
import { contractVariables } from './connection-config.ts';
import { variableMeta, type VariableMeta } from './variable.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The environment does not describe a configuration; `problems` lists everything that is wrong, not only the first. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads a typed configuration from environment variables.
 *
 * Shapes   schema: a zod object, nested as one likes, whose leaves are made by `variable(...)`
 * Holds    an empty variable counts as unset; values of secrets never appear in messages
 * Errors   ConfigError with all problems at once: bad and missing values, unreadable secret files, names that look mistyped
 */
export function readConfig<S extends z.ZodObject>(schema: S, env: Env): z.output<S> {
  const leaves = new Map<string, VariableMeta>();
  const problems: string[] = [];
  const unreadable = new Set<string>();
  const read = (meta: VariableMeta): string | undefined => {
    try {
      return valueOf(meta, env);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
      unreadable.add(meta.variable);
      return undefined;
    }
  };
  const input = collect(schema, { path: [], leaves, read });
  const parsed = schema.safeParse(input);
  const complained = new Set<string>(unreadable);
  for (const issue of parsed.error?.issues ?? []) {
    const meta = leaves.get(pathKey(issue.path)) ?? leaves.get(pathKey(issue.path.slice(0, -1)));
    if (meta === undefined) problems.push(issue.message);
    else if (!complained.has(meta.variable)) {
      complained.add(meta.variable);
      problems.push(describe(meta, valueOf(meta, env), issue));
    }
  }
  problems.push(...mistypedNames(env, [...leaves.values()]));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

const pathKey = (path: readonly PropertyKey[]): string => path.map(String).join('.');

interface Collecting {
  readonly path: readonly string[];
  readonly leaves: Map<string, VariableMeta>;
  readonly read: (meta: VariableMeta) => string | undefined;
}

function collect(schema: z.ZodObject, at: Collecting): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [key, child] of Object.entries<z.core.$ZodType>(schema.shape)) {
    const path = [...at.path, key];
    const meta = variableMeta(child);
    if (meta !== undefined) {
      at.leaves.set(pathKey(path), meta);
      input[key] = at.read(meta);
    } else if (child instanceof z.ZodObject) {
      input[key] = collect(child, { ...at, path });
    } else {
      throw new Error(`Config field ${pathKey(path)} is neither an object nor made by variable(...)`);
    }
  }
  return input;
}

/** The variable's text, or that of the file which `<variable>_FILE` names (secrets only: Docker and Kubernetes mount them so). */
function valueOf(meta: VariableMeta, env: Env): string | undefined {
  const text = env[meta.variable] || undefined;
  const fileVariable = `${meta.variable}_FILE`;
  const file = meta.secret ? env[fileVariable] || undefined : undefined;
  if (file === undefined) return text;
  if (text !== undefined) {
    throw new Error(`${meta.variable} and ${fileVariable}: expected one of them, found both. Unset one.`);
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Error(`${fileVariable}: expected a readable file, found ${code} at "${file}". Correct the path or its permissions.`, {
      cause: error,
    });
  }
}

function describe(meta: VariableMeta, value: string | undefined, issue: z.core.$ZodIssue): string {
  const found = value === undefined ? 'nothing' : meta.secret ? 'a value that does not fit (not shown)' : JSON.stringify(value);
  const why = issue.code === 'custom' && issue.message !== 'Invalid input' ? ` (${issue.message})` : '';
  return `${meta.variable}: expected ${meta.expected}${why}, found ${found}. Set it like ${meta.variable}=${meta.example}`;
}

/**
 * Only near misses are refused: Kubernetes puts variables like VIGIE_REDIS_SERVICE_HOST into every container beside a
 * service named vigie-redis, and those must not stop a start.
 */
function mistypedNames(env: Env, leaves: readonly VariableMeta[]): string[] {
  const known = new Set<string>();
  for (const meta of [...contractVariables(), ...leaves]) {
    known.add(meta.variable);
    if (meta.secret) known.add(`${meta.variable}_FILE`);
  }
  const problems: string[] = [];
  for (const name of Object.keys(env)) {
    if (known.has(name) || !/^VIGIE/i.test(name)) continue;
    const meant = nearest(name.toUpperCase(), known);
    if (meant !== null) problems.push(`${name}: expected a name that Vigie knows, found one that it does not. Did you mean ${meant}?`);
  }
  return problems;
}
