import type { Acknowledgement, RuleSet } from '@vigie/alerting';
import type { AlertStore } from '@vigie/redis';
import { CliError, type ExitCode, exitCodes } from '../console/cli-error.ts';
import type { Output } from '../console/output.ts';
import type { Alert } from './alerts-of.ts';
import { chooseFiring } from './choose-alert.ts';
import { type Desk, readAlerts } from './desk.ts';
import { sliceText } from './words.ts';

const commentLengthMax = 1_000;

export interface Acknowledging {
  readonly author: string;
  readonly comment: string;
  readonly nowMs: number;
}

/** Says that somebody has seen an alert; every channel of it is looked at again at once. */
export async function acknowledge(
  store: Pick<AlertStore, 'putAcknowledgement' | 'wakeLanes'>,
  { instance, episode, severity }: Pick<Alert, 'instance' | 'severity'> & { readonly episode: string },
  { author, comment, nowMs }: Acknowledging,
): Promise<Acknowledgement> {
  const acknowledgement: Acknowledgement = { episode, instance: instance.id, severity, author, comment, atMs: nowMs };
  await store.putAcknowledgement(acknowledgement);
  await store.wakeLanes(instance.lanes ?? [], nowMs);
  return acknowledgement;
}

export async function acknowledgeAlert(desk: Desk, output: Output, asked: Acknowledging & { readonly written: string }): Promise<ExitCode> {
  requireText('--author', asked.author);
  if (asked.comment.length > commentLengthMax) throw tooLong('--comment');
  const { alerts } = await readAlerts(desk, asked.nowMs);
  const alert = chooseFiring(asked.written, alerts, desk.ruleSet);
  const acknowledgement = await acknowledge(desk.store, alert, asked);
  output.talk(`acknowledged by ${asked.author}: ${[alert.rule.name, sliceText(alert.slice)].join(' ').trim()} (${alert.severity})`);
  output.talk(stopsText(alert, desk.ruleSet));
  output.value({ ...acknowledgement, at: new Date(asked.nowMs).toISOString() });
  return exitCodes.ok;
}

/** What an acknowledgement changes: repeats, and nothing else. */
function stopsText({ channels, severity }: Alert, ruleSet: RuleSet | null): string {
  const resending = new Set((ruleSet?.channels ?? []).filter(({ type }) => type === 'alertmanager').map(({ name }) => name));
  const names = [...new Set(channels.map(({ channel }) => channel).filter((name) => !resending.has(name)))];
  const repeats = names.length === 0 ? 'repeats stop' : `repeats to ${names.join(', ')} stop`;
  const graver = severity === 'critical' ? 'until it ends' : 'until it becomes graver or ends';
  return `${repeats} ${graver}; its end is told all the same`;
}

export async function unacknowledgeAlert(desk: Desk, output: Output, asked: { written: string; nowMs: number }): Promise<ExitCode> {
  const { alerts } = await readAlerts(desk, asked.nowMs);
  const alert = chooseFiring(asked.written, alerts, desk.ruleSet);
  const held = (await desk.store.acknowledgements()).has(alert.episode);
  if (!held)
    throw new CliError(`expected an alert that was acknowledged, found that nobody has acknowledged ${alert.rule.uid}`, exitCodes.wrong);
  await desk.store.dropAcknowledgement(alert.episode);
  await desk.store.wakeLanes(alert.instance.lanes ?? [], asked.nowMs);
  output.talk(`no longer acknowledged: ${[alert.rule.name, sliceText(alert.slice)].join(' ').trim()}; repeats go on`);
  output.value({ episode: alert.episode, acknowledged: false });
  return exitCodes.ok;
}

function requireText(option: string, text: string): void {
  if (text.trim() === '') throw new CliError(`${option}: expected some text, found nothing; say who or why`, exitCodes.usage);
  if (text.length > commentLengthMax) throw tooLong(option);
}

const tooLong = (option: string): CliError =>
  new CliError(`${option}: expected at most ${commentLengthMax} characters, found more; shorten it`, exitCodes.usage);
