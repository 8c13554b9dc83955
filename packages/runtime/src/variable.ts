import { z } from 'zod';

/** What a message about a variable needs to know. */
export interface VariableMeta {
  readonly variable: string;
  readonly expected: string;
  readonly example: string;
  /** The value never appears in messages, and may come from the file that `<variable>_FILE` names. */
  readonly secret: boolean;
}

const registry = z.registry<VariableMeta>();

/**
 * Ties a zod schema to the environment variable it is read from.
 *
 * Shapes   schema: takes the variable's text, or undefined when it is unset; comes last, after .optional() and .default()
 */
export function variable<S extends z.ZodType>(name: string, schema: S, about: { expected: string; example: string; secret?: boolean }): S {
  // A fresh instance: one schema (portNumber) may serve several variables.
  const own = schema.clone();
  registry.add(own, { variable: name, expected: about.expected, example: about.example, secret: about.secret ?? false });
  return own;
}

export function variableMeta(schema: z.core.$ZodType): VariableMeta | undefined {
  return registry.get(schema);
}

export const integerText = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform(Number);
export const portText = integerText.pipe(z.number().min(0).max(65535));
export const booleanText = z.enum(['true', 'false']).transform((text) => text === 'true');

export function urlText(...protocols: string[]) {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol));
}
