/** docs/kpis.md, generated from the definitions. */
import { factSpecs } from '../facts/specs.ts';
import { kpiDefs, measureById } from '../definitions/index.ts';
import { measureIdsOf } from '../formula/evaluate.ts';
import { slicings } from '../sql/kpi-select.ts';
import type { KpiDef, MeasureDef } from '../types.ts';
import { asPublished, nullReasonTexts } from './explain.ts';

const intro = `# KPIs

This page is generated from \`packages/kpis/src/definitions\`; \`node packages/kpis/scripts/write-docs.ts\` writes it again.

A KPI is a formula over measures. A measure is a number read from facts over a window \`[from, to)\`: what happens exactly at \`from\` counts, what happens exactly at \`to\` belongs to the next window.

- A **sum** adds the facts of the window.
- A **stock** is the state just before the window's start or end: the sum of everything before it.
- A **cohort sum** adds the facts of the window that concern those who were there (or not) when it began: facts whose \`since\` lies before \`from\`.
- **Distinct** counts the entities with facts in the window, **repeat** those with two or more.

Values are exact until one last rounding, half away from zero: percents and money to 2 decimals (money to those of its currency), ratios to 2 to 4. Slices add up numerators and denominators, then divide; ratios are never averaged. A value that cannot be computed is null with a reason:
`;

/** All of docs/kpis.md. */
export function kpisDocument(): string {
  const reasons = Object.entries(nullReasonTexts).map(([reason, text]) => `- \`${reason}\`: ${text}.`);
  return [intro, ...reasons, '', ...kpiDefs.map(kpiPage)].join('\n');
}

/** A KPI's section of docs/kpis.md, as Markdown. */
export function kpiPage(def: KpiDef): string {
  const measures = measureIdsOf(def).map(measureById);
  return `## ${def.names.en}

\`${def.id}\` · ${def.names.fr} · ${def.unit}, ${def.direction.replaceAll('_', ' ')}

${def.description}

\`\`\`text
${def.id} = ${asPublished(def)}
\`\`\`

Measures:

${list(measures.map(({ id, meaning, ...measure }) => `\`${id}\`: ${meaning}; ${readText(measure)}.`))}

Slices: ${sliceText(def)}. ${isLive(measures) ? 'Live in Redis and in SQL.' : 'Not live: answered by ClickHouse.'}

${list(def.notes)}
${benchmarkText(def)}
\`\`\`sql
SELECT * FROM vigie_kpi.${def.id}(tenant = 'default', currency = 'EUR', by = '${slicings(def)[0]}', from = '2026-03-01 00:00:00', to = '2026-04-01 00:00:00')
\`\`\`
`;
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function readText({ kind, terms, at }: Pick<MeasureDef, 'kind' | 'terms' | 'at'>): string {
  const facts = terms.map(({ fact, sign }, index) => `${sign === -1 ? '- ' : index === 0 ? '' : '+ '}\`${fact}\``).join(' ');
  const kinds: Record<MeasureDef['kind'], string> = {
    sum: 'sum of',
    stock: `stock at \`${at}\` of`,
    cohort_sum: 'cohort sum of',
    distinct: 'distinct entities of',
    repeat: 'repeating entities of',
    quantile: 'median of',
  };
  return `${kinds[kind]} ${facts}`;
}

function sliceText(def: KpiDef): string {
  if (def.onlyBy !== undefined) return `only by ${def.onlyBy}`;
  return def.dimensions.length === 0 ? 'none, the total only' : `the total, or by ${def.dimensions.join(', ')}`;
}

function isLive(measures: readonly MeasureDef[]): boolean {
  return measures.every(({ terms }) => terms.every(({ fact }) => factSpecs[fact].live !== null));
}

function benchmarkText(def: KpiDef): string {
  if (def.benchmarks.length === 0) return '';
  const items = def.benchmarks.map(({ industry, typical, period, source }) => {
    return `${industry}: ${typical} (${period === undefined ? 'period not stated' : `per ${period}`}; source: ${source}).`;
  });
  return `\nBenchmarks:\n\n${list(items)}\n`;
}
