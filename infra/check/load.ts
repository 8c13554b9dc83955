/**
 * Loads every package on plain Node, as services do. Vitest gives CommonJS modules more named exports than Node does, so green tests do not show that a
 * package can be imported at all.
 *
 * Usage   node infra/check/load.ts
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const packages = join(import.meta.dirname, '..', '..', 'packages');

for (const name of readdirSync(packages)) {
  // Made of Vitest's own functions, and loaded by nothing else.
  if (name === 'testkit') continue;
  try {
    await import(pathToFileURL(join(packages, name, 'src', 'index.ts')).href);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    process.stdout.write(`packages/${name}: expected it to load on Node ${process.version}, found: ${found}\n`);
    process.exitCode = 1;
  }
}
