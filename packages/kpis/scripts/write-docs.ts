/** Writes docs/kpis.md anew. Run it after a change of a KPI. */
import { writeFileSync } from 'node:fs';
import { kpisDocument } from '../src/explain/kpi-page.ts';

writeFileSync(new URL('../../../docs/kpis.md', import.meta.url), kpisDocument());
