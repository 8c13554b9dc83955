/** Writes docs/rules.schema.json anew. Run it after a change of the rules' format or of the KPIs' names. */
import { writeFileSync } from 'node:fs';
import { rulesFileJsonSchema } from '../src/rules/json-schema.ts';

writeFileSync(new URL('../../../docs/rules.schema.json', import.meta.url), `${JSON.stringify(rulesFileJsonSchema(), null, 2)}\n`);
