/** Writes docs/events.md and docs/events.schema.json anew. Run it after a change of an event type. */
import { writeFileSync } from 'node:fs';
import { renderDocs } from '../src/docs.ts';

for (const [path, text] of renderDocs()) {
  writeFileSync(new URL(`../../../${path}`, import.meta.url), text);
  process.stdout.write(`${path}: ${text.length} characters\n`);
}
