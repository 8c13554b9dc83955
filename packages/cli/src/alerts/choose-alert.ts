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

/** An alert that fires, by what a person wrote. */
export function chooseFiring(written: string, alerts: readonly Alert[]): Alert & { readonly episode: string } {
  const alert = findNamed(written, alerts.map(namedAlert), alertIds);
  if (alert.episode !== null) return { ...alert, episode: alert.episode };
  throw new CliError(
    `expected an alert that fires, found ${alert.rule.uid} pending: nobody was told of it yet, so there is nothing to acknowledge; a silence holds it: vigie alerts silence add`,
    exitCodes.wrong,
  );
}
