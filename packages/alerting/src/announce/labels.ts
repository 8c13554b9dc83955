import type { AlertRecord } from '../evaluate/alert-record.ts';
import type { Rule, Severity } from '../types.ts';
import type { AlertLabels } from './types.ts';

/**
 * What routes, silences and inhibitions see of an alert.
 *
 * Holds    names that Vigie gives (rule, name, tenant, kpi, kind, severity) win over the slice's dimension, and that over the rule's own labels
 */
export function labelsOf(rule: Rule, slice: AlertRecord['slice'], severity: Severity): AlertLabels {
  const { uid, name, tenant, kpi, kind } = rule;
  const sliceLabels = slice === null ? {} : { [slice.dimension]: slice.value };
  return { ...rule.labels, ...sliceLabels, rule: uid, name, tenant, kpi, kind, severity };
}
