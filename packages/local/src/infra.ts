import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's infra folder: server configurations that local runs and Compose share. */
export const infraDir = join(import.meta.dirname, '..', '..', '..', 'infra');

/** An infra file with its `@NAME@` marks filled in; a mark without a value is an error, so that none reaches a server. */
export function fillTemplate(path: string[], values: Record<string, string | number>): string {
  return readFileSync(join(infraDir, ...path), 'utf8').replace(/@([A-Z_]+)@/g, (mark, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`expected a value for ${mark} of infra/${path.join('/')}, found none; give it in packages/local`);
    return String(value);
  });
}
