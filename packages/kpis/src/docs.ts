/** Writes docs/kpis.md: `node packages/kpis/src/docs.ts`. */
import { writeFileSync } from 'node:fs';
import { kpisDocument } from './explain/kpi-page.ts';

writeFileSync(new URL('../../../docs/kpis.md', import.meta.url), kpisDocument());
