/** KPI views: parameterised, one per KPI, in the database that analysts may read. */
import type { KpiDef } from '../types.ts';
import { kpiSelect, slicings } from './kpi-select.ts';
import { quoteName, sqlString } from './literals.ts';

/**
 * The DDL of a KPI's view, named by its id, over `<viewDatabase>.facts`.
 *
 * Shapes   viewDatabase: where the view and the view `facts` live; definer: the user with whose rights it reads
 * Holds    idempotent (CREATE OR REPLACE); readers need a grant on viewDatabase only
 */
export function createKpiViewSql(def: KpiDef, options: { readonly viewDatabase: string; readonly definer: string }): string {
  const database = quoteName(options.viewDatabase);
  const comment = [
    `${def.names.en} / ${def.names.fr}: ${def.formula}. ${def.description}`,
    `Parameters: tenant, currency (ISO 4217), by (${slicings(def).join(', ')}), from and to (UTC, from <= at < to).`,
    `Unit: ${def.unit}. value is NULL with a reason where it cannot be computed.`,
  ].join(' ');
  return `CREATE OR REPLACE VIEW ${database}.${quoteName(def.id)}
DEFINER = ${quoteName(options.definer)} SQL SECURITY DEFINER AS
${kpiSelect(def, { factsSource: `${database}.facts` })}
COMMENT ${sqlString(comment)}`;
}
