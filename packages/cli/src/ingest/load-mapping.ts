import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EventInput } from '@vigie/events';
import { CliError, exitCodes } from '../console/cli-error.ts';
import type { Row } from './csv.ts';

/** Turns the rows of a data set into events. Every event carries its own id, so that importing again counts nothing twice. */
export type Mapping = (rows: AsyncIterable<Row>) => AsyncIterable<EventInput>;

/** Loads a mapping module: TypeScript or JavaScript with `export async function* map(rows)`. */
export async function loadMapping(path: string): Promise<Mapping> {
  const file = resolve(path);
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new CliError(
      `--map: expected a mapping module, found at ${file}: ${error instanceof Error ? error.message : String(error)}. ` +
        'See examples/*/mapping.ts for how one looks',
      exitCodes.missing,
    );
  }
  const map = module['map'] ?? module['default'];
  if (typeof map === 'function') return map as Mapping;
  const names = Object.keys(module).join(', ') || 'nothing';
  throw new CliError(
    `--map: expected ${file} to export "async function* map(rows)", found ${names}; name the function map`,
    exitCodes.usage,
  );
}
