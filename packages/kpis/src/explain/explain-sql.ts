import { quoteName, sqlInstant, sqlString } from '../sql/literals.ts';
import type { KpiAnswer, KpiDef } from '../types.ts';

/**
 * The SQL that an analyst types to get the same number from the KPI's view.
 *
 * Shapes   viewDatabase: where the views live (`vigie_kpi`) -> one statement, ready to paste
 */
export function explainSql(def: KpiDef, answer: KpiAnswer, viewDatabase: string): string {
  const { slice, window } = answer;
  const parameters = [
    ['tenant', answer.tenant],
    ['currency', answer.currency],
    ['by', slice?.dimension ?? def.onlyBy ?? 'total'],
    ['from', sqlInstant(window.from)],
    ['to', sqlInstant(window.to)],
  ] as const;
  const list = parameters.map(([name, value]) => `${name} = ${sqlString(value)}`).join(', ');
  const where = slice === null ? '' : `\nWHERE slice = ${sqlString(slice.value)}`;
  return `SELECT *\nFROM ${quoteName(viewDatabase)}.${quoteName(def.id)}(${list})${where}`;
}
