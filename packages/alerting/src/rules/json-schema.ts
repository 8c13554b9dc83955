import { z } from 'zod';
import { rulesFileSchema } from './rules-schema.ts';

/**
 * The JSON Schema of a rules file, for editors and other tools.
 *
 * Shapes   draft 7, which is what editors of YAML know best
 * Holds    it accepts every file that parseRules accepts; what it cannot say (names that lead nowhere, limits that contradict each other) is
 *          told by parseRules alone
 */
export function rulesFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(rulesFileSchema, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'Vigie rules',
    description: 'What Vigie watches, from which limit on it tells somebody, and whom. `vigie rules check` finds what an editor cannot.',
    ...schema,
  };
}
