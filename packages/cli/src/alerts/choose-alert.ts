import type { RuleSet } from '@vigie/alerting';
import { CliError, exitCodes } from '../console/cli-error.ts';
import type { Alert } from './alerts-of.ts';
import { type Named, findNamed } from './ids.ts';
import { sliceText } from './words.ts';

export const alertIds = { one: 'the id of an alert (its beginning is enough), or the uid of a rule', list: 'vigie alerts list --all' };

export function namedAlert(alert: Alert): Named<Alert> {
  const { instance, episode, rule, slice, state, severity } = alert;
  const text = [state.toLowerCase(), severity, rule.name, sliceText(slice)].filter((part) => part !== '').join(' ');
  return { ids: episode === null ? [instance.id] : [episode, instance.id], names: [rule.uid], text, value: alert };
}

/** An alert that fires, by what a person wrote; the rules tell a rule of which nothing fires from a name that nobody knows. */
export function chooseFiring(written: string, alerts: readonly Alert[], ruleSet: RuleSet | null): Alert & { readonly episode: string } {
  const uid = written.trim();
  if (ruleSet?.rules.some((rule) => rule.uid === uid) === true && !alerts.some(({ rule }) => rule.uid === uid))
    throw new CliError(`expected an alert that fires, found that nothing of the rule ${uid} fires`, exitCodes.wrong);
  const alert = findNamed(written, alerts.map(namedAlert), alertIds);
  if (alert.episode !== null) return { ...alert, episode: alert.episode };
  throw new CliError(
    `expected an alert that fires, found ${alert.rule.uid} pending: nobody was told of it yet, so there is nothing to acknowledge; a silence holds it: vigie alerts silence add`,
    exitCodes.wrong,
  );
}
